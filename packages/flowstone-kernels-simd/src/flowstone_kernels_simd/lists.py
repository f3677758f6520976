"""TensorLists as memory: the elements behind each other, and how many there are.

A list belongs to the lowering that made it; the bodies of loops reach it through captured addresses. It is changed in
place, so that it has one newest version, and what uses an older one after that is not compiled. Room is planned ahead:
for the known size of a list that is reserved, or for as many elements as loops can push.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from flowstone_core import dtypes
from flowstone_core.spec import Spec

from flowstone_kernels_simd.ir import SIZES, Module
from flowstone_kernels_simd.loops import base_address
from flowstone_kernels_simd.values import Call, Shape, Unsupported, Value, View, contiguous_strides
from flowstone_kernels_simd.vectors import Vectors

COPIED_PER_NS = 16
"""How many bytes are copied in a nanosecond, about."""

MOST_BYTES = 1 << 31
"""The most memory that one list gets."""


class Place:
    """The memory of a list.

    Attributes:
        home: The lowering that it belongs to.
        shape: The shape of its elements, once that is known.
        count: How many elements it has from the beginning and always; None for one that grows.
        most: How many it can have.
        length: Where the number of elements is; of one that grows.
        data: Where the elements are.
        exact: Whether it has ``most`` elements once all is pushed.
        same: What all elements are, where everything that is pushed is one value that loops do not change.
        foreign: Whether the memory is somebody else's.
        pinned: Whether something relies on ``count``.
    """

    def __init__(self, home: Any, dtype: str, shape: Shape | None, count: int | None) -> None:
        self.home = home
        self.dtype = dtype
        self.shape = shape
        self.count = count
        self.most = count or 0
        self.exact = True
        self.length = home.place_of("int64", 1)
        self.data = home.place_of(dtype, 0)
        self.same: Value | None = None
        self.foreign = False
        self.pinned = False
        home.places.append(self)

    @property
    def step(self) -> int:
        """How many numbers an element has."""
        assert self.shape is not None
        return math.prod(self.shape)

    def take_shape(self, shape: Shape) -> None:
        """Find what the shape of the elements is, or that it is another."""
        if self.shape is None:
            self.shape = shape
        if self.shape != shape:
            raise Unsupported("a list of elements of different shapes")

    def grow(self) -> None:
        """Find that the list may become longer."""
        if self.pinned:
            raise Unsupported("a list that grows after its size was taken")
        self.count = None

    def settle(self) -> None:
        """Once everything is known: the size of the memory."""
        if self.foreign:
            return
        assert self.data.view is not None
        size = 0 if self.shape is None or self.same is not None else self.most * self.step
        if size * SIZES[self.dtype] > MOST_BYTES:
            raise Unsupported("a list that is too long")
        self.data.view.buffer.size = size


@dataclass(eq=False)
class List:
    """A version of a list, in one lowering.

    Attributes:
        token: What must have run before it is read.
        readers: What has read it, and must have run before it is changed.
        old: Whether there is a newer version.
    """

    place: Place
    token: Value | None = None
    readers: list[Value] = field(default_factory=list)
    old: bool = False

    @property
    def spec(self) -> Spec:
        """What shape rules know of its elements."""
        return Spec(self.place.shape, dtypes.as_dtype(self.place.dtype))

    def before(self) -> list[Value]:
        """What must run before it is read."""
        if self.old:
            raise Unsupported("a list is used after it was changed")
        return [] if self.token is None else [self.token]

    def changed(self, low: Any, token: Value) -> List:
        """The version after a change."""
        self.old = True
        low.newest[self.place] = made = List(self.place, token)
        return made


@dataclass(frozen=True, eq=False)
class Blank:
    """A new list that nothing was done with: each that changes it makes one of its own."""

    dtype: str
    shape: Shape | None
    count: int | None

    @property
    def spec(self) -> Spec:
        """What shape rules know of its elements."""
        return Spec(self.shape, dtypes.as_dtype(self.dtype))

    def made(self, low: Any) -> List:
        """A list in memory."""
        place = Place(low, self.dtype, self.shape, self.count)

        def write(module: Module, name: str, outputs: Sequence[Value]) -> Call:
            v = Vectors(module, 1)
            v.do(f"store i64 {self.count or 0}, ptr {base_address(v, place.length.locate())}, align 8")
            if self.count is not None:
                module.declare("void @llvm.memset.p0.i64(ptr, i8, i64, i1)")
                data = place.data.locate()
                v.do(f"call void @llvm.memset.p0.i64(ptr {base_address(v, data)}, i8 0, i64 {data.buffer.bytes}, i1 0)")
            v.finish(name, "ptr %table, i64 %low, i64 %high")
            return Call(name, 1, 1, 20 + place.data.locate().buffer.bytes / COPIED_PER_NS)

        (token,) = low.stage([place.length, place.data], [((), "bool")], write)
        return List(place, token)


def zeros_for(handle: List | Blank) -> Blank:
    """A list of zeros for each element of a list."""
    if isinstance(handle, Blank):
        return handle
    if handle.place.count is None:
        raise Unsupported("zeros for a list of a size that is only known at the run")
    handle.place.pinned = True
    return Blank(handle.place.dtype, handle.place.shape, handle.place.count)


def held(low: Any, handle: Any) -> List:
    """A list that can be changed."""
    if isinstance(handle, Blank):
        return handle.made(low)
    assert isinstance(handle, List)
    handle.before()
    return handle


def taken_in(low: Any, array: Value) -> List:
    """A list that comes from outside, its elements behind each other."""
    count, *shape = array.shape
    place = Place(low, array.dtype, tuple(shape), None)
    place.data, place.foreign, place.most = array, True, count
    return List(place, low.stage([place.length], [((), "bool")], begin(place, count))[0])


def given_out(low: Any, handle: Any) -> list[Value]:
    """A list that goes outside: its memory, and how many elements are in it."""
    handle = held(low, handle)
    place = handle.place
    if place.shape is None or place.foreign:
        raise Unsupported("a list of this kind goes outside")
    if place.same is not None:
        count = low.stage([*handle.before(), place.length], [((), "int64")], _told(place))[0]
        return [low.op("Copy", low.reshape(place.same, (1, *place.shape))), count]

    results = [((place.most, *place.shape), place.dtype), ((), "int64")]
    whole, number = low.stage([*handle.before(), place.length, place.data], results, _told(place))
    assert place.data.view is not None
    whole.view = View(place.data.view.buffer, whole.shape, contiguous_strides(whole.shape))
    return [whole, number]


def _told(place: Place) -> Any:
    """What writes the stage that tells how many elements there are."""

    def write(module: Module, name: str, outputs: Sequence[Value]) -> Call:
        v = Vectors(module, 1)
        number = v.value(f"load i64, ptr {base_address(v, place.length.locate())}, align 8")
        v.do(f"store i64 {number}, ptr {base_address(v, outputs[-1].locate())}, align 8")
        v.finish(name, "ptr %table, i64 %low, i64 %high")
        return Call(name, 1, 1, 5)

    return write


def begin(place: Place, count: int) -> Any:
    """What writes the stage that notes how many elements there are."""

    def write(module: Module, name: str, outputs: Sequence[Value]) -> Call:
        v = Vectors(module, 1)
        v.do(f"store i64 {count}, ptr {base_address(v, place.length.locate())}, align 8")
        v.finish(name, "ptr %table, i64 %low, i64 %high")
        return Call(name, 1, 1, 5)

    return write
