"""Counts of values: bins, histograms, confusion matrices."""

from __future__ import annotations

from typing import Any

from flowstone_core import dtypes, infer
from flowstone_core.conversion import convert_to_tensor
from flowstone_core.dtypes import DType, as_dtype, int32, int64
from flowstone_core.errors import InvalidArgumentError, SpecError
from flowstone_core.op import Op
from flowstone_core.ops import array, filling
from flowstone_core.ops.cast import cast
from flowstone_core.ops.clip import clip_by_value
from flowstone_core.ops.compare import equal, less, less_equal
from flowstone_core.ops.gathering import scatter_nd
from flowstone_core.ops.joining import stack
from flowstone_core.ops.math import add, floor, maximum, minimum, multiply, subtract, truediv
from flowstone_core.ops.reduce import reduce_all, reduce_max
from flowstone_core.ops.script import Assert
from flowstone_core.sparse_tensor import SparseTensor
from flowstone_core.spec import Spec
from flowstone_core.tensor import Tensor, TensorLike

_COUNT_TYPES = "T: {int32, int64, float, double}"


# -- bins ----------------------------------------------------------------------------------------------------------


def _infer_bincount(arr: Spec, size: Spec, weights: Spec) -> Spec:
    return Spec((size.scalar(),), weights.dtype)


def _infer_dense_bincount(input: Spec, size: Spec, weights: Spec, *, binary_output: bool) -> Spec:
    if input.shape is not None and len(input.shape) > 2:
        raise SpecError(f"DenseBincount takes a vector or a matrix, got rank {len(input.shape)}.")
    if input.shape is None:
        return Spec(None, weights.dtype)
    return Spec((*input.shape[:-1], size.scalar()), weights.dtype)


BINCOUNT = Op(
    "Bincount", ("arr: int32", "size: int32", "weights: T"), ("bins: T",), (_COUNT_TYPES,), infer=_infer_bincount
)
DENSE_BINCOUNT = Op(
    "DenseBincount",
    ("input: Tidx", "size: Tidx", "weights: T"),
    ("output: T",),
    ("Tidx: {int32, int64}", _COUNT_TYPES, "binary_output: bool = false"),
    infer=_infer_dense_bincount,
)


def _infer_sparse_bincount(
    indices: Spec, values: Spec, dense_shape: Spec, size: Spec, weights: Spec, *, binary_output: bool
) -> Spec:
    sizes = dense_shape.vector()
    return Spec(None if sizes is None or None in sizes else (*sizes[:-1], size.scalar()), weights.dtype)


SPARSE_BINCOUNT = Op(
    "SparseBincount",
    ("indices: int64", "values: Tidx", "dense_shape: int64", "size: Tidx", "weights: T"),
    ("output: T",),
    ("Tidx: {int32, int64}", _COUNT_TYPES, "binary_output: bool = false"),
    infer=_infer_sparse_bincount,
)


def check_mode(weights: Any, axis: Any, binary_output: bool) -> None:
    """Check what to count.

    Raises:
        ValueError: If both weights and binary output are asked for, or ``axis`` is not 0 or -1.
    """
    if weights is not None and binary_output:
        raise ValueError("Arguments `binary_output` and `weights` are mutually exclusive. Please specify only one.")
    if axis not in (None, 0, -1):
        raise ValueError(f"Unsupported value for argument axis={axis}. Only 0 and -1 are currently supported.")


def dense_weights(weights: Any, dtype: DType) -> Tensor:
    """The weights of the elements of a dense tensor; none of type ``dtype`` if all are 1.

    Raises:
        ValueError: If they are sparse.
    """
    return convert_to_tensor([], dtype) if weights is None else convert_to_tensor(weights)


def sparse_weights(values: SparseTensor, weights: Any, dtype: DType) -> Tensor:
    """The weights of the elements of a sparse tensor; none of type ``dtype`` if all are 1.

    Raises:
        ValueError: If they are not sparse.
        tf.errors.InvalidArgumentError: If they have other coordinates.
    """
    if weights is None:
        return convert_to_tensor([], dtype)
    if not isinstance(weights, SparseTensor):
        raise ValueError(
            "Argument `weights` must be a SparseTensor if `values` is a SparseTensor. Received weights of type "
            f"{type(weights).__name__}."
        )
    for mine, its in ((values.dense_shape, weights.dense_shape), (values.indices, weights.indices)):
        Assert(
            reduce_all(equal(mine, its)), ["`weights` and `values` must have the same shape and indices.", mine, its]
        )
    return weights.values


