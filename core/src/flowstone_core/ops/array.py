"""A tensor's shape and identity: shape queries, reshape, transpose, broadcasting, markers."""

from __future__ import annotations

from math import ceil
from typing import Any

from flowstone_core import infer, nest, shapes
from flowstone_core.composite import is_composite
from flowstone_core.conversion import convert_to_tensor
from flowstone_core.dtypes import DType, as_dtype, int32
from flowstone_core.errors import SpecError
from flowstone_core.op import WORLD, Effects, Op
from flowstone_core.ops import math
from flowstone_core.shapes import Dims, TensorShape
from flowstone_core.spec import Spec
from flowstone_core.tensor import Tensor, TensorLike
from flowstone_core.typelists import FLOATS

ANY = "T: type"
_OUT_TYPE = "out_type: {int32, int64} = DT_INT32"
_BITS = (
    "bfloat16, half, float, double, int64, int32, uint8, uint16, uint32, uint64, int8, int16, complex64, "
    "complex128, qint8, quint8, qint16, quint16, qint32"
)


def index_type(name: str) -> str:
    """The schema of an attribute for the type of indices: int32 or int64."""
    return f"{name}: {{int32, int64}} = DT_INT32"


def same(x: Spec, **attrs: Any) -> Spec:
    """The result is the input, value and all."""
    return Spec(x.shape, x.dtype, x.value, x.handle)


# -- identity and markers --------------------------------------------------------------------------------------

IDENTITY = Op("Identity", ("input: T",), ("output: T",), (ANY,), infer=same)
IDENTITY_N = Op(
    "IdentityN",
    ("input: T",),
    ("output: T",),
    ("T: list(type) >= 1",),
    infer=lambda inputs: [same(x) for x in inputs],
)
SNAPSHOT = Op("Snapshot", ("input: T",), ("output: T",), (ANY,), infer=same)
STOP_GRADIENT = Op("StopGradient", ("input: T",), ("output: T",), (ANY,), infer=same)
PREVENT_GRADIENT = Op("PreventGradient", ("input: T",), ("output: T",), (ANY, "message: string = ''"), infer=same)
GUARANTEE_CONST = Op(
    "GuaranteeConst", ("input: T",), ("output: T",), (ANY,), infer=same, effects=Effects(stateful=True)
)
CHECK_NUMERICS = Op(
    "CheckNumerics", ("tensor: T",), ("output: T",), (FLOATS, "message: string"), infer=infer.unchanged, effects=WORLD
)
CHECK_NUMERICS_V2 = Op(
    "CheckNumericsV2", ("tensor: T",), ("output: T",), (FLOATS, "message: string"), infer=infer.unchanged, effects=WORLD
)


def identity(input: TensorLike, name: str | None = None) -> Any:
    """A tensor with the value of ``input``; a variable's value, read now.

    >>> tf.identity([1, 2]).numpy()
    array([1, 2], dtype=int32)
    """
    if nest.is_composite(input):
        return nest.map_structure(identity, input, expand_composites=True)
    return IDENTITY(input, name=name)


def identity_n(input: Any, name: str | None = None) -> list[Tensor]:
    """A list of tensors with the values of the list ``input``; they are ready together."""
    result: list[Tensor] = IDENTITY_N(input, name=name)
    return result


def stop_gradient(input: TensorLike, name: str | None = None) -> Any:
    """``input`` as a constant for differentiation: no gradient flows through it.

    >>> x = tf.constant(2.)
    >>> tf.stop_gradient(x * x).numpy()
    np.float32(4.0)
    """
    if nest.is_composite(input):
        return nest.map_structure(stop_gradient, input, expand_composites=True)
    return STOP_GRADIENT(input, name=name)


def prevent_gradient(input: TensorLike, message: str = "", name: str | None = None) -> Tensor:
    """``input``; differentiating through it raises an error that says ``message``."""
    result: Tensor = PREVENT_GRADIENT(input, message=message, name=name)
    return result


def guarantee_const(input: TensorLike, name: str | None = None) -> Tensor:
    """``input``, promised to be a constant; kept for old code."""
    result: Tensor = GUARANTEE_CONST(input, name=name)
    return result


