"""More random numbers that are functions of a seed: distributions made by rejection, categories, shuffles, new seeds."""

from __future__ import annotations

from typing import Any

from flowstone_core import infer, shapes
from flowstone_core.conversion import convert_to_tensor
from flowstone_core.dtypes import DType, as_dtype, float32, int32, int64
from flowstone_core.errors import SpecError
from flowstone_core.op import Op
from flowstone_core.ops import array, math
from flowstone_core.ops.array import ANY
from flowstone_core.ops.cast import cast
from flowstone_core.ops.filling import shape_tensor
from flowstone_core.ops.joining import stack
from flowstone_core.ops.random import LOGITS, SMALLEST, drawn_shape, infer_categories
from flowstone_core.ops.rearranging import pad
from flowstone_core.ops.stateless_random import key_counter_alg, stateless_uniform
from flowstone_core.shapes import TensorShape
from flowstone_core.spec import Spec
from flowstone_core.tensor import Tensor, TensorLike

_SEED = "Tseed: {int32, int64} = DT_INT64"
_SHAPE = "T: {int32, int64} = DT_INT32"
_FLOATS = "dtype: {half, bfloat16, float, double} = DT_FLOAT"


def _infer_from_seed(shape: Spec, seed: Spec, *, dtype: DType) -> Spec:
    return Spec(drawn_shape(shape), dtype)


def _infer_with_parameters(shape: Spec, *parameters: Spec, dtype: DType, what: str) -> Spec:
    """The given shape, which must end with what the parameters broadcast to."""
    sizes = drawn_shape(shape)
    batch = infer.broadcast_shapes(*parameters)
    if sizes is not None and batch is not None:
        try:
            shapes.merge(sizes[len(sizes) - len(batch) :] if len(sizes) >= len(batch) else None, batch)
        except ValueError:
            raise SpecError(
                f"{what}: the shape {TensorShape(sizes)} must end with the broadcast shape of the parameters, "
                f"{TensorShape(batch)}."
            ) from None
    return Spec(sizes, dtype)


# -- the ops of version 1, which take the seed itself --------------------------------------------------------------


def _from_seed(name: str) -> Op:
    return Op(name, ("shape: T", "seed: Tseed"), ("output: dtype",), (_FLOATS, _SHAPE, _SEED), infer=_infer_from_seed)


STATELESS_UNIFORM_V1 = _from_seed("StatelessRandomUniform")
STATELESS_NORMAL_V1 = _from_seed("StatelessRandomNormal")
STATELESS_TRUNCATED_NORMAL_V1 = _from_seed("StatelessTruncatedNormal")
STATELESS_FULL_INT_V1 = Op(
    "StatelessRandomUniformFullInt",
    ("shape: T", "seed: Tseed"),
    ("output: dtype",),
    (
        "dtype: {int32, int64, uint32, uint64} = DT_UINT64",
        _SHAPE,
        "Tseed: {int32, int64, uint32, uint64} = DT_INT64",
    ),
    infer=_infer_from_seed,
)
STATELESS_UNIFORM_INT_V1 = Op(
    "StatelessRandomUniformInt",
    ("shape: T", "seed: Tseed", "minval: dtype", "maxval: dtype"),
    ("output: dtype",),
    ("dtype: {int32, int64}", "T: {int32, int64}", _SEED),
    infer=lambda shape, seed, minval, maxval: Spec(drawn_shape(shape), minval.dtype),
)

# -- distributions ---------------------------------------------------------------------------------------------------

STATELESS_GAMMA_V2 = Op(
    "StatelessRandomGammaV2",
    ("shape: T", "seed: Tseed", "alpha: dtype"),
    ("output: dtype",),
    ("dtype: {half, float, double}", "T: {int32, int64}", _SEED),
    infer=lambda shape, seed, alpha: _infer_with_parameters(shape, alpha, dtype=alpha.dtype, what="Gamma"),
)
STATELESS_GAMMA_V3 = Op(
    "StatelessRandomGammaV3",
    ("shape: shape_dtype", "key: uint64", "counter: uint64", "alg: int32", "alpha: dtype"),
    ("output: dtype",),
    ("dtype: {half, float, double}", "shape_dtype: {int32, int64} = DT_INT32"),
    infer=lambda shape, key, counter, alg, alpha: _infer_with_parameters(shape, alpha, dtype=alpha.dtype, what="Gamma"),
)
_NUMBER = "{half, float, double, int32, int64}"
STATELESS_POISSON = Op(
    "StatelessRandomPoisson",
    ("shape: T", "seed: Tseed", "lam: Rtype"),
    ("output: dtype",),
    (f"Rtype: {_NUMBER}", f"dtype: {_NUMBER}", "T: {int32, int64}", _SEED),
    infer=lambda shape, seed, lam, *, dtype: _infer_with_parameters(shape, lam, dtype=dtype, what="Poisson"),
)
STATELESS_BINOMIAL = Op(
    "StatelessRandomBinomial",
    ("shape: S", "seed: Tseed", "counts: T", "probs: T"),
    ("output: dtype",),
    ("S: {int32, int64}", _SEED, f"T: {_NUMBER} = DT_DOUBLE", f"dtype: {_NUMBER} = DT_INT64"),
    infer=lambda shape, seed, counts, probs, *, dtype: _infer_with_parameters(
        shape, counts, probs, dtype=dtype, what="Binomial"
    ),
)
STATELESS_MULTINOMIAL = Op(
    "StatelessMultinomial",
    ("logits: T", "num_samples: int32", "seed: Tseed"),
    ("output: output_dtype",),
    (LOGITS[0], _SEED, LOGITS[1]),
    infer=lambda logits, count, seed, *, output_dtype: infer_categories(logits, count, output_dtype=output_dtype),
)

