"""Iterators and optionals: how eager code and graphs take elements from a dataset."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from flowstone_core import dtypes, infer
from flowstone_core.dtypes import DType
from flowstone_core.errors import FailedPreconditionError, InvalidArgumentError, OutOfRangeError
from flowstone_core.kernel import KernelSet
from flowstone_core.op import Effects, Op
from flowstone_core.shapes import TensorShape
from flowstone_core.spec import Spec

from flowstone_data.value import OUTPUTS, Components, DatasetValue

KERNELS = KernelSet()


class IteratorState:
    """The position in a dataset: what an iterator's resource handle holds.

    Taking an element is safe from several threads; each element goes to one of them.
    """

    def __init__(self) -> None:
        self._running: Iterator[Components] | None = None
        self.lock = threading.Lock()

    def start(self, dataset: DatasetValue) -> None:
        """Go to the start of ``dataset``."""
        self._running = iter(dataset)

    def take(self) -> Components | None:
        """The next element, or None at the end (and ever after)."""
        if self._running is None:
            raise FailedPreconditionError(None, None, "The iterator has not been initialized: make it from a dataset.")
        with self.lock:
            return next(self._running, None)


@dataclass(frozen=True, eq=False)
class OptionalValue:
    """An element or none: what an optional's variant holds."""

    components: Components | None


def _infer_handle(**attrs: Any) -> Spec:
    return Spec((), dtypes.resource)


def _infer_optional(*specs: Any, **attrs: Any) -> Spec:
    return Spec((), dtypes.variant)


def infer_components(*specs: Any, output_types: Any, output_shapes: Any, **attrs: Any) -> list[Spec]:
    """The rule of ops that give an element: what its attributes say."""
    return [Spec(shape.as_tuple(), dtype) for dtype, shape in zip(output_types, output_shapes, strict=True)]


_TAKES = Effects(reads=(0,), writes=(0,), stateful=True)

ANONYMOUS_ITERATOR = Op(
    "AnonymousIteratorV3",
    (),
    ("handle: resource",),
    OUTPUTS,
    infer=_infer_handle,
    effects=Effects(world=True, stateful=True),
)
MAKE_ITERATOR = Op(
    "MakeIterator",
    ("dataset: variant", "iterator: resource"),
    (),
    infer=infer.nothing,
    effects=Effects(reads=(1,), writes=(1,), stateful=True),
)
GET_NEXT = Op(
    "IteratorGetNext",
    ("iterator: resource",),
    ("components: output_types",),
    OUTPUTS,
    infer=infer_components,
    effects=_TAKES,
)
GET_NEXT_SYNC = Op(
    "IteratorGetNextSync",
    ("iterator: resource",),
    ("components: output_types",),
    OUTPUTS,
    infer=infer_components,
    effects=_TAKES,
)
GET_NEXT_AS_OPTIONAL = Op(
    "IteratorGetNextAsOptional",
    ("iterator: resource",),
    ("optional: variant",),
    OUTPUTS,
    infer=_infer_optional,
    effects=_TAKES,
)
OPTIONAL_FROM_VALUE = Op(
    "OptionalFromValue",
    ("components: Toutput_types",),
    ("optional: variant",),
    ("Toutput_types: list(type) >= 1",),
    infer=_infer_optional,
)
OPTIONAL_NONE = Op("OptionalNone", (), ("optional: variant",), infer=_infer_optional)
OPTIONAL_HAS_VALUE = Op(
    "OptionalHasValue", ("optional: variant",), ("has_value: bool",), infer=infer.scalar(dtypes.bool)
)
OPTIONAL_GET_VALUE = Op(
    "OptionalGetValue", ("optional: variant",), ("components: output_types",), OUTPUTS, infer=infer_components
)


@KERNELS.add(ANONYMOUS_ITERATOR)
def anonymous_iterator(**attrs: Any) -> IteratorState:
    """A new iterator."""
    return IteratorState()


@KERNELS.add(MAKE_ITERATOR, reentrant=True)
def make_iterator(dataset: DatasetValue, iterator: IteratorState) -> None:
    """Start the iterator at the first element."""
    iterator.start(dataset)


@KERNELS.add(GET_NEXT, GET_NEXT_SYNC, reentrant=True)
def get_next(
    iterator: IteratorState, *, output_types: tuple[DType, ...], output_shapes: tuple[TensorShape, ...]
) -> list[Any]:
    """The next element; the end is an error."""
    components = iterator.take()
    if components is None:
        raise OutOfRangeError(None, None, "End of sequence")
    return list(components)


@KERNELS.add(GET_NEXT_AS_OPTIONAL, reentrant=True)
def get_next_as_optional(iterator: IteratorState, **attrs: Any) -> OptionalValue:
    """The next element, or an optional without value."""
    return OptionalValue(iterator.take())


@KERNELS.add(OPTIONAL_FROM_VALUE)
def optional_from_value(components: list[Any]) -> OptionalValue:
    """An optional with a value."""
    return OptionalValue(tuple(components))


@KERNELS.add(OPTIONAL_NONE)
def optional_none() -> OptionalValue:
    """An optional without value."""
    return OptionalValue(None)


@KERNELS.add(OPTIONAL_HAS_VALUE)
def optional_has_value(optional: OptionalValue) -> Any:
    """Whether there is a value."""
    return np.array(optional.components is not None)


@KERNELS.add(OPTIONAL_GET_VALUE)
def optional_get_value(optional: OptionalValue, **attrs: Any) -> list[Any]:
    """The value; none is an error."""
    if optional.components is None:
        raise InvalidArgumentError(None, None, "The given optional does not have a value.")
    return list(optional.components)
