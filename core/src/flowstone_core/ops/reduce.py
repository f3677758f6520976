"""Reductions: sums, means, products, extrema, logic, norms and positions over dimensions of a tensor."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from flowstone_core import dtypes, infer
from flowstone_core.composite import is_composite
from flowstone_core.conversion import convert_to_tensor
from flowstone_core.dtypes import DType, as_dtype, int32, int64
from flowstone_core.errors import SpecError
from flowstone_core.interpreter import state
from flowstone_core.op import Op
from flowstone_core.ops import array, filling
from flowstone_core.ops.cast import cast
from flowstone_core.ops.compare import is_finite, not_equal
from flowstone_core.ops.complex import conj, real
from flowstone_core.ops.elementary import exp, log, sqrt
from flowstone_core.ops.math import add, multiply, multiply_no_nan, square, subtract
from flowstone_core.shapes import TensorShape
from flowstone_core.spec import Spec
from flowstone_core.tensor import EagerTensor, Tensor, TensorLike
from flowstone_core.typelists import INDEX, NUMBERS_AND_QUANTIZED, REALS_AND_QUANTIZED

# -- the ops -------------------------------------------------------------------------------------------------------


def _infer_reduction(input: Spec, reduction_indices: Spec, *, keep_dims: bool, **attrs: Any) -> Spec:
    """The shape without the reduced dimensions; with ``keep_dims`` they have size 1."""
    if input.shape is None:
        return Spec(None, input.dtype)
    rank = len(input.shape)
    known = reduction_indices.vector()
    if known is None or None in known:
        if keep_dims:
            return Spec((None,) * rank, input.dtype)
        return Spec(None, input.dtype)
    gone = {infer.axis_in(axis, rank, "Invalid reduction dimension: axis") for axis in known if axis is not None}
    if keep_dims:
        return Spec(tuple(1 if axis in gone else size for axis, size in enumerate(input.shape)), input.dtype)
    return Spec(tuple(size for axis, size in enumerate(input.shape) if axis not in gone), input.dtype)


def _reduction(name: str, types: str | None) -> Op:
    attrs = ("keep_dims: bool = false", *([types] if types else []), INDEX)
    kind = "T" if types else "bool"
    return Op(name, (f"input: {kind}", "reduction_indices: Tidx"), (f"output: {kind}",), attrs, infer=_infer_reduction)


SUM, MEAN, PROD, EUCLIDEAN_NORM = (
    _reduction(name, NUMBERS_AND_QUANTIZED) for name in ("Sum", "Mean", "Prod", "EuclideanNorm")
)
MAX, MIN = (_reduction(name, REALS_AND_QUANTIZED) for name in ("Max", "Min"))
ALL, ANY = (_reduction(name, None) for name in ("All", "Any"))


@functools.lru_cache(maxsize=256)
def _eager_axes(axes: tuple[int, ...] | int) -> EagerTensor:
    return EagerTensor(np.array(axes, np.int32), int32)


def _axes_constant(axes: tuple[int, ...] | int) -> Any:
    made, current = _eager_axes(axes), state.current
    return made if current is None else current.constant(made)


def reduction_axes(x: Tensor, axis: Any) -> Any:
    """``axis`` as the op takes it: None means every dimension."""
    if axis is None:
        rank = x.ndim
        return filling.range(array.rank(x)) if rank is None else _axes_constant(tuple(range(rank)))
    if type(axis) is int:
        return _axes_constant(axis)
    if type(axis) in (list, tuple) and all(type(item) is int for item in axis):
        return _axes_constant(tuple(axis))
    return axis


def _reduce(op: Op, x: Any, axis: Any, keepdims: Any, name: str | None) -> Any:
    if is_composite(x):
        return op(x, axis, keep_dims=bool(keepdims), name=name)
    logical = op.inputs[0].dtype is dtypes.bool and not isinstance(x, Tensor)
    x = convert_to_tensor(x, dtypes.bool if logical else None)
    result = op(x, reduction_axes(x, axis), keep_dims=bool(keepdims), name=name)
    if axis is None and not keepdims and x.ndim is None:
        result.set_shape(())
    return result


def reduce_sum(input_tensor: TensorLike, axis: Any = None, keepdims: bool = False, name: str | None = None) -> Tensor:
    """The sum of elements over dimensions.

    >>> tf.reduce_sum([[1, 2], [3, 4]], axis=0).numpy()
    array([4, 6], dtype=int32)

    Args:
        input_tensor: A numeric tensor.
        axis: The dimension or dimensions to reduce; all by default.
        keepdims: Whether the reduced dimensions stay, with size 1.
        name: A name for the op in a graph.

    Raises:
        tf.errors.InvalidArgumentError: If a dimension does not exist or is given twice.
    """
    return _reduce(SUM, input_tensor, axis, keepdims, name)


def reduce_mean(input_tensor: TensorLike, axis: Any = None, keepdims: bool = False, name: str | None = None) -> Tensor:
    """The mean of elements over dimensions; of integers, cut towards zero to an integer.

    >>> tf.reduce_mean([[1., 2.], [3., 4.]], axis=1).numpy()
    array([1.5, 3.5], dtype=float32)
    """
    return _reduce(MEAN, input_tensor, axis, keepdims, name)


def reduce_prod(input_tensor: TensorLike, axis: Any = None, keepdims: bool = False, name: str | None = None) -> Tensor:
    """The product of elements over dimensions."""
    return _reduce(PROD, input_tensor, axis, keepdims, name)


def reduce_max(input_tensor: TensorLike, axis: Any = None, keepdims: bool = False, name: str | None = None) -> Tensor:
    """The largest element over dimensions; nan if one is nan."""
    return _reduce(MAX, input_tensor, axis, keepdims, name)


def reduce_min(input_tensor: TensorLike, axis: Any = None, keepdims: bool = False, name: str | None = None) -> Tensor:
    """The smallest element over dimensions; nan if one is nan."""
    return _reduce(MIN, input_tensor, axis, keepdims, name)


def reduce_all(input_tensor: TensorLike, axis: Any = None, keepdims: bool = False, name: str | None = None) -> Tensor:
    """Whether all elements are true, over dimensions of a boolean tensor."""
    return _reduce(ALL, input_tensor, axis, keepdims, name)


def reduce_any(input_tensor: TensorLike, axis: Any = None, keepdims: bool = False, name: str | None = None) -> Tensor:
    """Whether any element is true, over dimensions of a boolean tensor."""
    return _reduce(ANY, input_tensor, axis, keepdims, name)


def reduce_euclidean_norm(
    input_tensor: TensorLike, axis: Any = None, keepdims: bool = False, name: str | None = None
) -> Tensor:
    """``sqrt(sum(|x|²))`` over dimensions."""
    return _reduce(EUCLIDEAN_NORM, input_tensor, axis, keepdims, name)


# -- composed reductions -------------------------------------------------------------------------------------------


def reduce_logsumexp(
    input_tensor: TensorLike, axis: Any = None, keepdims: bool = False, name: str | None = None
) -> Tensor:
    """``log(sum(exp(x)))`` over dimensions, without overflow.

    >>> tf.reduce_logsumexp([0., 0.]).numpy()
    np.float32(0.6931472)
    """
    x = input_tensor if is_composite(input_tensor) else convert_to_tensor(input_tensor)
    largest = reduce_max(x, axis, True)
    finite = cast(is_finite(largest), largest.dtype)
    largest = array.stop_gradient(multiply_no_nan(largest, finite))
    total = log(reduce_sum(exp(subtract(x, largest)), axis, keepdims))
    if not keepdims:
        largest = array.reshape(largest, array.shape(total))
    return add(total, largest, name=name)


def reduce_variance(
    input_tensor: TensorLike, axis: Any = None, keepdims: bool = False, name: str | None = None
) -> Tensor:
    """The mean squared distance from the mean over dimensions (not Bessel's estimate); real for complex tensors.

    Raises:
        TypeError: If the tensor holds integers.
    """
    x = input_tensor if is_composite(input_tensor) else convert_to_tensor(input_tensor)
    mean = reduce_mean(x, axis, True)
    if x.dtype.is_integer:
        raise TypeError(f"Input must be either real or complex. Received integer type {x.dtype}.")
    difference = subtract(x, mean)
    if x.dtype.is_complex:
        squared = real(multiply(difference, conj(difference)))
    else:
        squared = square(difference)
    return reduce_mean(squared, axis, keepdims, name)


def reduce_std(input_tensor: TensorLike, axis: Any = None, keepdims: bool = False, name: str | None = None) -> Tensor:
    """The square root of ``tf.math.reduce_variance``."""
    return sqrt(reduce_variance(input_tensor, axis, keepdims), name=name)


def count_nonzero(
    input: TensorLike, axis: Any = None, keepdims: Any = None, dtype: Any = int64, name: str | None = None
) -> Tensor:
    """The number of elements that are not zero (of strings: not empty) over dimensions.

    >>> tf.math.count_nonzero([[0, 1], [1, 1]]).numpy()
    np.int64(3)
    """
    x = input if is_composite(input) else convert_to_tensor(input)
    zero = convert_to_tensor("" if x.dtype is dtypes.string else x.dtype.as_numpy_dtype(0), dtype=x.dtype)
    return cast(reduce_sum(cast(not_equal(x, zero), int64), axis, bool(keepdims)), dtype, name)


# -- positions -----------------------------------------------------------------------------------------------------


def _infer_arg(input: Spec, dimension: Spec, *, output_type: DType) -> Spec:
    if dimension.shape not in (None, ()):
        raise SpecError(f"ArgMax and ArgMin take one dimension, a scalar. Got shape {TensorShape(dimension.shape)}.")
    if input.shape is None:
        return Spec(None, output_type)
    axis, rank = dimension.scalar(), len(input.shape)
    if rank <= 1:  # whatever the dimension is: the kernel looks at it
        return Spec((), output_type)
    if axis is None:
        return Spec((None,) * (rank - 1), output_type)
    if not -rank <= axis < rank:
        raise SpecError(f"Expected dimension in the range [{-rank}, {rank}), but got {axis}.")
    axis %= rank
    return Spec(input.shape[:axis] + input.shape[axis + 1 :], output_type)


_ARG_TYPES = f"{REALS_AND_QUANTIZED[:-1]}, bool}}"
ARG_MAX = Op(
    "ArgMax",
    ("input: T", "dimension: Tidx"),
    ("output: output_type",),
    (
        _ARG_TYPES,
        "Tidx: {int16, int32, int64} = DT_INT32",
        "output_type: {int16, uint16, int32, int64} = DT_INT64",
    ),
    infer=_infer_arg,
)
ARG_MIN = Op(
    "ArgMin",
    ("input: T", "dimension: Tidx"),
    ("output: output_type",),
    (_ARG_TYPES, INDEX, "output_type: {int32, int64} = DT_INT64"),
    infer=_infer_arg,
)


_INTEGERS = (int, np.integer, np.ndarray, list, tuple)
_AXIS_TYPES = (dtypes.int16, int32, int64)


def argmax(input: TensorLike, axis: Any = None, output_type: Any = int64, name: str | None = None) -> Tensor:
    """The position of the largest element along a dimension; of equal ones, the first; nan is never the largest.

    >>> tf.argmax([[1, 3, 2], [4, 4, 0]], axis=1).numpy()
    array([1, 0])

    Args:
        input: A tensor.
        axis: The dimension; 0 by default.
        output_type: The integer type of the result.
        name: A name for the op in a graph.

    Raises:
        tf.errors.InvalidArgumentError: If the dimension does not exist or is empty.
        TypeError: If the dimension is no integer.
    """
    if axis is None:
        axis = _axes_constant(0)
    elif not isinstance(axis, _INTEGERS) and getattr(axis, "dtype", None) not in _AXIS_TYPES:
        raise TypeError(f"tf.argmax takes an integer (int16, int32 or int64) as axis, got {axis!r}.")
    return ARG_MAX(input, axis, output_type=as_dtype(output_type), name=name)


def argmin(input: TensorLike, axis: Any = None, output_type: Any = int64, name: str | None = None) -> Tensor:
    """The position of the smallest element along a dimension; of equal ones, the first; nan is never the smallest."""
    return ARG_MIN(input, _axes_constant(0) if axis is None else axis, output_type=as_dtype(output_type), name=name)