STATELESS_PARAMETERIZED_TRUNCATED_NORMAL = Op(
    "StatelessParameterizedTruncatedNormal",
    ("shape: S", "seed: Tseed", "means: dtype", "stddevs: dtype", "minvals: dtype", "maxvals: dtype"),
    ("output: dtype",),
    ("S: {int32, int64}", _SEED, "dtype: {half, float, double}"),
    infer=lambda shape, seed, *parameters: _infer_with_parameters(
        shape, *parameters, dtype=parameters[0].dtype, what="Truncated normal"
    ),
)


def stateless_gamma(
    shape: Any,
    seed: TensorLike,
    alpha: TensorLike,
    beta: TensorLike = None,
    dtype: Any = float32,
    name: str | None = None,
) -> Tensor:
    """Numbers of the gamma distribution with density ``beta^alpha x^(alpha-1) exp(-beta x) / Gamma(alpha)``.

    >>> tf.random.stateless_gamma([2, 2], [1, 2], [0.5, 3.]).numpy().round(2)
    array([[0.07, 4.67],
           [0.63, 3.35]], dtype=float32)

    Args:
        shape: The shape of the result; it must end with the shape of the parameters.
        seed: Two integers.
        alpha: The shape parameters.
        beta: The inverse scale parameters; 1 by default.
        dtype: The type of parameters and numbers.
        name: A name for the operation.
    """
    wanted = as_dtype(dtype)
    alphas, rates = convert_to_tensor(alpha, wanted), convert_to_tensor(1 if beta is None else beta, wanted)
    whole = array.broadcast_to(alphas, array.broadcast_dynamic_shape(array.shape(alphas), array.shape(rates)))
    numbers = STATELESS_GAMMA_V3(shape_tensor(shape), *key_counter_alg(seed, "auto_select"), whole)
    result: Any = math.maximum(convert_to_tensor(SMALLEST[wanted.name], wanted), math.divide(numbers, rates), name=name)
    if result.ndim is None:
        result.set_shape(numbers.shape)
    return result


def stateless_poisson(
    shape: Any, seed: TensorLike, lam: TensorLike, dtype: Any = int32, name: str | None = None
) -> Tensor:
    """Numbers of Poisson distributions with the means ``lam``, whose shape ``shape`` must end with."""
    count = shape_tensor(shape)
    means = array.broadcast_to(lam, array.broadcast_dynamic_shape(array.shape(lam), count[:0]))
    result: Tensor = STATELESS_POISSON(count, seed, means, dtype=dtype, name=name)
    return result


def stateless_binomial(
    shape: Any,
    seed: TensorLike,
    counts: TensorLike,
    probs: TensorLike,
    output_dtype: Any = int32,
    name: str | None = None,
) -> Tensor:
    """How often an event of probability ``probs`` happens in ``counts`` trials.

    Args:
        shape: The shape of the result; it must end with what the parameters broadcast to.
        seed: Two integers.
        counts: The numbers of trials.
        probs: The probabilities.
        output_dtype: The type of the result.
        name: A name for the operation.
    """
    chances = convert_to_tensor(probs)
    trials = cast(convert_to_tensor(counts, dtype_hint=chances.dtype), chances.dtype)
    result: Tensor = STATELESS_BINOMIAL(shape_tensor(shape), seed, trials, chances, dtype=output_dtype, name=name)
    return result


