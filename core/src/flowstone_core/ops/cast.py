"""Changes of element type."""

from __future__ import annotations

from typing import Any

from flowstone_core.composite import is_composite
from flowstone_core.conversion import convert_to_tensor
from flowstone_core.dtypes import DType, as_dtype
from flowstone_core.op import Op
from flowstone_core.spec import Spec
from flowstone_core.tensor import EagerTensor, TensorLike


def _infer_cast(x: Spec, *, DstT: DType, Truncate: bool) -> Spec:
    value = x.value if DstT.is_integer and x.dtype.is_integer else None
    return Spec(x.shape, DstT, value)


CAST = Op(
    "Cast",
    ("x: SrcT",),
    ("y: DstT",),
    ("SrcT: type", "DstT: type", "Truncate: bool = false"),
    infer=_infer_cast,
)


def cast(x: TensorLike, dtype: Any, name: str | None = None) -> Any:
    """Convert the elements of ``x`` to ``dtype``; floats are cut towards zero when they become integers.

    >>> tf.cast([1.8, -1.8], tf.int32).numpy()
    array([ 1, -1], dtype=int32)

    Raises:
        TypeError: If ``dtype`` is no type or ``x`` is not convertible.
    """
    target = as_dtype(dtype)
    if type(x) is EagerTensor and x._dtype is target:
        return x
    if is_composite(x):
        return x if x.dtype is target else CAST(x, DstT=target, name=name)
    x = convert_to_tensor(x)
    return x if x.dtype is target else CAST(x, DstT=target, name=name)
