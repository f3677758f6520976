"""New tensors by rule: zeros, ones, constants, ranges, one-hot vectors."""

from __future__ import annotations

import builtins
from typing import Any

import numpy as np

from flowstone_core import dtypes, infer
from flowstone_core.composite import is_composite
from flowstone_core.conversion import convert_to_tensor, to_tensor
from flowstone_core.dtypes import DType, as_dtype, float32, int32
from flowstone_core.errors import SpecError
from flowstone_core.interpreter import state, user_error
from flowstone_core.op import Effects, Op
from flowstone_core.ops import array, compare
from flowstone_core.ops.array import ANY, RANGE, index_type
from flowstone_core.ops.cast import cast
from flowstone_core.ops.joining import concat
from flowstone_core.shapes import Dims, TensorShape
from flowstone_core.spec import Spec
from flowstone_core.tensor import EagerTensor, Tensor, TensorLike

_ONES = "bfloat16, half, float, double, int8, uint8, int16, uint16, int32, uint32, int64, uint64, complex64, complex128"

# -- one value ---------------------------------------------------------------------------------------------------


def filled_shape(dims: Spec, what: str = "Fill") -> Dims:
    """The shape that the tensor ``dims`` describes.

    Raises:
        SpecError: If a size is negative.
    """
    infer.with_rank(dims, 1, f"{what}: the shape")
    sizes = dims.vector()
    if sizes is not None and any(size is not None and size < 0 for size in sizes):
        raise SpecError(f"{what}: sizes must not be negative, got {list(sizes)}.")
    return sizes


def _infer_fill(dims: Spec, value: Spec) -> Spec:
    infer.with_rank(value, 0, "Fill: value")
    return Spec(filled_shape(dims), value.dtype)


FILL = Op("Fill", ("dims: index_type", "value: T"), ("output: T",), (ANY, index_type("index_type")), infer=_infer_fill)
ZEROS_LIKE = Op("ZerosLike", ("x: T",), ("y: T",), (ANY,), infer=lambda x: Spec(x.shape, x.dtype, handle=x.handle))
ONES_LIKE = Op("OnesLike", ("x: T",), ("y: T",), (f"T: {{{_ONES}, bool}}",), infer=infer.unchanged)
EMPTY = Op(
    "Empty",
    ("shape: int32",),
    ("output: dtype",),
    ("dtype: type", "init: bool = false"),
    infer=lambda shape, *, dtype, init: Spec(filled_shape(shape, "Empty"), dtype),
    effects=Effects(stateful=True),
)


def fill(dims: Any, value: TensorLike, name: str | None = None, layout: Any = None) -> Any:
    """A tensor of shape ``dims`` whose elements are all ``value``.

    >>> tf.fill([2, 3], 9).numpy()
    array([[9, 9, 9],
           [9, 9, 9]], dtype=int32)
    """
    _no_layout(layout)
    return FILL(dims, value, name=name)


def _no_layout(layout: Any) -> None:
    if layout is not None:
        raise NotImplementedError("Layouts of DTensor are not supported: leave `layout` out.")


def _static_sizes(shape: Any) -> tuple[int, ...] | None:
    """``shape`` as sizes if it is known now and legal, else None."""
    if isinstance(shape, TensorShape):
        return shape.as_tuple() if shape.is_fully_defined() else None  # type: ignore[return-value]
    if isinstance(shape, (list, tuple)):
        sizes = tuple(shape)
    elif isinstance(shape, (int, np.integer)):
        sizes = (shape,)
    elif type(shape) is EagerTensor and shape._array.ndim == 1 and shape._dtype.is_integer:
        sizes = tuple(shape._array.tolist())
    else:
        return None
    if all(isinstance(size, (int, np.integer)) and type(size) is not bool and size >= 0 for size in sizes):
        return tuple(builtins.map(int, sizes))
    return None


def shape_tensor(shape: Any) -> Tensor:
    """``shape`` as a vector; the op that takes it says whether its type will do."""
    if is_composite(shape):  # a DynamicRaggedShape
        return shape
    tensor = convert_to_tensor(shape, int32 if isinstance(shape, (list, tuple)) and not shape else None, int32)
    return array.reshape(tensor, [-1]) if tensor.ndim == 0 else tensor


def made(tensor: EagerTensor) -> Any:
    """A tensor made from Python values, as the running interpreter's constant."""
    return tensor if state.current is None else state.current.constant(tensor)


