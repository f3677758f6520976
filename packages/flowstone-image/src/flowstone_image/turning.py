"""Mirroring and turning images, also by chance."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flowstone_core.api import tf
from flowstone_core.tensor import Tensor, TensorLike

from flowstone_image.shapes import checked, number


def _flipped(image: TensorLike, axis: int) -> Tensor:
    return tf.reverse(checked(image, most=4), [axis])


def flip_left_right(image: TensorLike) -> Tensor:
    """Mirror images: their columns in reverse order.

    >>> tf.image.flip_left_right([[[1.], [2.]]]).numpy().ravel()
    array([2., 1.], dtype=float32)

    Args:
        image: ``[batch, height, width, channels]`` or ``[height, width, channels]``.

    Raises:
        ValueError: The shape is another.
    """
    return _flipped(image, -2)


def flip_up_down(image: TensorLike) -> Tensor:
    """Turn images upside down: their rows in reverse order; arguments as ``tf.image.flip_left_right``."""
    return _flipped(image, -3)


def _maybe_flipped(image: TensorLike, axis: int, draw: Callable[[Any], Tensor]) -> Tensor:
    """Flipped by a draw from [0, 1): one image below 1/2; in a batch, each where its draw rounds to 1."""
    x = checked(image, most=4)
    if x.shape.rank != 4:
        return tf.where(tf.less(draw([]), 0.5), tf.reverse(x, [axis]), x)
    chosen = tf.reshape(tf.round(draw([tf.shape(x)[0]])), [-1, 1, 1, 1])
    return tf.where(tf.greater(chosen, 0), tf.reverse(x, [axis]), x)


def random_flip_left_right(image: TensorLike, seed: Any = None) -> Tensor:
    """``tf.image.flip_left_right`` of every second image, by chance; each image of a batch for itself.

    Args:
        image: ``[batch, height, width, channels]`` or ``[height, width, channels]``.
        seed: The seed of the op.
    """
    return _maybe_flipped(image, -2, lambda shape: tf.random.uniform(shape, 0, 1.0, seed=seed))


def random_flip_up_down(image: TensorLike, seed: Any = None) -> Tensor:
    """``tf.image.flip_up_down`` of every second image, by chance; arguments as ``random_flip_left_right``."""
    return _maybe_flipped(image, -3, lambda shape: tf.random.uniform(shape, 0, 1.0, seed=seed))


def stateless_random_flip_left_right(image: TensorLike, seed: Any) -> Tensor:
    """``tf.image.random_flip_left_right``, determined by ``seed``, two integers."""
    return _maybe_flipped(image, -2, lambda shape: tf.random.stateless_uniform(shape, seed))


def stateless_random_flip_up_down(image: TensorLike, seed: Any) -> Tensor:
    """``tf.image.random_flip_up_down``, determined by ``seed``, two integers."""
    return _maybe_flipped(image, -3, lambda shape: tf.random.stateless_uniform(shape, seed))


def transpose(image: TensorLike, name: str | None = None) -> Tensor:
    """Exchange rows and columns of images ``[batch, height, width, channels]`` or ``[height, width, channels]``."""
    x = checked(image, most=4)
    if x.shape.rank is None:
        outer = tf.rank(x) - 3
        order: Any = tf.concat([tf.range(outer), tf.constant([1, 0, 2]) + outer], 0)
    else:
        order = [1, 0, 2] if x.shape.rank == 3 else [0, 2, 1, 3]
    return tf.transpose(x, order, name=name)


def rot90(image: TensorLike, k: Any = 1, name: str | None = None) -> Tensor:
    """Turn images by quarters, counter-clockwise.

    Args:
        image: ``[batch, height, width, channels]`` or ``[height, width, channels]``.
        k: How many quarters: an integer, or a scalar tensor.
        name: A name for the op in a graph.

    Raises:
        ValueError: A shape is another.
    """
    x = checked(image, most=4)
    turns = tf.convert_to_tensor(k, tf.int32)
    if turns.shape.rank not in (None, 0):
        raise ValueError(f"k must be a scalar, got shape {turns.shape}.")
    quarters: list[Callable[[], Tensor]] = [
        lambda: x,
        lambda: tf.reverse(transpose(x), [-3]),
        lambda: tf.reverse(x, [-3, -2]),
        lambda: tf.reverse(transpose(x), [-2]),
    ]
    known = number(turns)
    if isinstance(known, int):
        return tf.identity(quarters[known % 4](), name=name)
    # all four have one flat size: the one that is wanted is chosen, then shaped
    turned = [make() for make in quarters]
    flat = tf.gather(tf.stack([tf.reshape(each, [-1]) for each in turned]), turns % 4)
    shape = tf.gather(tf.stack([tf.shape(each) for each in turned]), turns % 4)
    result = tf.reshape(flat, shape, name=name)
    if x.shape.rank is not None:
        result.set_shape([*x.shape.as_list()[:-3], None, None, x.shape[-1]])
    return result
