"""What shape rules speak about: the static knowledge of one tensor."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowstone_core.dtypes import DType
from flowstone_core.shapes import Dims, TensorShape


class Spec:
    """What is known of a tensor before it is computed.

    Attributes:
        shape: The raw shape: None for an unknown rank, None entries for unknown sizes.
        dtype: The element type.
        value: For scalar floats the value; for small integer tensors, what is known of it: an int for a scalar,
            a tuple of ints for a vector, a tuple of such for a matrix, with None for unknown entries. None if
            nothing is known. It lets ``reshape(x, [tf.shape(x)[0], 784])`` infer ``(None, 784)``.
        handle: For resources and variants, the specs of what the handle holds, else None.
    """

    __slots__ = ("dtype", "handle", "shape", "value")

    def __init__(self, shape: Dims, dtype: DType, value: Any = None, handle: Any = None) -> None:
        self.shape = shape
        self.dtype = dtype
        self.value = value
        self.handle = handle

    @property
    def rank(self) -> int | None:
        """The number of dimensions, or None."""
        return None if self.shape is None else len(self.shape)

    def with_shape(self, shape: Dims) -> Spec:
        """A spec of the same type and another shape."""
        return Spec(shape, self.dtype)

    def vector(self) -> tuple[int | None, ...] | None:
        """What is known of a 1-d integer tensor's entries; of unknown entries if only the length is known."""
        if self.value is not None and (self.shape is None or len(self.shape) < 2):
            return self.value if isinstance(self.value, tuple) else (self.value,)
        if self.shape is not None and len(self.shape) == 1 and self.shape[0] is not None:
            return (None,) * self.shape[0]
        return None

    def scalar(self) -> int | None:
        """The value of a scalar integer tensor, if known."""
        value = self.value
        while isinstance(value, tuple):
            if len(value) != 1:
                return None
            value = value[0]
        return None if value is None or isinstance(value, float) else int(value)

    def __repr__(self) -> str:
        known = "" if self.value is None else f", value={self.value}"
        return f"Spec({TensorShape(self.shape)}, {self.dtype.name}{known})"


LARGEST_KNOWN_VALUE = 64
"""Constants of at most this many integer elements carry their value in their spec."""


def spec_of_array(array: Any, dtype: DType) -> Spec:
    """The spec of a computed tensor."""
    if not isinstance(array, np.ndarray):  # a handle's state object
        return Spec((), dtype, handle=getattr(array, "specs", None))
    value = None
    if (dtype.is_integer or dtype.is_bool) and array.ndim <= 2 and array.size <= LARGEST_KNOWN_VALUE:
        value = (
            array.item() if not array.ndim else tuple(array.tolist() if array.ndim == 1 else map(tuple, array.tolist()))
        )
    elif array.ndim == 0 and dtype.is_floating:
        value = float(array)
    return Spec(array.shape, dtype, value)
