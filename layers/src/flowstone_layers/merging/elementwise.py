"""Several inputs into one, element by element."""

from __future__ import annotations

import functools
from typing import Any

from flowstone_core.api import tf

from flowstone_layers.layer import Layer


class Merge(Layer):
    """One output from a list of inputs whose shapes broadcast.

    Args:
        **kwargs: The settings of ``Layer``.
    """

    _least, _most = 1, None

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.supports_masking = True

    def call(self, inputs: Any) -> Any:
        """Compute the output.

        Raises:
            ValueError: If the inputs are no list, or too few or too many.
        """
        if not isinstance(inputs, (list, tuple)):
            raise ValueError(
                f"A merge layer should be called on a list of inputs. Received: inputs={inputs} (not a list of tensors)"
            )
        if len(inputs) < self._least or (self._most is not None and len(inputs) > self._most):
            raise ValueError(f"A `{type(self).__name__}` layer cannot be called on {len(inputs)} inputs.")
        return self._merge(_of_same_rank(list(inputs)))

    def _merge(self, inputs: list[Any]) -> Any:
        raise NotImplementedError

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """Where any input is kept; None if one has no mask."""
        if previous_mask is None or any(mask is None for mask in previous_mask):
            return None
        return functools.reduce(tf.logical_or, previous_mask)

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return super().get_config()


def _of_same_rank(inputs: list[Any]) -> list[Any]:
    """Axes of size 1 are put behind the batch axis of inputs of smaller rank."""
    ranks = [x.shape.rank for x in inputs]
    if None in ranks or len(set(ranks)) == 1:
        return inputs
    most = max(ranks)
    grown = []
    for x, rank in zip(inputs, ranks, strict=True):
        for _ in range(most - rank):
            x = tf.expand_dims(x, 1)
        grown.append(x)
    return grown


class Add(Merge):
    """The sum.

    >>> tf.keras.layers.Add()([tf.ones([1, 2]), tf.ones([1, 2])]).numpy()
    array([[2., 2.]], dtype=float32)
    """

    def _merge(self, inputs: list[Any]) -> Any:
        return functools.reduce(tf.add, inputs)


class Subtract(Merge):
    """The first of two inputs minus the second."""

    _least, _most = 2, 2  # type: ignore[assignment]

    def _merge(self, inputs: list[Any]) -> Any:
        return tf.subtract(*inputs)


class Multiply(Merge):
    """The product."""

    def _merge(self, inputs: list[Any]) -> Any:
        return functools.reduce(tf.multiply, inputs)


class Average(Merge):
    """The mean."""

    def _merge(self, inputs: list[Any]) -> Any:
        return functools.reduce(tf.add, inputs) / len(inputs)


class Maximum(Merge):
    """The greatest."""

    def _merge(self, inputs: list[Any]) -> Any:
        return functools.reduce(tf.maximum, inputs)


class Minimum(Merge):
    """The least."""

    def _merge(self, inputs: list[Any]) -> Any:
        return functools.reduce(tf.minimum, inputs)


def add(inputs: Any, **kwargs: Any) -> Any:
    """The sum of the inputs, by an ``Add`` layer."""
    return Add(**kwargs)(inputs)


def subtract(inputs: Any, **kwargs: Any) -> Any:
    """The difference of two inputs, by a ``Subtract`` layer."""
    return Subtract(**kwargs)(inputs)


def multiply(inputs: Any, **kwargs: Any) -> Any:
    """The product of the inputs, by a ``Multiply`` layer."""
    return Multiply(**kwargs)(inputs)


def average(inputs: Any, **kwargs: Any) -> Any:
    """The mean of the inputs, by an ``Average`` layer."""
    return Average(**kwargs)(inputs)


def maximum(inputs: Any, **kwargs: Any) -> Any:
    """The greatest of the inputs, by a ``Maximum`` layer."""
    return Maximum(**kwargs)(inputs)


def minimum(inputs: Any, **kwargs: Any) -> Any:
    """The least of the inputs, by a ``Minimum`` layer."""
    return Minimum(**kwargs)(inputs)
