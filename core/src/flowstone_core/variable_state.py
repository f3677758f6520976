"""The object behind a variable's handle: a value that changes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import numpy as np

from flowstone_core.dtypes import DType
from flowstone_core.errors import FailedPreconditionError
from flowstone_core.shapes import Dims
from flowstone_core.spec import Spec

watchers: list[Callable[[VariableState], None]] = []
"""Called with each new state: how a checkpoint finds variables that are made in places it cannot watch."""


class VariableState:
    """What a variable's resource handle holds.

    A read gives the buffer away without a copy and sets ``escaped``; an update writes in place only while no
    buffer has escaped, and otherwise puts a new one in its place. So tensors never change.

    Attributes:
        array: The value, or None before initialization.
        shape: The static shape, which may be less known than the value's.
        trainable: Whether gradient tapes watch reads by default.
        escaped: Whether the present buffer may be in use elsewhere.
        owner: A weak reference to the Python variable, or None: whom gradient tapes name.
        owner_name: The variable's name, for messages.
    """

    __slots__ = ("__weakref__", "array", "dtype", "escaped", "lock", "owner", "owner_name", "shape", "trainable")

    def __init__(self, array: Any, dtype: DType, shape: Dims, trainable: bool, owner_name: str) -> None:
        self.array = array
        self.dtype = dtype
        self.shape = shape
        self.trainable = trainable
        self.escaped = True
        self.owner: Callable[[], Any] | None = None
        self.owner_name = owner_name
        self.lock = threading.RLock()
        for watch in watchers:
            watch(self)

    @property
    def specs(self) -> tuple[Spec, ...]:
        """What shape rules know of the value."""
        return (Spec(self.shape, self.dtype),)

    def peek(self) -> Any:
        """The value, for use before anything else can change it: the buffer must not be kept or given away.

        Raises:
            FailedPreconditionError: If the variable has none yet.
        """
        array = self.array
        if array is None:
            raise FailedPreconditionError(
                None, None, f"The variable {self.owner_name!r} is read before it has a value. Assign one first."
            )
        return array

    def read(self) -> Any:
        """The value; its buffer has escaped now."""
        array = self.peek()
        self.escaped = True
        return array

    def assign(self, array: Any) -> None:
        """Replace the value by a buffer that others may hold too."""
        with self.lock:
            self.array = array
            self.escaped = True

    def update(self, function: Callable[..., Any], *operands: Any) -> None:
        """``value = function(value, *operands)`` for an element-wise ufunc, in place if nobody has the buffer."""
        with self.lock:
            array = self.peek()
            if self.escaped:
                self.array = np.asarray(function(array, *operands), self.dtype.numpy_dtype)
                self.escaped = False
            else:
                function(array, *operands, out=array)

    def mutable(self) -> Any:
        """The value's buffer for writing parts of it; hold ``lock`` while writing."""
        array = self.peek()
        if self.escaped:
            self.array = array = array.copy()
            self.escaped = False
        return array