def check_numerics(tensor: TensorLike, message: str, name: str | None = None) -> Tensor:
    """``tensor``, checked to hold finite numbers only.

    Raises:
        tf.errors.InvalidArgumentError: If an element is infinite or not a number; it starts with ``message``.
    """
    result: Tensor = CHECK_NUMERICS(tensor, message=message, name=name)
    return result


# -- shape queries ---------------------------------------------------------------------------------------------


def _infer_shape(x: Spec, *, out_type: DType) -> Spec:
    return Spec((None,), out_type) if x.shape is None else Spec((len(x.shape),), out_type, x.shape)


def _infer_size(x: Spec, *, out_type: DType) -> Spec:
    return Spec((), out_type, None if x.shape is None else infer.product(x.shape))


SHAPE = Op("Shape", ("input: T",), ("output: out_type",), (ANY, _OUT_TYPE), infer=_infer_shape)
SHAPE_N = Op(
    "ShapeN",
    ("input: N * T",),
    ("output: N * out_type",),
    ("N: int >= 1", ANY, _OUT_TYPE),
    infer=lambda inputs, *, out_type: [_infer_shape(x, out_type=out_type) for x in inputs],
)
SIZE = Op("Size", ("input: T",), ("output: out_type",), (ANY, _OUT_TYPE), infer=_infer_size)
RANK = Op("Rank", ("input: T",), ("output: int32",), (ANY,), infer=lambda x: Spec((), int32, x.rank))


def shape(input: TensorLike, out_type: Any = None, name: str | None = None) -> Any:
    """The shape of ``input`` as a 1-d tensor of integers.

    >>> tf.shape([[1, 2, 3]]).numpy()
    array([1, 3], dtype=int32)

    Args:
        input: A tensor.
        out_type: ``tf.int32`` (the default) or ``tf.int64``.
        name: A name for the operation.
    """
    return SHAPE(input, out_type=int32 if out_type is None else out_type, name=name)


def shape_n(input: Any, out_type: Any = int32, name: str | None = None) -> list[Tensor]:
    """The shapes of the tensors of the list ``input``."""
    tensors = [convert_to_tensor(x) for x in input]
    return (
        [shape(x, out_type, name) for x in tensors]
        if len({x.dtype for x in tensors}) > 1
        else _shape_n(tensors, out_type, name)
    )


def _shape_n(tensors: list[Tensor], out_type: Any, name: str | None) -> list[Tensor]:
    result: list[Tensor] = SHAPE_N(tensors, out_type=out_type, name=name)
    return result


def size(input: TensorLike, out_type: Any = None, name: str | None = None) -> Any:
    """The number of elements of ``input``, as a scalar.

    >>> tf.size([[1, 2, 3]]).numpy()
    np.int32(3)
    """
    return SIZE(input, out_type=int32 if out_type is None else out_type, name=name)


def rank(input: TensorLike, name: str | None = None) -> Any:
    """The number of dimensions of ``input``, as a scalar.

    >>> tf.rank([[1, 2, 3]]).numpy()
    np.int32(2)
    """
    return RANK(input, name=name)


# -- other shapes of the same elements ---------------------------------------------------------------------------


