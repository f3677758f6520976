"""Random numbers that follow the global seed: uniform, normal, gamma, Poisson, categories, shuffles."""

from __future__ import annotations

from typing import Any

from flowstone_core import dtypes, infer
from flowstone_core.conversion import convert_to_tensor
from flowstone_core.dtypes import DType, as_dtype, float32, int64
from flowstone_core.errors import SpecError
from flowstone_core.op import WORLD, Op
from flowstone_core.ops import array, math
from flowstone_core.ops.array import ANY
from flowstone_core.ops.filling import shape_tensor
from flowstone_core.random_seed import op_seeds
from flowstone_core.shapes import Dims
from flowstone_core.spec import Spec
from flowstone_core.tensor import Tensor, TensorLike

SEEDS = ("seed: int = 0", "seed2: int = 0")
_SHAPE = "T: {int32, int64}"
_FLOATS = "dtype: {half, bfloat16, float, double}"
_POISSON = "{half, float, double, int32, int64}"
LOGITS = (
    "T: {float, double, int32, uint8, int16, int8, int64, bfloat16, uint16, half, uint32, uint64}",
    "output_dtype: {int32, int64} = DT_INT64",
)


# -- uniform and normal ------------------------------------------------------------------------------------------


def drawn_shape(dims: Spec) -> Dims:
    """The shape that the tensor ``dims`` describes.

    Raises:
        SpecError: If a size is less than -1 (of which only the kernel complains, as in TensorFlow).
    """
    infer.with_rank(dims, 1, "Random numbers: the shape")
    sizes = dims.vector()
    if sizes is not None and any(size is not None and size < -1 for size in sizes):
        raise SpecError(f"Random numbers: sizes must not be negative, got {list(sizes)}.")
    return None if sizes is None else tuple(None if size == -1 else size for size in sizes)


def infer_filled(shape: Spec, *, dtype: DType, **attrs: Any) -> Spec:
    """A tensor of the given shape and type."""
    return Spec(drawn_shape(shape), dtype)


def infer_int_range(shape: Spec, minval: Spec, maxval: Spec, **attrs: Any) -> Spec:
    """A tensor of the given shape and the bounds' type."""
    for spec, what in ((minval, "minval"), (maxval, "maxval")):
        infer.with_rank(spec, 0, what)
    return Spec(drawn_shape(shape), minval.dtype)


def _filled(name: str) -> Op:
    return Op(name, ("shape: T",), ("output: dtype",), (*SEEDS, _FLOATS, _SHAPE), infer=infer_filled, effects=WORLD)


RANDOM_UNIFORM = _filled("RandomUniform")
RANDOM_STANDARD_NORMAL = _filled("RandomStandardNormal")
TRUNCATED_NORMAL = _filled("TruncatedNormal")
RANDOM_UNIFORM_INT = Op(
    "RandomUniformInt",
    ("shape: T", "minval: Tout", "maxval: Tout"),
    ("output: Tout",),
    (*SEEDS, "Tout: {int32, int64}", _SHAPE),
    infer=infer_int_range,
    effects=WORLD,
)


def scaled(numbers: Any, scale: Any, offset: Any, name: str | None = None) -> Any:
    """``numbers * scale + offset``, which has the shape of the numbers if that of the others is not known."""
    result: Any = math.add(math.multiply(numbers, scale), offset, name=name)
    if result.ndim is None:
        result.set_shape(numbers.shape)
    return result


def uniform_range(numbers: Any, minval: Any, maxval: Any, dtype: DType, name: str | None = None) -> Any:
    """Numbers in [0, 1) stretched to ``[minval, maxval)``, with no arithmetic where none is needed."""
    if maxval is None:
        maxval = 1
    from_zero = type(minval) is int and minval == 0
    if from_zero and type(maxval) is int and maxval == 1:
        return numbers
    high = convert_to_tensor(maxval, dtype)
    if from_zero:
        return math.multiply(numbers, high, name=name)
    low = convert_to_tensor(minval, dtype)
    return scaled(numbers, math.subtract(high, low), low, name)


def number_type(dtype: Any, allowed: tuple[DType, ...]) -> DType:
    """``dtype``, which must be one of ``allowed``."""
    wanted = as_dtype(dtype)
    if wanted not in allowed:
        names = ", ".join(each.name for each in allowed)
        raise ValueError(f"Argument `dtype` got invalid value {dtype}. Accepted dtypes are {names}.")
    return wanted