def bincount(
    arr: TensorLike,
    weights: Any = None,
    minlength: Any = None,
    maxlength: Any = None,
    dtype: Any = int32,
    name: str | None = None,
    axis: Any = None,
    binary_output: bool = False,
) -> Tensor:
    """How often each number from 0 up occurs.

    >>> tf.math.bincount([1, 1, 3]).numpy()
    array([0, 2, 0, 1], dtype=int32)

    Args:
        arr: Numbers that are not negative; a tensor or a ``SparseTensor``.
        weights: What each occurrence counts, instead of 1; of the kind and shape of ``arr``.
        minlength: The least length of the result.
        maxlength: The greatest length of the result; larger numbers are not counted.
        dtype: The type of counts without weights.
        name: A name for the op in a graph.
        axis: None or 0 to count all numbers together, -1 to count each row of a matrix.
        binary_output: Whether to tell only if a number occurs.

    Raises:
        ValueError: If both weights and binary output are asked for, or ``axis`` is another.
        tf.errors.InvalidArgumentError: If a number is negative.
    """
    check_mode(weights, axis, binary_output)
    if not isinstance(arr, SparseTensor):
        arr = convert_to_tensor(arr)
    if not arr.dtype.is_integer:
        arr = cast(arr, int32)
    sparse = arr if isinstance(arr, SparseTensor) else None
    if sparse is not None:
        arr, weights = sparse.values, sparse_weights(sparse, weights, as_dtype(dtype))
    weights = dense_weights(weights, as_dtype(dtype))
    kind = arr.dtype
    largest = reduce_max(arr)
    size = maximum(add(largest, convert_to_tensor(1, dtype=kind)), convert_to_tensor(0, dtype=kind))
    nonempty = cast(less(convert_to_tensor(0, dtype=int32), array.size(arr)), kind)
    size = multiply(nonempty, size)
    if minlength is not None:
        size = maximum(convert_to_tensor(minlength, dtype=kind), size)
    if maxlength is not None:
        size = minimum(convert_to_tensor(maxlength, dtype=kind), size)
    if sparse is not None and axis == -1:
        return SPARSE_BINCOUNT(
            sparse.indices, arr, sparse.dense_shape, size, weights, binary_output=binary_output, name=name
        )
    if axis != -1 and arr.shape.rank != 1:
        arr = array.reshape(arr, [-1])
        if weights.shape.num_elements() != 0:
            weights = array.reshape(weights, [-1])
    return DENSE_BINCOUNT(arr, size, weights, binary_output=binary_output, name=name)


# -- histograms ----------------------------------------------------------------------------------------------------


def _infer_histogram(values: Spec, value_range: Spec, nbins: Spec, *, dtype: DType) -> Spec:
    infer.with_rank(value_range, 1, "HistogramFixedWidth: value_range")
    bins = nbins.scalar()
    if bins is not None and bins <= 0:
        raise SpecError(f"HistogramFixedWidth: nbins must be positive, got {bins}.")
    return Spec((bins,), dtype)


HISTOGRAM_FIXED_WIDTH = Op(
    "HistogramFixedWidth",
    ("values: T", "value_range: T", "nbins: int32"),
    ("out: dtype",),
    (_COUNT_TYPES, "dtype: {int32, int64} = DT_INT32"),
    infer=_infer_histogram,
)


def histogram_fixed_width(
    values: TensorLike, value_range: TensorLike, nbins: Any = 100, dtype: Any = int32, name: str | None = None
) -> Tensor:
    """How many values fall into each of some equal parts of a range; those beyond count for the ends.

    >>> tf.histogram_fixed_width([-1., 0., 1.5, 2., 5., 15.], [0., 5.], nbins=5).numpy()
    array([2, 1, 1, 0, 2], dtype=int32)

    Args:
        values: Numbers.
        value_range: The two ends of the range.
        nbins: How many parts.
        dtype: The type of the counts: int32 or int64.
        name: A name for the op in a graph.

    Raises:
        tf.errors.InvalidArgumentError: If the range is empty, or a value is nan.
    """
    return HISTOGRAM_FIXED_WIDTH(values, value_range, nbins, dtype=as_dtype(dtype), name=name)


