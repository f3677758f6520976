"""``tf.experimental.dlpack``: tensors handed to other libraries, and taken from them, without a copy.

The capsules are those of the DLPack protocol, version 0; numpy makes and reads them. Newer libraries need no capsule:
``np.from_dlpack(tensor)`` and ``torch.from_dlpack(tensor)`` ask the tensor themselves.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from flowstone_core.dtypes import from_numpy
from flowstone_core.errors import InvalidArgumentError
from flowstone_core.tensor import EagerTensor

_CPU: Final = (1, 0)


class _Capsule:
    """What numpy asks for the capsule that it reads."""

    def __init__(self, capsule: Any) -> None:
        self._capsule = capsule

    def __dlpack__(self, **wanted: Any) -> Any:
        return self._capsule

    def __dlpack_device__(self) -> tuple[int, int]:
        return _CPU


def to_dlpack(tf_tensor: Any) -> Any:
    """A tensor as a capsule that another library takes, once.

    >>> capsule = tf.experimental.dlpack.to_dlpack(tf.constant([1.0, 2.0]))
    >>> tf.experimental.dlpack.from_dlpack(capsule).numpy()
    array([1., 2.], dtype=float32)

    Args:
        tf_tensor: A tensor of numbers or booleans, not inside a ``tf.function``. Whoever takes the capsule must not
            write to it: the memory is the tensor's.

    Raises:
        tf.errors.InvalidArgumentError: If it is no such tensor.
    """
    if not isinstance(tf_tensor, EagerTensor):
        raise InvalidArgumentError(
            None,
            None,
            f"The argument to `to_dlpack` must be a TF tensor, not Python object: got {type(tf_tensor).__name__}. "
            "Convert it with tf.convert_to_tensor, outside of tf.function.",
        )
    array = tf_tensor._array
    try:
        # the protocol's first version cannot say that memory is read-only, so numpy does not give such arrays
        return (array if array.flags.writeable else array.copy()).__dlpack__()
    except (AttributeError, BufferError, RuntimeError) as error:
        raise InvalidArgumentError(
            None,
            None,
            f"A tensor of type {tf_tensor.dtype.name} cannot go through DLPack here: {error}. Cast it first.",
        ) from None


def from_dlpack(dlcapsule: Any) -> EagerTensor:
    """The tensor that another library's capsule holds; the memory is shared.

    >>> tf.experimental.dlpack.from_dlpack(np.arange(3).__dlpack__()).numpy()
    array([0, 1, 2])

    Args:
        dlcapsule: The capsule, which nobody has taken yet. Its memory must not be written any more.

    Raises:
        TypeError: If it is no capsule.
        tf.errors.InvalidArgumentError: If it was taken before, or is not in the memory of the CPU.
    """
    if type(dlcapsule).__name__ != "PyCapsule":
        raise TypeError(
            f"from_dlpack takes a capsule, got {type(dlcapsule).__name__}. Give x.__dlpack__(), or "
            "torch.utils.dlpack.to_dlpack(x)."
        )
    try:
        array = np.from_dlpack(_Capsule(dlcapsule))
    except (ValueError, BufferError, RuntimeError) as error:
        raise InvalidArgumentError(
            None,
            None,
            "The DLPack capsule cannot be read; note that one may be consumed at most once, and that its memory must be "
            f"the CPU's: {error}.",
        ) from None
    return EagerTensor(array, from_numpy(array.dtype))