UNIFORM_TYPES = (dtypes.float16, dtypes.bfloat16, float32, dtypes.float64, dtypes.int32, int64)


def uniform(
    shape: Any,
    minval: Any = 0,
    maxval: Any = None,
    dtype: Any = float32,
    seed: int | None = None,
    name: str | None = None,
) -> Any:
    """Uniformly distributed numbers in ``[minval, maxval)``.

    >>> tf.random.uniform([2, 3]).shape
    TensorShape([2, 3])

    Args:
        shape: The shape of the result.
        minval: The lower bound, included.
        maxval: The upper bound, excluded; 1 for floats, required for integers.
        dtype: A float or integer type.
        seed: A seed for this op, beside the global one.
        name: A name for the operation.

    Raises:
        ValueError: For other types, or integers without ``maxval``.
    """
    wanted = number_type(dtype, UNIFORM_TYPES)
    if not wanted.is_integer:
        numbers = RANDOM_UNIFORM(shape_tensor(shape), dtype=wanted, **op_seeds(seed))
        return uniform_range(numbers, minval, maxval, wanted, name)
    if maxval is None:
        raise ValueError(f"Must specify maxval for integer dtype {wanted.name}.")
    low, high = convert_to_tensor(minval, wanted), convert_to_tensor(maxval, wanted)
    return RANDOM_UNIFORM_INT(shape_tensor(shape), low, high, **op_seeds(seed), name=name)


def normal(
    shape: Any,
    mean: TensorLike = 0.0,
    stddev: TensorLike = 1.0,
    dtype: Any = float32,
    seed: int | None = None,
    name: str | None = None,
) -> Any:
    """Normally distributed numbers.

    >>> tf.random.normal([4], mean=10.).shape
    TensorShape([4])

    Args:
        shape: The shape of the result (which ``mean`` and ``stddev`` broadcast with).
        mean: The mean.
        stddev: The standard deviation.
        dtype: A float type.
        seed: A seed for this op, beside the global one.
        name: A name for the operation.
    """
    wanted = as_dtype(dtype)
    numbers = RANDOM_STANDARD_NORMAL(shape_tensor(shape), dtype=wanted, **op_seeds(seed))
    return scaled(numbers, convert_to_tensor(stddev, wanted), convert_to_tensor(mean, wanted), name)


def truncated_normal(
    shape: Any,
    mean: TensorLike = 0.0,
    stddev: TensorLike = 1.0,
    dtype: Any = float32,
    seed: int | None = None,
    name: str | None = None,
) -> Any:
    """Normally distributed numbers, all within two standard deviations of the mean.

    >>> bool(tf.reduce_all(tf.abs(tf.random.truncated_normal([100])) < 2))
    True
    """
    wanted = as_dtype(dtype)
    numbers = TRUNCATED_NORMAL(shape_tensor(shape), dtype=wanted, **op_seeds(seed))
    return scaled(numbers, convert_to_tensor(stddev, wanted), convert_to_tensor(mean, wanted), name)


# -- gamma and Poisson -------------------------------------------------------------------------------------------


def infer_shape_then(shape: Spec, parameter: Spec, dtype: DType) -> Spec:
    """The given shape followed by the parameter's."""
    sizes = drawn_shape(shape)
    if sizes is None or parameter.shape is None:
        return Spec(None, dtype)
    return Spec(sizes + parameter.shape, dtype)


RANDOM_GAMMA = Op(
    "RandomGamma",
    ("shape: S", "alpha: T"),
    ("output: T",),
    (*SEEDS, "S: {int32, int64}", "T: {half, float, double}"),
    infer=lambda shape, alpha, **attrs: infer_shape_then(shape, alpha, alpha.dtype),
    effects=WORLD,
)
RANDOM_POISSON_V2 = Op(
    "RandomPoissonV2",
    ("shape: S", "rate: R"),
    ("output: dtype",),
    (*SEEDS, "S: {int32, int64}", f"R: {_POISSON} = DT_DOUBLE", f"dtype: {_POISSON} = DT_INT64"),
    infer=lambda shape, rate, *, dtype, **attrs: infer_shape_then(shape, rate, dtype),
    effects=WORLD,
)


