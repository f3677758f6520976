"""The geometry of windows that slide over a tensor: convolutions and pooling."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flowstone_core.errors import SpecError


@dataclass(frozen=True, slots=True)
class Window:
    """Windows along one dimension.

    Attributes:
        size: The size of the input.
        kernel: How many elements a window has.
        stride: The distance from one window to the next.
        dilation: The distance from one element of a window to the next.
        before: How many elements are padded before the input.
        after: How many elements are padded after the input, so that the last window fits.
        out: How many windows there are.
    """

    size: int
    kernel: int
    stride: int
    dilation: int
    before: int
    after: int
    out: int

    @property
    def padded(self) -> int:
        """The size of the input with its padding."""
        return self.size + self.before + self.after

    def taps(self, offset: int) -> slice:
        """Where, in the padded input, the elements at ``offset`` of all windows are."""
        start = offset * self.dilation
        return slice(start, start + (self.out - 1) * self.stride + 1, self.stride)


def spread(kernel: int, dilation: int) -> int:
    """The extent of a dilated window."""
    return (kernel - 1) * dilation + 1


def window_count(
    size: int | None, kernel: int | None, stride: int, dilation: int, padding: str, explicit: Sequence[int] = (0, 0)
) -> int | None:
    """How many windows fit, or None if that is not known.

    Raises:
        SpecError: If the window is larger than the input, or the stride is not positive.
    """
    if stride < 1 or dilation < 1:
        raise SpecError(f"Strides and dilations must be positive, got stride {stride} and dilation {dilation}.")
    if size is None:
        return None
    if padding == "SAME":
        return -(-size // stride)
    if kernel is None:
        return None
    room = size + sum(explicit) - spread(kernel, dilation)
    if room < 0:
        raise SpecError(
            f"Negative dimension size: a window of extent {spread(kernel, dilation)} does not fit a dimension of size "
            f"{size} with padding {padding}."
        )
    return room // stride + 1


def window(
    size: int, kernel: int, stride: int, dilation: int, padding: str, explicit: Sequence[int] = (0, 0)
) -> Window:
    """The windows along one dimension.

    Args:
        size: The size of the input.
        kernel: How many elements a window has.
        stride: The distance from one window to the next.
        dilation: The distance from one element of a window to the next.
        padding: ``"VALID"`` for none, ``"SAME"`` for one window each ``stride`` elements (an odd rest of padding
            goes after), ``"EXPLICIT"``.
        explicit: The padding before and after, if explicit.
    """
    out = window_count(size, kernel, stride, dilation, padding, explicit)
    assert out is not None
    if padding == "SAME":
        total = max((out - 1) * stride + spread(kernel, dilation) - size, 0)
        before, after = total // 2, total - total // 2
    elif padding == "EXPLICIT":
        before, after = explicit
    else:
        before = after = 0
    return Window(size, kernel, stride, dilation, before, after, out)


@dataclass(frozen=True, slots=True)
class Layout:
    """Which dimensions of a tensor are what.

    Attributes:
        rank: The number of dimensions.
        channels: The dimension of channels.
    """

    rank: int
    channels: int

    @property
    def spatial(self) -> tuple[int, ...]:
        """The dimensions that windows slide along."""
        return tuple(axis for axis in range(1, self.rank) if axis != self.channels)

    @property
    def to_channels_last(self) -> tuple[int, ...] | None:
        """The permutation that moves channels last, or None if they are there."""
        return None if self.channels == self.rank - 1 else (0, *self.spatial, self.channels)

    @property
    def from_channels_last(self) -> tuple[int, ...] | None:
        """The inverse permutation."""
        return None if self.channels == self.rank - 1 else (0, self.rank - 1, *range(1, self.rank - 1))

    def pick(self, values: Sequence[int]) -> tuple[int, ...]:
        """The entries of a list with one entry a dimension that belong to spatial dimensions."""
        return tuple(values[axis] for axis in self.spatial)


def layout_of(data_format: str) -> Layout:
    """The layout that ``"NHWC"``, ``"NCDHW"``, ... name."""
    rank = len(data_format)
    return Layout(rank, 1 if data_format.startswith("NC") else rank - 1)
