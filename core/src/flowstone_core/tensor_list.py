"""The value of a TensorList variant: a list of tensors that never changes.

``set``, ``push`` and ``pop`` give new lists and yet cost the same however long the list is, as long as the newest
list is the one that is used: it has the items, and older lists only remember how they differ from it. An older
list that is read after all gets a copy of its own.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from flowstone_core.dtypes import DType, string
from flowstone_core.errors import InvalidArgumentError
from flowstone_core.shapes import Dims, TensorShape, merge
from flowstone_core.spec import Spec

_LOCK = threading.RLock()

Undo = Callable[[list[Any]], None]


def mistake(message: str) -> InvalidArgumentError:
    """The error of a list op."""
    return InvalidArgumentError(None, None, message)


class TensorList:
    """A list of arrays of one type; items may be missing (None) until they are set.

    Attributes:
        dtype: The type of the items.
        shape: What is known of the shape that all items have.
        limit: The greatest length, or -1.
    """

    __slots__ = ("__weakref__", "_items", "_later", "dtype", "limit", "shape")

    def __init__(self, items: Sequence[Any], dtype: DType, shape: Dims, limit: int = -1) -> None:
        self._items: list[Any] | None = list(items)
        self._later: tuple[TensorList, Undo] | None = None
        self.dtype = dtype
        self.shape = shape
        self.limit = limit

    @property
    def specs(self) -> tuple[Spec, ...]:
        """What shape rules know of the items."""
        return (Spec(self.shape, self.dtype),)

    @property
    def items(self) -> list[Any]:
        """The items, not to be changed."""
        with _LOCK:
            return list(self._own())

    def _own(self) -> list[Any]:
        """The items; an older list copies those of the newest and undoes what was done since."""
        if self._items is None:
            undone: list[Undo] = []
            newest = self
            while newest._items is None:
                later, undo = newest._later  # type: ignore[misc]
                undone.append(undo)
                newest = later
            items = list(newest._items)
            for undo in reversed(undone):
                undo(items)
            self._items, self._later = items, None
        return self._items

    def _changed(self, change: Callable[[list[Any]], Undo]) -> TensorList:
        """A new list with ``change`` made, which takes this one's items over."""
        with _LOCK:
            items = self._own()
            undo = change(items)
            result = TensorList((), self.dtype, self.shape, self.limit)
            result._items = items
            self._items, self._later = None, (result, undo)
            return result

    def __len__(self) -> int:
        with _LOCK:
            return len(self._own())

    def __getitem__(self, index: int) -> Any:
        with _LOCK:
            return self._own()[index]

    def set(self, index: int, item: Any) -> TensorList:
        """The list with another item at ``index``."""

        def change(items: list[Any]) -> Undo:
            before = items[index]
            items[index] = item

            def undo(items: list[Any]) -> None:
                items[index] = before

            return undo

        return self._changed(change)

    def push(self, item: Any) -> TensorList:
        """The list with an item more."""

        def change(items: list[Any]) -> Undo:
            items.append(item)
            return _pop

        return self._changed(change)

    def pop(self) -> tuple[TensorList, Any]:
        """The list without its last item, and that item."""
        taken: list[Any] = []

        def change(items: list[Any]) -> Undo:
            last = items.pop()
            taken.append(last)
            return lambda items: items.append(last)

        return self._changed(change), taken[0]

    def resized(self, size: int) -> TensorList:
        """The first ``size`` items; missing ones at the end if there are fewer."""
        if size < 0:
            raise mistake(f"A TensorList cannot have {size} elements.")
        items = self.items[:size]
        return TensorList(items + [None] * (size - len(items)), self.dtype, self.shape, self.limit)

    # -- shapes and zeros ----------------------------------------------------------------------------------

    def item_shape(self, given: Dims, what: str) -> Dims:
        """What is known of the items' shape, with what an op is told.

        Raises:
            InvalidArgumentError: If the two contradict each other.
        """
        try:
            return merge(self.shape, given)
        except ValueError:
            raise mistake(
                f"{what}: incompatible shapes: the list has elements of shape {TensorShape(self.shape)}, the op was "
                f"given {TensorShape(given)}."
            ) from None

    def full_shape(self, given: Dims, what: str) -> tuple[int, ...]:
        """The shape that a missing item is taken to have.

        Raises:
            InvalidArgumentError: If it is not known, not even from other items.
        """
        shape = self.item_shape(given, what)
        for item in self.items if shape is None or None in shape else ():
            if item is not None:
                try:
                    shape = merge(shape, item.shape)
                except ValueError:
                    raise mistake(f"{what}: the elements of the list differ in shape.") from None
        if shape is None or None in shape:
            raise mistake(
                f"{what}: an element was never set, and its shape {TensorShape(shape)} is not fully known, so it "
                "cannot be taken for zeros. Set every element, or give element_shape."
            )
        return shape  # type: ignore[return-value]

    def zeros(self, shape: tuple[int, ...]) -> Any:
        """What a missing item counts as."""
        return np.full(shape, b"", object) if self.dtype is string else np.zeros(shape, self.dtype.numpy_dtype)

    def filled(self, given: Dims, what: str) -> list[Any]:
        """The items, with zeros for missing ones."""
        items = self.items
        if not any(item is None for item in items):
            return items
        zeros = self.zeros(self.full_shape(given, what))
        return [zeros if item is None else item for item in items]

    def zeros_like(self) -> TensorList:
        """A list of zeros of the same shapes: what ``tf.zeros_like`` gives."""
        items = [None if item is None else _zeros_of(item) for item in self.items]
        return TensorList(items, self.dtype, self.shape, self.limit)

    def __add__(self, other: TensorList) -> TensorList:
        """The list of sums: how gradients of lists add up."""
        mine, theirs = self.items, other.items
        if len(mine) != len(theirs):
            raise mistake(f"Cannot add TensorLists of {len(mine)} and {len(theirs)} elements.")
        items = [b if a is None else a if b is None else _sum(a, b) for a, b in zip(mine, theirs, strict=True)]
        return TensorList(items, self.dtype, self.item_shape(other.shape, "AddN"), self.limit)


def _sum(a: Any, b: Any) -> Any:
    """The sum of two items; that of two scalar arrays is an array, too."""
    return np.asarray(a + b) if isinstance(a, np.ndarray) else a + b


def _pop(items: list[Any]) -> None:
    items.pop()


def _zeros_of(item: Any) -> Any:
    if not isinstance(item, np.ndarray):
        return item.zeros_like()
    return np.full(item.shape, b"", object) if item.dtype == np.object_ else np.zeros_like(item)
