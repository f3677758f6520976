"""What a graph is lowered to: values, where they lie in memory, and the stages that compute them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from flowstone_kernels_simd.ir import SIZES, Module

Shape = tuple[int, ...]


class Unsupported(Exception):
    """Something that is not compiled; the text is the reason."""


@dataclass(eq=False)
class Buffer:
    """A piece of memory, addressed through the table of pointers that a call brings.

    Attributes:
        dtype: The type of its elements.
        size: How many there are.
        place: ``input``, ``output``, ``constant`` (each an array of the call) or ``arena``.
        number: The position among the arrays of the call.
        offset: For the arena, where in it, in bytes.
    """

    dtype: str
    size: int
    place: str = "arena"
    number: int = 0
    offset: int = 0
    first: int = -1
    last: int = -1

    @property
    def bytes(self) -> int:
        """Its size in bytes."""
        return self.size * SIZES[self.dtype]


@dataclass(frozen=True)
class View:
    """Elements of a buffer as an array: steps and offset count elements."""

    buffer: Buffer
    shape: Shape
    strides: Shape
    offset: int = 0

    @property
    def contiguous(self) -> bool:
        """Whether the elements lie in row-major order without gaps."""
        return self.strides == contiguous_strides(self.shape) or 0 in self.shape

    def reshaped(self, shape: Shape) -> View | None:
        """The same elements in another shape; None if that needs a copy."""
        if self.contiguous:
            return View(self.buffer, shape, contiguous_strides(shape), self.offset)
        without = [(size, step) for size, step in zip(self.shape, self.strides, strict=True) if size != 1]
        if [size for size, _ in without] != [size for size in shape if size != 1]:
            return None
        steps = iter(step for _, step in without)
        return View(self.buffer, shape, tuple(0 if size == 1 else next(steps) for size in shape), self.offset)

    def spread(self, shape: Shape) -> tuple[int, ...]:
        """The strides with which it is read as an array of a larger shape."""
        extra = len(shape) - len(self.shape)
        pairs = zip(self.shape, self.strides, strict=True)
        return (0,) * extra + tuple(0 if size == 1 else step for size, step in pairs)


def contiguous_strides(shape: Shape) -> Shape:
    """Row-major strides, in elements; 0 along axes of one element."""
    steps = []
    step = 1
    for size in reversed(shape):
        steps.append(0 if size == 1 else step)
        step *= size
    return tuple(reversed(steps))


class Value:
    """One tensor of the part being compiled.

    Attributes:
        shape: Its shape, all known.
        dtype: numpy's name of its type.
        op: ``"leaf"``, ``"constant"`` (one number), ``"view"``, ``"stage"`` (made by a stage of its own), ``"reduce"``,
            or the name of an elementwise operation (``elementwise.OPERATIONS``).
        inputs: What it is computed from.
        attrs: What its operation needs to know.
        view: Where it lies, once that is known.
        group: The group of operations that computes it.
    """

    __slots__ = ("attrs", "dtype", "exported", "group", "inputs", "op", "shape", "stage", "view")

    def __init__(self, op: str, shape: Shape, dtype: str, inputs: Sequence[Value] = (), **attrs: Any) -> None:
        self.op = op
        self.shape = tuple(shape)
        self.dtype = dtype
        self.inputs = tuple(inputs)
        self.attrs = attrs
        self.view: View | None = None
        self.group: Any = None
        self.stage: Any = None
        self.exported = False

    @property
    def size(self) -> int:
        """The number of elements."""
        return math.prod(self.shape)

    @property
    def computed(self) -> bool:
        """Whether a group computes it."""
        return self.op not in ("leaf", "constant", "view", "stage")

    @property
    def base(self) -> Value:
        """The value whose memory it looks at: its own, unless it is a view."""
        value = self
        while value.op == "view":
            value = value.inputs[0]
        return value

    def locate(self) -> View:
        """Where it lies."""
        if self.view is None:
            if self.op != "view":
                raise Unsupported(f"a value of {self.op} has no memory")
            change: Callable[[View], View] = self.attrs["change"]
            self.view = change(self.inputs[0].locate())
        return self.view

    def __repr__(self) -> str:
        return f"<{self.op} {self.dtype}{list(self.shape)}>"


class Stage(Protocol):
    """Something that runs after what it depends on: a group, or a family's own code.

    Attributes:
        inputs: The values that it reads from memory.
        outputs: The values that it writes to memory.
    """

    inputs: Sequence[Value]
    outputs: Sequence[Value]

    def emit(self, module: Module, name: str) -> Call:
        """Write its function into the module."""


@dataclass(frozen=True)
class Call:
    """How a stage is run: ``name(table, low, high)`` for work items up to ``count``, ``grain`` of them at a time.

    ``cost`` is an estimate of the whole in nanoseconds of one core; a cheap stage is not spread over threads.
    ``height`` is, of a stage that makes its result in blocks of rows, the number of rows of an item.
    """

    name: str
    count: int
    grain: int = 1
    cost: float = 0.0
    height: int = 0


@dataclass(eq=False)
class OwnStage:
    """A stage whose code a family writes.

    Attributes:
        writer: Writes the function.
        rows: How many rows the only result has, if each work item makes one block of them after the other.
    """

    inputs: Sequence[Value]
    outputs: Sequence[Value]
    writer: Callable[[Module, str], Call]
    scratch: Sequence[Buffer] = field(default_factory=list)
    rows: int | None = None

    def emit(self, module: Module, name: str) -> Call:
        """Write its function."""
        return self.writer(module, name)
