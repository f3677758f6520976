"""What a strided slice means: TensorFlow's masks as plain Python, for shape rules, kernels and ``x[...]``.

A slice is three integer vectors (begin, end, strides) and five bit masks over their entries. Resolved against a
shape it becomes one entry for each dimension of the input or new dimension of the result.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from flowstone_core.errors import SpecError
from flowstone_core.shapes import TensorShape

Number = int | None


class Masks(NamedTuple):
    """The five bit masks, in the order of the attributes of ``StridedSlice``."""

    begin_mask: int = 0
    end_mask: int = 0
    ellipsis_mask: int = 0
    new_axis_mask: int = 0
    shrink_axis_mask: int = 0


class Part(NamedTuple):
    """What happens to one dimension.

    Attributes:
        kind: ``"keep"`` (a range), ``"index"`` (one element, the dimension goes) or ``"new"`` (size 1 appears).
        start: The first place of a range, or the place of an index; None where unknown.
        stop: One past the last place; -1 for "beyond the first" of a falling range.
        step: The distance.
        size: How many places a range has; None where unknown.
    """

    kind: str
    start: Number = None
    stop: Number = None
    step: Number = None
    size: Number = None


def resolve(
    shape: Sequence[Number],
    begin: Sequence[Number],
    end: Sequence[Number],
    strides: Sequence[Number],
    masks: Masks,
) -> list[Part]:
    """The parts of a slice of a tensor of ``shape``.

    Raises:
        SpecError: If an index is out of range, a stride 0, or there are more entries than dimensions.
    """
    count = len(begin)
    if not count == len(end) == len(strides):
        raise SpecError(
            f"Expected begin, end, and strides to be 1-d tensors of equal size, got sizes {count}, {len(end)} and "
            f"{len(strides)}."
        )
    parts = []
    axis = 0
    for entry, what in enumerate(_kinds(count, len(shape), masks)):
        if what == "new":
            parts.append(Part("new", size=1))
        elif isinstance(what, int):
            parts += [Part("keep", 0, size, 1, size) for size in shape[axis : axis + what]]
            axis += what
        else:
            bit = 1 << entry
            step = strides[entry]
            if step == 0:
                raise SpecError(f"strides[{entry}] must be non-zero.")
            if what == "index":
                parts.append(_index(axis, shape[axis], begin[entry], step))
            else:
                first = None if masks.begin_mask & bit else begin[entry]
                last = None if masks.end_mask & bit else end[entry]
                open_ends = bool(masks.begin_mask & bit), bool(masks.end_mask & bit)
                parts.append(_range(shape[axis], first, last, step, open_ends))
            axis += 1
    return parts + [Part("keep", 0, size, 1, size) for size in shape[axis:]]


def _kinds(count: int, rank: int, masks: Masks) -> list[str | int]:
    """What each entry does: "new", "index", "keep", or for an ellipsis how many dimensions it stands for."""
    kinds: list[str | int] = []
    ellipsis = None
    for entry in range(count):
        bit = 1 << entry
        if masks.ellipsis_mask & bit:
            if ellipsis is not None:
                raise SpecError("Multiple ellipses (...) in a slice are not allowed.")
            ellipsis = entry
            kinds.append(0)
        elif masks.new_axis_mask & bit:
            kinds.append("new")
        else:
            kinds.append("index" if masks.shrink_axis_mask & bit else "keep")
    used = sum(kind in ("index", "keep") for kind in kinds)
    if used > rank:
        raise SpecError(f"Too many indices: the slice names {used} dimensions, but the tensor has only {rank}.")
    if ellipsis is not None:
        kinds[ellipsis] = rank - used
    return kinds


def _index(axis: int, size: Number, place: Number, step: Number) -> Part:
    if step is not None and step < 0:
        raise SpecError("Only stride 1 is allowed where a dimension is indexed.")
    if place is None or size is None:
        return Part("index", None)
    start = place + size if place < 0 else place
    if not 0 <= start < size:
        raise SpecError(f"slice index {place} of dimension {axis} out of bounds: its size is {size}.")
    return Part("index", start)


def _range(size: Number, first: Number, last: Number, step: Number, open_ends: tuple[bool, bool]) -> Part:
    if size is None or step is None:
        return Part("keep", None, None, step, None)
    if (first is None and not open_ends[0]) or (last is None and not open_ends[1]):
        return Part("keep", None, None, step, None)
    low, high = (0, size) if step > 0 else (-1, size - 1)
    start = (low if step > 0 else high) if first is None else _clamp(first, size, low, high)
    stop = (high if step > 0 else low) if last is None else _clamp(last, size, low, high)
    return Part("keep", start, stop, step, len(range(start, stop, step)))


def _clamp(place: int, size: int, low: int, high: int) -> int:
    place = place + size if place < 0 else place
    return min(max(place, low), high)


def result_shape(parts: Sequence[Part]) -> tuple[Number, ...]:
    """The shape of the result."""
    return tuple(part.size for part in parts if part.kind != "index")


def numpy_index(parts: Sequence[Part]) -> tuple[Any, ...]:
    """The parts as a numpy index (of basic indexing, so the result is a view)."""
    index: list[Any] = []
    for part in parts:
        if part.kind == "new":
            index.append(np.newaxis)
        elif part.kind == "index":
            index.append(part.start)
        elif not part.size:  # a start of -1 means "before the first" here, but the last place to numpy
            index.append(slice(0, 0))
        else:
            index.append(slice(part.start, None if part.stop == -1 else part.stop, part.step))
    return (*index, ...)


def index_of(shape: tuple[int, ...], begin: Any, end: Any, strides: Any, masks: Masks) -> tuple[Any, ...]:
    """The numpy index of a slice given by arrays."""
    if not begin.ndim == end.ndim == strides.ndim == 1:
        shapes = ", ".join(str(TensorShape(array.shape)) for array in (begin, end, strides))
        raise SpecError(f"Expected begin, end, and strides to be 1-d tensors of equal size, got shapes {shapes}.")
    return numpy_index(resolve(shape, begin.tolist(), end.tolist(), strides.tolist(), masks))