def gamma(
    shape: Any,
    alpha: TensorLike,
    beta: TensorLike = None,
    dtype: Any = float32,
    seed: int | None = None,
    name: str | None = None,
) -> Any:
    """Numbers of the gamma distribution with density ``beta^alpha x^(alpha-1) exp(-beta x) / Gamma(alpha)``.

    >>> tf.random.gamma([10], [0.5, 1.5]).shape
    TensorShape([10, 2])

    Args:
        shape: How many numbers for each parameter.
        alpha: The shape parameters.
        beta: The inverse scale parameters, broadcast with ``alpha``; 1 by default.
        dtype: The type of parameters and numbers.
        seed: A seed for this op, beside the global one.
        name: A name for the operation.

    Returns:
        A tensor of shape ``shape + broadcast(alpha, beta).shape``.
    """
    wanted = as_dtype(dtype)
    shapes, rates = convert_to_tensor(alpha, wanted), convert_to_tensor(1 if beta is None else beta, wanted)
    shapes = array.broadcast_to(shapes, array.broadcast_dynamic_shape(array.shape(shapes), array.shape(rates)))
    numbers = RANDOM_GAMMA(shape_tensor(shape), shapes, **op_seeds(seed))
    smallest = convert_to_tensor(wanted.as_numpy_dtype(SMALLEST[wanted.name]), wanted)
    return math.maximum(smallest, math.divide(numbers, rates), name=name)


SMALLEST = {"float16": 6.103515625e-05, "float32": 1.1754943508222875e-38, "float64": 2.2250738585072014e-308}


def poisson(shape: Any, lam: TensorLike, dtype: Any = float32, seed: int | None = None, name: str | None = None) -> Any:
    """Numbers of Poisson distributions with the means ``lam``.

    >>> tf.random.poisson([10], [0.5, 1.5]).shape
    TensorShape([10, 2])
    """
    return RANDOM_POISSON_V2(shape_tensor(shape), lam, dtype=dtype, **op_seeds(seed), name=name)


# -- categories and shuffles ---------------------------------------------------------------------------------------


def infer_categories(logits: Spec, num_samples: Spec, *, output_dtype: DType) -> Spec:
    """``[batch, num_samples]``."""
    rows, _ = infer.with_rank(logits, 2, "logits")
    infer.with_rank(num_samples, 0, "num_samples")
    count = num_samples.scalar()
    if count is not None and count < 0:
        raise SpecError(f"num_samples should be nonnegative, got {count}.")
    return Spec((rows, count), output_dtype)


MULTINOMIAL = Op(
    "Multinomial",
    ("logits: T", "num_samples: int32"),
    ("output: output_dtype",),
    (*SEEDS, *LOGITS),
    infer=lambda logits, count, *, output_dtype, **attrs: infer_categories(logits, count, output_dtype=output_dtype),
    effects=WORLD,
)
RANDOM_SHUFFLE = Op(
    "RandomShuffle",
    ("value: T",),
    ("output: T",),
    (*SEEDS, ANY),
    infer=infer.unchanged,
    effects=WORLD,
)


def categorical(
    logits: TensorLike, num_samples: TensorLike, dtype: Any = None, seed: int | None = None, name: str | None = None
) -> Tensor:
    """Draw categories whose probabilities are ``softmax(logits)``.

    >>> tf.random.categorical(tf.math.log([[0.5, 0.5]]), 5).shape
    TensorShape([1, 5])

    Args:
        logits: Unnormalized log-probabilities, ``[batch, classes]``.
        num_samples: How many draws for each row.
        dtype: ``tf.int64`` (the default) or ``tf.int32``.
        seed: A seed for this op, beside the global one.
        name: A name for the operation.

    Returns:
        Class numbers, ``[batch, num_samples]``.
    """
    result: Tensor = MULTINOMIAL(
        logits, num_samples, output_dtype=int64 if dtype is None else dtype, **op_seeds(seed), name=name
    )
    return result


def shuffle(value: TensorLike, seed: int | None = None, name: str | None = None) -> Any:
    """The slices of ``value`` along its first dimension, in random order.

    >>> sorted(tf.random.shuffle([1, 2, 3]).numpy().tolist())
    [1, 2, 3]
    """
    return RANDOM_SHUFFLE(value, **op_seeds(seed), name=name)
