"""Choosing by condition: where, select, boolean masks."""

from __future__ import annotations

from typing import Any

from flowstone_core import dtypes, infer
from flowstone_core.conversion import convert_to_tensor
from flowstone_core.dtypes import int64
from flowstone_core.errors import SpecError
from flowstone_core.op import Op
from flowstone_core.ops import array
from flowstone_core.ops.array import ANY
from flowstone_core.ops.gathering import gather
from flowstone_core.ops.joining import concat
from flowstone_core.shapes import TensorShape
from flowstone_core.spec import Spec
from flowstone_core.tensor import TensorLike

_WHERE = (
    "T: {float, double, int32, uint8, int16, int8, complex64, int64, qint8, quint8, qint32, bfloat16, qint16, quint16, "
    "uint16, complex128, half, uint32, uint64, bool} = DT_BOOL"
)


def _infer_select_v2(condition: Spec, t: Spec, e: Spec) -> Spec:
    value = None
    if condition.value is not None and t.dtype.is_integer and condition.shape == t.shape == e.shape == ():
        value = t.value if condition.value else e.value
    return Spec(infer.broadcast_shapes(condition, t, e), t.dtype, value)


def _infer_select(condition: Spec, t: Spec, e: Spec) -> Spec:
    shape = infer.same_shape(t, e)
    if condition.shape is not None and shape is not None:
        whole = condition.rank in (0, len(shape)) or (condition.rank == 1 and shape)
        if not whole:
            raise SpecError(
                f"Select: the condition must be a scalar, a vector over the rows, or have the shape of the operands "
                f"{TensorShape(shape)}, got {TensorShape(condition.shape)}."
            )
    return Spec(shape, t.dtype)


WHERE = Op(
    "Where",
    ("input: T",),
    ("index: int64",),
    (_WHERE,),
    infer=lambda x: Spec((None, x.rank), int64),
)
SELECT = Op("Select", ("condition: bool", "t: T", "e: T"), ("output: T",), (ANY,), infer=_infer_select)
SELECT_V2 = Op("SelectV2", ("condition: bool", "t: T", "e: T"), ("output: T",), (ANY,), infer=_infer_select_v2)


def where(condition: TensorLike, x: TensorLike = None, y: TensorLike = None, name: str | None = None) -> Any:
    """``x`` where ``condition`` holds and ``y`` elsewhere; without them, the indices where it holds.

    >>> tf.where([True, False], [1, 2], [10, 20]).numpy()
    array([ 1, 20], dtype=int32)
    >>> tf.where([[True, False], [True, True]]).numpy()
    array([[0, 0],
           [1, 0],
           [1, 1]])

    Args:
        condition: Booleans (or, without ``x`` and ``y``, numbers that are not 0).
        x: The values where it holds; broadcasts with the others.
        y: The values elsewhere.
        name: A name for the operation.

    Raises:
        ValueError: If only one of ``x`` and ``y`` is given.
    """
    if x is None and y is None:
        return WHERE(condition, name=name)
    if x is None or y is None:
        raise ValueError("x and y must both be non-None or both be None.")
    return SELECT_V2(condition, x, y, name=name)


def boolean_mask(tensor: TensorLike, mask: TensorLike, axis: int | None = None, name: str = "boolean_mask") -> Any:
    """The elements of ``tensor`` where ``mask`` is true, as one dimension in place of the masked ones.

    >>> tf.boolean_mask([[1, 2], [3, 4], [5, 6]], [True, False, True]).numpy()
    array([[1, 2],
           [5, 6]], dtype=int32)

    Args:
        tensor: A tensor.
        mask: Booleans, of the shape of ``tensor`` from ``axis`` on; its rank must be known.
        axis: Where the masked dimensions begin; 0 by default.
        name: A name for the operation.

    Raises:
        ValueError: If the mask is a scalar or does not fit.
    """
    x, flags = (
        convert_to_tensor(tensor),
        convert_to_tensor(mask, dtypes.bool if isinstance(mask, (list, tuple)) else None),
    )
    rank = flags.ndim
    if rank == 0:
        raise ValueError("mask cannot be scalar.")
    if rank is None:
        raise ValueError(
            "Number of mask dimensions must be specified, even if some dimensions are None (shape [None] is ok, "
            "shape None is not)."
        )
    at = 0 if axis is None else axis
    if at < 0:
        if x.ndim is None:
            raise ValueError("boolean_mask with a negative axis needs a tensor whose rank is known.")
        at += x.ndim
    if not x.shape[at : at + rank].is_compatible_with(flags.shape):
        raise ValueError(f"Shapes {x.shape[at : at + rank]} and {flags.shape} are incompatible: the mask must fit.")
    if rank > 1:
        shape = array.shape(x)
        x = array.reshape(x, concat([shape[:at], [-1], shape[at + rank :]], 0))
        flags = array.reshape(flags, [-1])
    return gather(x, array.squeeze(WHERE(flags), [1]), axis=at, name=name)