def constant_of(shape: Any, value: Any, dtype: DType, name: str | None = None) -> Any:
    """A tensor of ``shape`` full of the Python ``value``: at once in eager mode, else by ``Fill``."""
    if state.current is None:
        sizes = _static_sizes(shape)
        if sizes is not None:
            if value == 0:
                return EagerTensor(np.zeros(sizes, dtype.numpy_dtype), dtype)
            return EagerTensor(np.full(sizes, value, dtype.numpy_dtype), dtype)
    dims = shape_tensor(shape)
    if not (dims.dtype.is_integer or isinstance(shape, Tensor)):
        raise TypeError(f"Cannot convert {shape!r} to a shape: sizes are integers.")
    return FILL(dims, convert_to_tensor(value, dtype), name=name)


def zeros(shape: Any, dtype: Any = float32, name: str | None = None, layout: Any = None) -> Any:
    """A tensor of zeros (``False`` or ``b""`` for bools and strings).

    >>> tf.zeros([2, 2]).numpy()
    array([[0., 0.],
           [0., 0.]], dtype=float32)
    """
    _no_layout(layout)
    target = as_dtype(dtype)
    if target is dtypes.string:
        return constant_of(shape, b"", target, name)
    return constant_of(shape, False if target.is_bool else 0, target, name)


def ones(shape: Any, dtype: Any = float32, name: str | None = None, layout: Any = None) -> Any:
    """A tensor of ones (``True`` for bools).

    >>> tf.ones([2], tf.int32).numpy()
    array([1, 1], dtype=int32)

    Raises:
        TypeError: For strings.
    """
    _no_layout(layout)
    target = as_dtype(dtype)
    if target is dtypes.string:
        raise TypeError("Cannot convert 1 to EagerTensor of dtype string")
    return constant_of(shape, True if target.is_bool else 1, target, name)


def zeros_like(input: TensorLike, dtype: Any = None, name: str | None = None, layout: Any = None) -> Any:
    """Zeros with the shape (and, by default, the type) of ``input``.

    >>> tf.zeros_like([[1, 2]]).numpy()
    array([[0, 0]], dtype=int32)
    """
    _no_layout(layout)
    if is_composite(input):
        return input.__flowstone_op__(ZEROS_LIKE, (input,), {} if dtype is None else {"dtype": as_dtype(dtype)})
    x = convert_to_tensor(input)
    target = x.dtype if dtype is None else as_dtype(dtype)
    return ZEROS_LIKE(x, name=name) if target is x.dtype else zeros(array.shape(x), target, name)


def ones_like(input: TensorLike, dtype: Any = None, name: str | None = None, layout: Any = None) -> Any:
    """Ones with the shape (and, by default, the type) of ``input``.

    >>> tf.ones_like([[1., 2.]]).numpy()
    array([[1., 1.]], dtype=float32)
    """
    _no_layout(layout)
    if is_composite(input):
        return input.__flowstone_op__(ONES_LIKE, (input,), {} if dtype is None else {"dtype": as_dtype(dtype)})
    x = convert_to_tensor(input)
    target = x.dtype if dtype is None else as_dtype(dtype)
    return ONES_LIKE(x, name=name) if target is x.dtype else ones(array.shape(x), target, name)


def eye(
    num_rows: Any,
    num_columns: Any = None,
    batch_shape: Any = None,
    dtype: Any = float32,
    name: str | None = None,
) -> Tensor:
    """Identity matrices.

    >>> tf.eye(2, 3).numpy()
    array([[1., 0., 0.],
           [0., 1., 0.]], dtype=float32)

    Args:
        num_rows: The number of rows.
        num_columns: The number of columns; as many as rows by default.
        batch_shape: The shape of the stack of matrices, if any.
        dtype: The element type.
        name: A name for the operation.

    Raises:
        TypeError: If a number of rows or columns is no integer.
    """
    columns = num_rows if num_columns is None else num_columns
    for count in (num_rows, columns):
        if not isinstance(count, (int, np.integer, np.ndarray, Tensor)):
            raise TypeError(f"tf.eye takes integers as numbers of rows and columns, got {count!r}.")
        if isinstance(count, Tensor) and not count.dtype.is_numeric:
            raise user_error(SpecError(f"tf.eye takes integers as numbers of rows, got {count!r}.", dtype=True))
    sizes = _static_sizes([num_rows, columns])
    leading = () if batch_shape is None else _static_sizes(batch_shape)
    target = as_dtype(dtype)
    if sizes is not None and leading is not None:
        matrix = np.eye(*sizes, dtype=target.numpy_dtype)
        whole = np.ascontiguousarray(np.broadcast_to(matrix, leading + sizes))
        return made(EagerTensor(whole, target))
    rows = array.expand_dims(range(num_rows), 1)
    diagonal = cast(compare.equal(rows, range(columns)), target, name)
    if batch_shape is None:
        return diagonal
    shape = concat([shape_tensor(batch_shape), array.shape(diagonal)], 0)
    return array.broadcast_to(diagonal, shape)


