"""Which places of an input a sliding window touches: what convolution and pooling are made of."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence

Place = tuple[int, ...]


def extent(size: int, window: int, stride: int, dilation: int, padding: str) -> tuple[int, int]:
    """The number of windows along one dimension, and the padding before the first."""
    span = (window - 1) * dilation + 1
    if padding == "VALID":
        return max(0, math.ceil((size - span + 1) / stride)), 0
    count = math.ceil(size / stride)
    return count, max(0, (count - 1) * stride + span - size) // 2


def output_size(
    sizes: Sequence[int], window: Sequence[int], strides: Sequence[int], dilations: Sequence[int], padding: str
) -> Place:
    """The number of windows along each dimension."""
    return tuple(extent(*one, padding)[0] for one in zip(sizes, window, strides, dilations, strict=True))


def touched(
    sizes: Sequence[int], window: Sequence[int], strides: Sequence[int], dilations: Sequence[int], padding: str
) -> Iterator[tuple[Place, Place, Place]]:
    """Each place of the output, place in the window, and the place of the input that they meet at; not the padding."""
    dimensions = [extent(*one, padding) for one in zip(sizes, window, strides, dilations, strict=True)]
    for out in itertools.product(*(range(count) for count, _ in dimensions)):
        for tap in itertools.product(*map(range, window)):
            place = tuple(
                o * stride - before + t * dilation
                for o, t, stride, dilation, (_, before) in zip(out, tap, strides, dilations, dimensions, strict=True)
            )
            if all(0 <= at < size for at, size in zip(place, sizes, strict=True)):
                yield out, tap, place
