"""Moving the zero frequency to the middle of a spectrum, and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flowstone_core.api import tf
from flowstone_core.tensor import Tensor, TensorLike

from flowstone_signal.sizes import size, sizes


def _rolled(x: TensorLike, axes: Any, by: Callable[[Any], Any], name: str | None) -> Tensor:
    x = tf.convert_to_tensor(x)
    if axes is None:
        axes = list(range(len(sizes(x))))
    over = [int(axis) for axis in (tf.reshape(axes, [-1]).spec.vector() or ())]
    return tf.roll(x, [by(size(x, axis)) for axis in over], over, name=name)


def fftshift(x: TensorLike, axes: Any = None, name: str | None = None) -> Tensor:
    """Move the zero frequency from the start to the middle: entry 0 to place ``size // 2``.

    >>> tf.signal.fftshift([0., 1., 2., -2., -1.]).numpy()
    array([-2., -1.,  0.,  1.,  2.], dtype=float32)

    Args:
        x: A tensor of any type.
        axes: A dimension or several; all if None.
        name: A name for the op in a graph.
    """
    return _rolled(x, axes, lambda size: size // 2, name)


def ifftshift(x: TensorLike, axes: Any = None, name: str | None = None) -> Tensor:
    """The inverse of ``tf.signal.fftshift``; another thing for odd sizes."""
    return _rolled(x, axes, lambda size: -(size // 2), name)