# -- sequences -----------------------------------------------------------------------------------------------------

_RANGE_ORDER = (dtypes.int32, dtypes.int64, dtypes.float16, dtypes.bfloat16, dtypes.float32, dtypes.float64)


def range(
    start: TensorLike, limit: TensorLike = None, delta: TensorLike = 1, dtype: Any = None, name: str = "range"
) -> Tensor:
    """Numbers from ``start`` (0 if only one bound is given) up to, but not including, ``limit``.

    >>> tf.range(3, 18, 3).numpy()
    array([ 3,  6,  9, 12, 15], dtype=int32)

    Raises:
        tf.errors.InvalidArgumentError: If ``delta`` is 0 or leads away from ``limit``.
    """
    if limit is None:
        start, limit = 0, start
    bounds = [start, limit, delta]
    if dtype is None:
        found = [to_tensor(bound).dtype for bound in bounds]
        if any(kind not in _RANGE_ORDER for kind in found):
            raise TypeError(f"tf.range cannot infer its type from {found}: give `dtype`.")
        target = max(found, key=_RANGE_ORDER.index)
    else:
        target = as_dtype(dtype)
    operands = (cast(x, target) if isinstance(x, Tensor) else convert_to_tensor(x, target) for x in bounds)
    result: Tensor = RANGE(*operands, name=name)
    return result


# -- one-hot vectors -----------------------------------------------------------------------------------------------


def _infer_one_hot(indices: Spec, depth: Spec, on_value: Spec, off_value: Spec, *, axis: int) -> Spec:
    size = depth.scalar()
    if size is not None and size < 0:
        raise SpecError(f"OneHot: depth must not be negative, got {size}.")
    for spec, what in ((depth, "depth"), (on_value, "on_value"), (off_value, "off_value")):
        if what == "depth" and spec.value is None:
            continue  # only found when it runs, as in TensorFlow
        if spec.shape not in (None, ()):
            raise SpecError(f"OneHot: {what} must be a scalar, got shape {TensorShape(spec.shape)}.")
    if indices.shape is None:
        return Spec(None, on_value.dtype)
    rank = len(indices.shape)
    if axis < -1:
        raise SpecError(f"OneHot: axis must be in [-1, {rank}] for indices of rank {rank}, got {axis}.")
    if axis > rank:
        return Spec(None, on_value.dtype)
    at = rank if axis == -1 else axis
    return Spec((*indices.shape[:at], size, *indices.shape[at:]), on_value.dtype)


ONE_HOT = Op(
    "OneHot",
    ("indices: TI", "depth: int32", "on_value: T", "off_value: T"),
    ("output: T",),
    ("axis: int = -1", ANY, "TI: {uint8, int8, int32, int64} = DT_INT64"),
    infer=_infer_one_hot,
)


def one_hot(
    indices: TensorLike,
    depth: TensorLike,
    on_value: Any = None,
    off_value: Any = None,
    axis: int | None = None,
    dtype: Any = None,
    name: str | None = None,
) -> Any:
    """Vectors that are ``on_value`` (1) at the place an index names and ``off_value`` (0) elsewhere.

    >>> tf.one_hot([0, 2], 3).numpy()
    array([[1., 0., 0.],
           [0., 0., 1.]], dtype=float32)

    Args:
        indices: Integers; those outside ``[0, depth)`` give a vector of ``off_value`` only.
        depth: The size of the new dimension.
        on_value: The value at the index.
        off_value: The value elsewhere.
        axis: Where the new dimension goes; last by default.
        dtype: The element type; that of the values, or float32.
        name: A name for the operation.

    Raises:
        TypeError: If the values and ``dtype`` differ in type.
    """
    wanted = None if dtype is None else as_dtype(dtype)
    values = [None if value is None else convert_to_tensor(value, None, wanted) for value in (on_value, off_value)]
    found = [value.dtype for value in values if value is not None]
    target = wanted or (found[0] if found else float32)
    for value, what in zip(values, ("on_value", "off_value"), strict=True):
        if value is not None and value.dtype is not target:
            raise TypeError(f"dtype {value.dtype!r} of {what} does not match the type {target!r} of the result.")
    if not target.is_numeric and len(found) < 2:
        raise TypeError(f"dtype {target!r} needs both on_value and off_value.")
    on = convert_to_tensor(1, target) if values[0] is None else values[0]
    off = convert_to_tensor(0, target) if values[1] is None else values[1]
    return ONE_HOT(indices, depth, on, off, axis=-1 if axis is None else axis, name=name)
