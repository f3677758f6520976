"""Numpy kernels of ``flowstone_core.ops.special``.

Coefficients of the normal distribution: Stephen L. Moshier, Cephes Math Library 2.2, ``ndtr.c`` and ``ndtri.c``.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from flowstone_core.kernel import KernelSet
from flowstone_core.kernels import gamma
from flowstone_core.kernels.approximation import elementwise, pieces, ratio
from flowstone_core.ops import special as ops

KERNELS = KernelSet()


elementwise(KERNELS, ops.LGAMMA)(gamma.log_gamma)
elementwise(KERNELS, ops.DIGAMMA)(gamma.digamma)


# -- error function ------------------------------------------------------------------------------------------------

_ERF_T = (
    9.60497373987051638749e0,
    9.00260197203842689217e1,
    2.23200534594684319226e3,
    7.00332514112805075473e3,
    5.55923013010394962768e4,
)
_ERF_U = (
    1.0,
    3.35617141647503099647e1,
    5.21357949780152679795e2,
    4.59432382970980127987e3,
    2.26290000613890934246e4,
    4.92673942608635921086e4,
)
_ERFC_P = (
    2.46196981473530512524e-10,
    5.64189564831068821977e-1,
    7.46321056442269912687e0,
    4.86371970985681366614e1,
    1.96520832956077098242e2,
    5.26445194995477358631e2,
    9.34528527171957607540e2,
    1.02755188689515710272e3,
    5.57535335369399327526e2,
)
_ERFC_Q = (
    1.0,
    1.32281951154744992508e1,
    8.67072140885989742329e1,
    3.54937778887819891062e2,
    9.75708501743205489753e2,
    1.82390916687909736289e3,
    2.24633760818710981792e3,
    1.65666309194161350182e3,
    5.57535340817727675546e2,
)
_ERFC_R = (
    5.64189583547755073984e-1,
    1.27536670759978104416e0,
    5.01905042251180477414e0,
    6.16021097993053585195e0,
    7.40974269950448939160e0,
    2.97886665372100240670e0,
)
_ERFC_S = (
    1.0,
    2.26052863220117276590e0,
    9.39603524938001434673e0,
    1.20489539808096656605e1,
    1.70814450747565897222e1,
    9.60896809063285878198e0,
    3.36907645100081516050e0,
)


def _erf_small(x: Any) -> Any:
    return x * ratio(x * x, _ERF_T, _ERF_U)


def _erfc_tail(x: Any) -> Any:
    """For ``x >= 1``."""
    factor = np.exp(-x * x)
    return pieces(
        factor * ratio(np.minimum(x, 8.0), _ERFC_P, _ERFC_Q),
        (x >= 8.0, lambda z: np.exp(-z * z) * ratio(np.minimum(z, 30.0), _ERFC_R, _ERFC_S)),
        of=(x,),
    )


@elementwise(KERNELS, ops.ERF)
def erf(x: Any) -> Any:
    """``2/√π ∫₀ˣ exp(-t²) dt``."""
    return pieces(
        x.copy(),
        (np.abs(x) < 1, _erf_small),
        (x >= 1, lambda z: 1.0 - _erfc_tail(z)),
        (x <= -1, lambda z: _erfc_tail(-z) - 1.0),
        of=(x,),
    )


@elementwise(KERNELS, ops.ERFC)
def erfc(x: Any) -> Any:
    """``1 - erf(x)``."""
    return pieces(
        x.copy(),
        (np.abs(x) < 1, lambda z: 1.0 - _erf_small(z)),
        (x >= 1, _erfc_tail),
        (x <= -1, lambda z: 2.0 - _erfc_tail(-z)),
        of=(x,),
    )


# -- the inverse of the normal distribution ------------------------------------------------------------------------

_NDTRI_P0 = (
    -5.99633501014107895267e1,
    9.80010754185999661536e1,
    -5.66762857469070293439e1,
    1.39312609387279679503e1,
    -1.23916583867381258016e0,
)
_NDTRI_Q0 = (
    1.0,
    1.95448858338141759834e0,
    4.67627912898881538453e0,
    8.63602421390890590575e1,
    -2.25462687854119370527e2,
    2.00260212380060660359e2,
    -8.20372256168333339912e1,
    1.59056225126211695515e1,
    -1.18331621121330003142e0,
)
_NDTRI_P1 = (
    4.05544892305962419923e0,
    3.15251094599893866154e1,
    5.71628192246421288162e1,
    4.40805073893200834700e1,
    1.46849561928858024014e1,
    2.18663306850790267539e0,
    -1.40256079171354495875e-1,
    -3.50424626827848203418e-2,
    -8.57456785154685413611e-4,
)
_NDTRI_Q1 = (
    1.0,
    1.57799883256466749731e1,
    4.53907635128879210584e1,
    4.13172038254672030440e1,
    1.50425385692907503408e1,
    2.50464946208309415979e0,
    -1.42182922854787788574e-1,
    -3.80806407691578277194e-2,
    -9.33259480895457427372e-4,
)
_NDTRI_P2 = (
    3.23774891776946035970e0,
    6.91522889068984211695e0,
    3.93881025292474443415e0,
    1.33303460815807542389e0,
    2.01485389549179081538e-1,
    1.23716634817820021358e-2,
    3.01581553508235416007e-4,
    2.65806974686737550832e-6,
    6.23974539184983293730e-9,
)
_NDTRI_Q2 = (
    1.0,
    6.02427039364742014255e0,
    3.67983563856160859403e0,
    1.37702099489081330271e0,
    2.16236993594496635890e-1,
    1.34204006088543189037e-2,
    3.28014464682127739104e-4,
    2.89247864745380683936e-6,
    6.79019408009981274425e-9,
)
_EXP_MINUS_TWO = 0.13533528323661269189


def _ndtri_middle(p: Any) -> Any:
    w = p - 0.5
    square = w * w
    return math.sqrt(2 * math.pi) * (w + w * square * ratio(square, _NDTRI_P0, _NDTRI_Q0))


def _ndtri_tail(p: Any) -> Any:
    """The quantile for ``p <= exp(-2)``."""
    x = np.sqrt(-2.0 * np.log(p))
    z = 1.0 / x
    correction = np.where(x < 8.0, z * ratio(z, _NDTRI_P1, _NDTRI_Q1), z * ratio(z, _NDTRI_P2, _NDTRI_Q2))
    return correction - (x - np.log(x) / x)


@elementwise(KERNELS, ops.NDTRI)
def ndtri(p: Any) -> Any:
    """The quantile of the standard normal distribution; nan outside [0, 1]."""
    result = np.where(p == 0, -np.inf, np.where(p == 1, np.inf, np.nan))
    inside = (p > 0) & (p < 1)
    return pieces(
        result,
        (inside & (p > _EXP_MINUS_TWO) & (p <= 1 - _EXP_MINUS_TWO), _ndtri_middle),
        (inside & (p <= _EXP_MINUS_TWO), _ndtri_tail),
        (inside & (p > 1 - _EXP_MINUS_TWO), lambda q: -_ndtri_tail(1.0 - q)),
        of=(p,),
    )


def _erfinv_small(x: Any) -> Any:
    """By the quantile near its middle, ``w = x / 2`` directly (``(x + 1) / 2`` would lose digits)."""
    w = 0.5 * x
    square = w * w
    return math.sqrt(math.pi) * (w + w * square * ratio(square, _NDTRI_P0, _NDTRI_Q0))


@elementwise(KERNELS, ops.ERFINV)
def erfinv(x: Any) -> Any:
    """The inverse of ``erf``; infinite at ±1, nan beyond."""
    half = 1.0 / math.sqrt(2.0)
    magnitude = np.abs(x)
    result = np.where(magnitude == 1, np.copysign(np.inf, x), np.nan)
    return pieces(
        result,
        (magnitude <= 0.7, _erfinv_small),
        ((magnitude > 0.7) & (magnitude < 1), lambda z: -np.sign(z) * half * ndtri(0.5 * (1.0 - np.abs(z)))),
        of=(x,),
    )
