"""Parts of partitioned tensors, as graphs write them: ``"10 20 0,5:-"`` is five rows of a tensor of shape (10, 20)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from flowstone_core.errors import InvalidArgumentError

from flowstone_savedmodel.checkpoint.ordered_code import FULL_EXTENT


@dataclass(frozen=True)
class TensorSlice:
    """A part of a tensor.

    Attributes:
        shape: The whole tensor's shape.
        extents: Start and length in each dimension; ``(0, FULL_EXTENT)`` takes all of it.
    """

    shape: tuple[int, ...]
    extents: tuple[tuple[int, int], ...]

    @property
    def region(self) -> tuple[slice, ...]:
        """The part as an index."""
        return tuple(
            slice(start, size if length == FULL_EXTENT else start + length)
            for (start, length), size in zip(self.extents, self.shape, strict=True)
        )

    @property
    def sizes(self) -> tuple[int, ...]:
        """The part's own shape."""
        return tuple(part.stop - part.start for part in self.region)


def parse_slice(text: str) -> TensorSlice:
    """The part that a graph's text means.

    >>> parse_slice("10 20 0,5:-").region
    (slice(0, 5, None), slice(0, 20, None))

    Raises:
        InvalidArgumentError: If the text is of another form, or the part lies outside the tensor.
    """
    *sizes, places = text.split(" ")
    extents = places.split(":") if sizes else []
    whole = len(sizes) == len(extents) > 0 and all(re.fullmatch(r"\d+", size) for size in sizes)
    if not whole or not all(re.fullmatch(r"-|\d+,\d+", place) for place in extents):
        raise InvalidArgumentError(
            None, None, f"{text!r} is no slice of a tensor: expected sizes, then start,length or - each: '10 20 0,5:-'."
        )
    pairs = [(0, FULL_EXTENT) if place == "-" else tuple(map(int, place.split(","))) for place in extents]
    found = TensorSlice(tuple(map(int, sizes)), tuple((start, length) for start, length in pairs))
    if any(part.stop > size for part, size in zip(found.region, found.shape, strict=True)):
        raise InvalidArgumentError(None, None, f"The slice {text!r} lies outside its tensor.")
    return found