def _infer_reshape(x: Spec, shape: Spec) -> Spec:
    infer.with_rank(shape, 1, "Reshape: shape")
    sizes = shape.vector()
    if sizes is None:
        return Spec(None, x.dtype)
    for size in sizes:
        if size is not None and size < -1:
            raise SpecError(f"Reshape to {list(sizes)}: a size must be -1 (to be inferred) or not negative.")
    if sum(size == -1 for size in sizes) > 1:
        raise SpecError(f"Reshape to {list(sizes)}: only one size may be -1.")
    result = tuple(None if size == -1 else size for size in sizes)
    elements = None if x.shape is None else infer.product(x.shape)
    open_sizes = result.count(None)
    known = infer.product(tuple(size for size in result if size is not None)) or 0
    if elements is not None and (
        (open_sizes == 0 and known != elements) or (open_sizes and (elements % known if known else elements))
    ):
        raise SpecError(
            f"Input to reshape is a tensor of shape {TensorShape(x.shape)} with {elements} values, but the requested "
            f"shape {list(sizes)} needs {'a multiple of ' if open_sizes else ''}{known}."
        )
    if elements is not None and open_sizes == 1 and known:
        result = tuple(elements // known if size is None else size for size in result)
    value: Any = None
    if len(result) == 1 and x.value is not None and x.rank in (0, 1):
        value = x.value if isinstance(x.value, tuple) else (x.value,)
    elif not result:
        value = x.scalar()
    return Spec(result, x.dtype, value)


RESHAPE = Op(
    "Reshape", ("tensor: T", "shape: Tshape"), ("output: T",), (ANY, index_type("Tshape")), infer=_infer_reshape
)


def reshape(tensor: TensorLike, shape: Any, name: str | None = None) -> Any:
    """The elements of ``tensor``, in the same order, in another shape.

    >>> tf.reshape([1, 2, 3, 4, 5, 6], [2, -1]).numpy()
    array([[1, 2, 3],
           [4, 5, 6]], dtype=int32)

    Args:
        tensor: A tensor.
        shape: The sizes; one may be -1 and is then inferred.
        name: A name for the operation.

    Raises:
        tf.errors.InvalidArgumentError: If the number of elements differs.
    """
    return RESHAPE(tensor, shape, name=name)


def _infer_expand_dims(x: Spec, dim: Spec) -> Spec:
    if x.shape is None:
        return Spec(None, x.dtype)
    axis = dim.scalar()
    if axis is None:
        return Spec(None, x.dtype)
    at = infer.axis_in(axis, len(x.shape) + 1, "ExpandDims: dim")
    value = (x.value,) if x.shape == () and x.value is not None else None
    return Spec((*x.shape[:at], 1, *x.shape[at:]), x.dtype, value)


def _infer_squeeze(x: Spec, *, squeeze_dims: tuple[int, ...]) -> Spec:
    if x.shape is None:
        return Spec(None, x.dtype)
    if squeeze_dims:
        gone = {infer.axis_in(axis, len(x.shape), "Squeeze: axis") for axis in squeeze_dims}
        for axis in gone:
            if x.shape[axis] not in (None, 1):
                raise SpecError(
                    f"Can not squeeze axis {axis} of shape {TensorShape(x.shape)}: its size is {x.shape[axis]}, not 1."
                )
    elif None in x.shape:
        return Spec(None, x.dtype)
    else:
        gone = {axis for axis, size in enumerate(x.shape) if size == 1}
    value = x.value[0] if gone and isinstance(x.value, tuple) and len(x.value) == 1 else None
    return Spec(tuple(size for axis, size in enumerate(x.shape) if axis not in gone), x.dtype, value)


EXPAND_DIMS = Op(
    "ExpandDims", ("input: T", "dim: Tdim"), ("output: T",), (ANY, index_type("Tdim")), infer=_infer_expand_dims
)
SQUEEZE = Op("Squeeze", ("input: T",), ("output: T",), (ANY, "squeeze_dims: list(int) >= 0 = []"), infer=_infer_squeeze)


def expand_dims(input: TensorLike, axis: Any, name: str | None = None) -> Any:
    """``input`` with a dimension of size 1 inserted at ``axis``.

    >>> tf.expand_dims([1, 2], 0).shape
    TensorShape([1, 2])
    """
    return EXPAND_DIMS(input, axis, name=name)


def squeeze(input: TensorLike, axis: Any = None, name: str | None = None) -> Any:
    """``input`` without its dimensions of size 1: all of them, or those in ``axis``.

    >>> tf.squeeze([[[1], [2]]]).shape
    TensorShape([2])

    Raises:
        tf.errors.InvalidArgumentError: If a dimension in ``axis`` has another size.
    """
    axes = () if axis is None else (axis,) if not isinstance(axis, (list, tuple)) else tuple(axis)
    return SQUEEZE(input, squeeze_dims=axes, name=name)


def _infer_transpose(x: Spec, perm: Spec) -> Spec:
    infer.with_rank(perm, 1, "Transpose: perm")
    order = perm.vector()
    if x.shape is None:
        return Spec(None if order is None else (None,) * len(order), x.dtype)
    rank = len(x.shape)
    if order is None:
        return Spec((None,) * rank, x.dtype)
    if len(order) != rank:
        raise SpecError(f"Transpose: perm {list(order)} must have one entry for each of {rank} dimensions.")
    if None in order:
        return Spec((None,) * rank, x.dtype)
    axes = [infer.axis_in(axis, rank, "Transpose: perm entry") for axis in order if axis is not None]
    return Spec(tuple(x.shape[axis] for axis in axes), x.dtype)


TRANSPOSE = Op("Transpose", ("x: T", "perm: Tperm"), ("y: T",), (ANY, index_type("Tperm")), infer=_infer_transpose)
CONJUGATE_TRANSPOSE = Op(
    "ConjugateTranspose", ("x: T", "perm: Tperm"), ("y: T",), (ANY, index_type("Tperm")), infer=_infer_transpose
)


def transpose(a: TensorLike, perm: Any = None, conjugate: bool = False, name: str = "transpose") -> Any:
    """``a`` with its dimensions permuted: dimension ``i`` of the result is dimension ``perm[i]`` of ``a``.

    >>> tf.transpose([[1, 2, 3], [4, 5, 6]]).shape
    TensorShape([3, 2])

    Args:
        a: A tensor.
        perm: The order; reversed by default.
        conjugate: Whether complex elements are conjugated as well.
        name: A name for the operation.
    """
    if is_composite(a):
        return a.__flowstone_op__(TRANSPOSE, (a, perm), {})
    x = convert_to_tensor(a)
    op = CONJUGATE_TRANSPOSE if conjugate and x.dtype.is_complex else TRANSPOSE
    if perm is None:
        ndim = x.ndim
        perm = reverse_order(rank(x)) if ndim is None else list(range(ndim - 1, -1, -1))
    return op(x, perm, name=name)


def reverse_order(count: Tensor) -> Tensor:
    """``[count - 1, ..., 1, 0]`` for a rank that is not known statically."""
    return RANGE(math.subtract(count, 1), -1, -1)


def _infer_range(start: Spec, limit: Spec, delta: Spec) -> Spec:
    for spec, what in ((start, "start"), (limit, "limit"), (delta, "delta")):
        infer.with_rank(spec, 0, f"Range: {what}")
    first, last, step = start.value, limit.value, delta.value
    if step == 0:
        raise SpecError("Range: delta must not be 0.")
    if first is None or last is None or step is None:
        return Spec((None,), start.dtype)
    if (last - first) * step < 0:
        relation = "<=" if step > 0 else ">="
        raise SpecError(f"Range needs start {relation} limit for delta {step}, got start {first} and limit {last}.")
    if not start.dtype.is_integer:
        return Spec((ceil(abs((last - first) / step)),), start.dtype)
    values = range(first, last, step)
    return Spec((len(values),), start.dtype, tuple(values) if len(values) <= _KNOWN_RANGE else None)


_KNOWN_RANGE = 64
RANGE = Op(
    "Range",
    ("start: Tidx", "limit: Tidx", "delta: Tidx"),
    ("output: Tidx",),
    ("Tidx: {bfloat16, half, float, double, int8, int16, int32, int64, uint16, uint32, uint64} = DT_INT32",),
    infer=_infer_range,
)

# -- broadcasting ----------------------------------------------------------------------------------------------


def _infer_broadcast_to(x: Spec, shape: Spec) -> Spec:
    sizes = shape.vector()
    if sizes is None:
        return Spec(None, x.dtype)
    if any(size is not None and size < -1 for size in sizes):
        raise SpecError(f"BroadcastTo {list(sizes)}: sizes must not be negative.")
    sizes = tuple(None if size == -1 else size for size in sizes)
    if x.shape is not None:
        try:
            fits = len(x.shape) <= len(sizes) and shapes.merge(shapes.broadcast(x.shape, sizes), sizes) is not None
        except ValueError:
            fits = False
        if not fits:
            raise SpecError(f"Incompatible shapes: {TensorShape(x.shape)} does not broadcast to {list(sizes)}.")
        lead = len(sizes) - len(x.shape)
        own = (None,) * lead + tuple(None if size == 1 else size for size in x.shape)
        sizes = tuple(size if wanted is None else wanted for wanted, size in zip(sizes, own, strict=True))
    return Spec(sizes, x.dtype)


def _infer_broadcast_args(a: Spec, b: Spec) -> Spec:
    x, y = a.vector(), b.vector()
    if x is None or y is None:
        return Spec((None,), a.dtype)
    try:
        value: Dims = shapes.broadcast(x, y)
    except ValueError:
        raise SpecError(f"Incompatible shapes: {list(x)} and {list(y)} do not broadcast.") from None
    return Spec((max(len(x), len(y)),), a.dtype, value)


BROADCAST_TO = Op(
    "BroadcastTo", ("input: T", "shape: Tidx"), ("output: T",), (ANY, index_type("Tidx")), infer=_infer_broadcast_to
)
BROADCAST_ARGS = Op("BroadcastArgs", ("s0: T", "s1: T"), ("r0: T",), (index_type("T"),), infer=_infer_broadcast_args)
BROADCAST_GRADIENT_ARGS = Op(
    "BroadcastGradientArgs",
    ("s0: T", "s1: T"),
    ("r0: T", "r1: T"),
    (index_type("T"),),
    infer=lambda a, b: (Spec((None,), a.dtype), Spec((None,), a.dtype)),
)


def broadcast_to(input: TensorLike, shape: Any, name: str | None = None) -> Any:
    """``input`` repeated along dimensions of size 1 (and new leading ones) until it has ``shape``.

    >>> tf.broadcast_to([1, 2], [2, 2]).numpy()
    array([[1, 2],
           [1, 2]], dtype=int32)
    """
    return BROADCAST_TO(input, shape, name=name)


def broadcast_dynamic_shape(shape_x: TensorLike, shape_y: TensorLike) -> Tensor:
    """The shape, as a tensor, that tensors of two shapes broadcast to.

    >>> tf.broadcast_dynamic_shape([2, 1], [3]).numpy()
    array([2, 3], dtype=int32)
    """
    result: Tensor = BROADCAST_ARGS(shape_x, shape_y)
    return result


# -- claims about shapes, and the same bits as another type --------------------------------------------------------


def _infer_ensure_shape(x: Spec, *, shape: TensorShape) -> Spec:
    try:
        merged = shapes.merge(x.shape, shape.as_tuple())
    except ValueError:
        raise SpecError(
            f"The tensor's shape {TensorShape(x.shape)} is not compatible with the expected shape {shape}."
        ) from None
    return Spec(merged, x.dtype, x.value, x.handle)


def _infer_bitcast(x: Spec, *, type: DType) -> Spec:
    old, new = x.dtype.size, type.size
    if x.shape is None or old == new:
        return Spec(x.shape, type)
    if old > new:
        return Spec((*x.shape, old // new), type)
    if not x.shape or x.shape[-1] not in (None, new // old):
        raise SpecError(
            f"Cannot bitcast shape {TensorShape(x.shape)} of {x.dtype.name} to {type.name}: the last dimension must "
            f"have size {new // old}, whose elements join."
        )
    return Spec(x.shape[:-1], type)


ENSURE_SHAPE = Op("EnsureShape", ("input: T",), ("output: T",), ("shape: shape", ANY), infer=_infer_ensure_shape)
BITCAST = Op(
    "Bitcast",
    ("input: T",),
    ("output: type",),
    (f"T: {{{_BITS}}}", f"type: {{{_BITS}}}"),
    infer=_infer_bitcast,
)


def ensure_shape(x: TensorLike, shape: Any, name: str | None = None) -> Any:
    """``x``, whose shape is checked when it is computed and known from here on.

    >>> tf.ensure_shape([1, 2], [None]).shape
    TensorShape([2])

    Raises:
        tf.errors.InvalidArgumentError: If the shape does not fit (``ValueError`` if that is clear while tracing).
    """
    return ENSURE_SHAPE(x, shape=TensorShape(shape), name=name)


def bitcast(input: TensorLike, type: Any, name: str | None = None) -> Tensor:
    """The bits of ``input`` read as elements of another type.

    >>> tf.bitcast(1.0, tf.uint32).numpy() == 0x3f800000
    np.True_

    A wider type joins the elements of the last dimension; a narrower one adds a last dimension.
    """
    x = input if is_composite(input) else convert_to_tensor(input)
    result: Tensor = BITCAST(x, type=as_dtype(type), name=name)
    return result