def histogram_fixed_width_bins(
    values: TensorLike, value_range: TensorLike, nbins: Any = 100, dtype: Any = int32, name: str | None = None
) -> Tensor:
    """The number of the part of a range that each value falls into, as int32 whatever ``dtype`` says.

    >>> tf.histogram_fixed_width_bins([-1., 1.5, 15.], [0., 5.], nbins=5).numpy()
    array([0, 1, 4], dtype=int32)
    """
    x = convert_to_tensor(values)
    flat = array.reshape(x, [-1])
    limits = convert_to_tensor(value_range, dtype_hint=x.dtype)
    scaled = truediv(subtract(flat, limits[0]), subtract(limits[1], limits[0]))
    count = convert_to_tensor(nbins, dtype=int32)
    positions = floor(multiply(cast(count, x.dtype), scaled))
    last = cast(subtract(count, 1), x.dtype)
    clipped = clip_by_value(positions, convert_to_tensor(0, dtype=x.dtype), last)
    return cast(array.reshape(clipped, array.shape(x)), int32, name)


# -- confusion matrices --------------------------------------------------------------------------------------------


def _squeezed(labels: Tensor, predictions: Tensor) -> tuple[Tensor, Tensor]:
    """Without a last dimension of size 1 that only one of the two has."""
    ranks = (labels.shape.rank, predictions.shape.rank)
    if None in ranks:
        return labels, predictions
    if ranks[1] == ranks[0] + 1 and predictions.shape[-1] in (None, 1):  # type: ignore[operator]
        return labels, array.squeeze(predictions, [-1])
    if ranks[0] == ranks[1] + 1 and labels.shape[-1] in (None, 1):  # type: ignore[operator]
        return array.squeeze(labels, [-1]), predictions
    return labels, predictions


def confusion_matrix(
    labels: TensorLike,
    predictions: TensorLike,
    num_classes: Any = None,
    weights: Any = None,
    dtype: Any = int32,
    name: str | None = None,
) -> Tensor:
    """How often each class (a row) was taken for each class (a column).

    >>> tf.math.confusion_matrix(labels=[0, 1, 1], predictions=[0, 0, 1]).numpy()
    array([[1, 0],
           [1, 1]], dtype=int32)

    Args:
        labels: The true classes.
        predictions: The predicted classes.
        num_classes: How many classes there are; as many as occur by default.
        weights: What each pair counts, instead of 1.
        dtype: The type of the counts.
        name: A name for the op in a graph.

    Raises:
        tf.errors.InvalidArgumentError: If a class is negative or not below ``num_classes``.
    """
    labels, predictions = _squeezed(convert_to_tensor(labels), convert_to_tensor(predictions))
    if 0 in (labels.shape.rank, predictions.shape.rank):
        raise InvalidArgumentError(None, None, f"Classes must be vectors, got {labels!r} and {predictions!r}.")
    rows, columns = cast(labels, int64), cast(predictions, int64)
    if num_classes is None:
        classes = add(maximum(reduce_max(columns), reduce_max(rows)), convert_to_tensor(1, dtype=int64))
    else:
        classes = cast(convert_to_tensor(num_classes), int64)
    target = as_dtype(dtype)
    indices = stack([rows, columns], axis=1)
    counts = filling.ones_like(columns, dtype=target) if weights is None else cast(weights, target)
    return scatter_nd(indices, counts, stack([classes, classes]), name=name)


# -- order ---------------------------------------------------------------------------------------------------------


def _steps(x: TensorLike) -> tuple[Tensor, Tensor]:
    """The differences of neighbours, and 0."""
    x = convert_to_tensor(x)
    if x.dtype is dtypes.string or x.dtype.is_bool:
        raise TypeError(f"Expected x to be numeric, instead found: {x!r}")
    flat = array.reshape(x, [-1])
    return subtract(flat[1:], flat[:-1]), convert_to_tensor(0, dtype=x.dtype)


def is_non_decreasing(x: TensorLike, name: str | None = None) -> Tensor:
    """Whether each element, in row-major order, is at least the one before it.

    >>> bool(tf.math.is_non_decreasing([1, 2, 2]))
    True
    """
    steps, zero = _steps(x)
    return reduce_all(less_equal(zero, steps), name=name)


def is_strictly_increasing(x: TensorLike, name: str | None = None) -> Tensor:
    """Whether each element, in row-major order, is greater than the one before it."""
    steps, zero = _steps(x)
    return reduce_all(less(zero, steps), name=name)