def stateless_parameterized_truncated_normal(
    shape: Any,
    seed: TensorLike,
    means: TensorLike = 0.0,
    stddevs: TensorLike = 1.0,
    minvals: TensorLike = -2.0,
    maxvals: TensorLike = 2.0,
    name: str | None = None,
) -> Tensor:
    """Normally distributed numbers between ``minvals`` and ``maxvals``.

    Args:
        shape: The shape of the result; it must end with what the parameters broadcast to.
        seed: Two integers.
        means: The means, before the cut.
        stddevs: The standard deviations, before the cut.
        minvals: The lower bounds.
        maxvals: The upper bounds.
        name: A name for the operation.
    """
    result: Tensor = STATELESS_PARAMETERIZED_TRUNCATED_NORMAL(
        shape_tensor(shape), seed, means, stddevs, minvals, maxvals, name=name
    )
    return result


def stateless_categorical(
    logits: TensorLike, num_samples: TensorLike, seed: TensorLike, dtype: Any = int64, name: str | None = None
) -> Tensor:
    """Draw categories whose probabilities are ``softmax(logits)``: class numbers, ``[batch, num_samples]``."""
    result: Tensor = STATELESS_MULTINOMIAL(logits, num_samples, seed, output_dtype=dtype, name=name)
    return result


# -- shuffles ----------------------------------------------------------------------------------------------------------


def _infer_index_shuffle(index: Spec, seed: Spec, max_index: Spec, *, rounds: int) -> Spec:
    count: int | None = None
    vectors = False
    for spec, scalar_rank in ((index, 0), (seed, 1), (max_index, 0)):
        if spec.shape is None:
            return Spec(None, index.dtype)
        if len(spec.shape) == scalar_rank + 1:
            vectors = True
            count = spec.shape[0] if count is None else count
        elif len(spec.shape) != scalar_rank:
            raise SpecError(f"index_shuffle: operands must be scalars or vectors, got {TensorShape(spec.shape)}.")
    return Spec((count,) if vectors else (), index.dtype)


STATELESS_SHUFFLE = Op(
    "StatelessShuffle",
    ("value: T", "key: uint64", "counter: uint64", "alg: int32"),
    ("output: T",),
    (ANY,),
    infer=infer.unchanged,
)
RANDOM_INDEX_SHUFFLE = Op(
    "RandomIndexShuffle",
    ("index: dtype", "seed: Tseed", "max_index: dtype"),
    ("output: dtype",),
    ("rounds: int = 4", "dtype: {int32, uint32, int64, uint64}", "Tseed: {int32, uint32, int64, uint64}"),
    infer=_infer_index_shuffle,
)
_ARBITRARY = 498247692
"""The third word of the seed of ``index_shuffle``, which the op wants and users do not give."""


def stateless_shuffle(value: TensorLike, seed: TensorLike, alg: Any = "auto_select", name: str | None = None) -> Any:
    """The slices of ``value`` along its first dimension, in an order that is a function of ``seed``.

    >>> tf.random.experimental.stateless_shuffle([1, 2, 3, 4, 5], seed=[1, 2]).numpy()
    array([1, 3, 2, 5, 4], dtype=int32)
    """
    return STATELESS_SHUFFLE(value, *key_counter_alg(seed, alg), name=name)


def index_shuffle(index: TensorLike, seed: TensorLike, max_index: TensorLike) -> Tensor:
    """Where ``index`` stands in a permutation of ``0..max_index`` that is a function of ``seed``.

    >>> sorted(tf.random.experimental.index_shuffle(tf.range(5), [5, 9], 4).numpy().tolist())
    [0, 1, 2, 3, 4]
    """
    words = convert_to_tensor(seed)
    rank = words.ndim
    padded = pad(words, [[1, 0], *[[0, 0]] * ((rank or 1) - 1)], constant_values=_ARBITRARY)
    result: Tensor = RANDOM_INDEX_SHUFFLE(index, padded, max_index)
    return result


# -- new seeds -----------------------------------------------------------------------------------------------------------


def stateless_split(seed: TensorLike, num: TensorLike = 2, alg: Any = "auto_select") -> Tensor:
    """``num`` new seeds, ``[num, 2]``, a function of ``seed``.

    >>> tf.random.split([1, 2], num=3).numpy()
    array([[1105988140, 1738052849],
           [-335576002,  370444179],
           [  10670227, -246211131]], dtype=int32)
    """
    words = convert_to_tensor(seed)
    shape = stack([num, 2])
    result: Tensor = stateless_uniform(shape, words, None, None, words.dtype, alg=alg)
    return result


def stateless_fold_in(seed: TensorLike, data: TensorLike, alg: Any = "auto_select") -> Tensor:
    """A new seed, a function of ``seed`` and the integer ``data`` (a step's number, say).

    >>> tf.random.fold_in([1, 2], 5).numpy()
    array([1105988140,          5], dtype=int32)
    """
    number = convert_to_tensor(data)
    first = stateless_uniform([], seed, None, None, number.dtype, alg=alg)
    return stack([first, number])
