"""``tf.experimental.numpy``."""

from __future__ import annotations

from flowstone_core._api.names import public

_TYPES = """
    asarray bool_ complex128 complex64 complex_ e finfo float16 float32 float64 float_ iinfo inexact inf int16
    int32 int64 int8 int_ issubdtype ndarray newaxis object_ pi promote_types result_type string_ uint16
    uint32 uint64 uint8 unicode_
"""
_CREATION = """
    arange array asanyarray ascontiguousarray copy diag_indices empty empty_like eye full full_like geomspace
    identity linspace logspace meshgrid ones ones_like tri vander zeros zeros_like
"""
_ELEMENTWISE = """
    abs absolute add allclose angle arccos arccosh arcsin arcsinh arctan arctan2 arctanh around array_equal
    bitwise_and bitwise_not bitwise_or bitwise_xor cbrt ceil clip conj conjugate cos cosh deg2rad divide
    divmod equal exp exp2 expm1 fabs fix float_power floor floor_divide gcd greater greater_equal heaviside
    hypot imag isclose iscomplex iscomplexobj isfinite isinf isnan isneginf isposinf isreal isrealobj isscalar
    lcm less less_equal log log10 log1p log2 logaddexp logaddexp2 logical_and logical_not logical_or
    logical_xor maximum minimum mod multiply negative nextafter not_equal positive power rad2deg real
    reciprocal remainder round sign signbit sin sinc sinh sqrt square subtract tan tanh true_divide
"""
_REDUCTIONS = """
    all amax amin any argmax argmin argsort average count_nonzero cumprod cumsum diff max mean min nanmean
    nanprod nansum prod ptp sort std sum var
"""
_SHAPING = """
    append atleast_1d atleast_2d atleast_3d broadcast_arrays broadcast_to compress concatenate cross diag
    diagflat diagonal dot dsplit dstack einsum expand_dims flatten flip fliplr flipud hsplit hstack inner ix_
    kron matmul moveaxis ndim nonzero outer pad polyval ravel repeat reshape roll rot90 select shape size
    split squeeze stack swapaxes take take_along_axis tensordot tile trace transpose tril triu vdot vsplit
    vstack where
"""
_RANDOM = """
    poisson rand randint randn random seed standard_normal uniform
"""
_BEHAVIOR = """
    experimental_enable_numpy_behavior
"""

PUBLIC: dict[str, str] = {}
for _module, _names in (
    ("types", _TYPES),
    ("creation", _CREATION),
    ("elementwise", _ELEMENTWISE),
    ("reductions", _REDUCTIONS),
    ("shaping", _SHAPING),
    ("behavior", _BEHAVIOR),
):
    PUBLIC |= public(f"flowstone_core.tnp.{_module}", {name: f"experimental.numpy.{name}" for name in _names.split()})
PUBLIC |= public("flowstone_core.tnp.random", {name: f"experimental.numpy.random.{name}" for name in _RANDOM.split()})
