"""Constraints: projections that optimizers apply to weights after each update."""

from __future__ import annotations

from typing import Any

from flowstone_core.api import tf

from flowstone_layers import identifiers
from flowstone_layers.config import epsilon
from flowstone_layers.custom_objects import registered


class Constraint:
    """The base of constraints: ``__call__(weight)`` gives the projected weight."""

    def __call__(self, w: Any) -> Any:
        """The projection of ``w``."""
        raise NotImplementedError(f"{type(self).__name__} has no __call__.")

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal constraint."""
        return {}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """The constraint that ``get_config`` described."""
        return cls(**config)


def _norms(w: Any, axis: Any) -> Any:
    return tf.sqrt(tf.reduce_sum(tf.square(w), axis=axis, keepdims=True))


class MaxNorm(Constraint):
    """Scales slices of ``w`` along ``axis`` down to norm ``max_value``."""

    def __init__(self, max_value: float = 2, axis: Any = 0) -> None:
        self.max_value = max_value
        self.axis = axis

    def __call__(self, w: Any) -> Any:
        """The projection of ``w``."""
        w = tf.convert_to_tensor(w)
        norms = _norms(w, self.axis)
        desired = tf.minimum(tf.maximum(norms, 0.0), float(self.max_value))
        return w * (desired / (epsilon() + norms))

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal constraint."""
        return {"max_value": self.max_value, "axis": self.axis}


class NonNeg(Constraint):
    """Sets negative elements to zero."""

    def __call__(self, w: Any) -> Any:
        """The projection of ``w``."""
        w = tf.convert_to_tensor(w)
        return w * tf.cast(tf.greater_equal(w, 0.0), w.dtype)


class UnitNorm(Constraint):
    """Scales slices of ``w`` along ``axis`` to norm 1."""

    def __init__(self, axis: Any = 0) -> None:
        self.axis = axis

    def __call__(self, w: Any) -> Any:
        """The projection of ``w``."""
        w = tf.convert_to_tensor(w)
        return w / (epsilon() + _norms(w, self.axis))

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal constraint."""
        return {"axis": self.axis}


class MinMaxNorm(Constraint):
    """Moves norms of slices of ``w`` towards ``[min_value, max_value]`` at ``rate``."""

    def __init__(self, min_value: float = 0.0, max_value: float = 1.0, rate: float = 1.0, axis: Any = 0) -> None:
        self.min_value = min_value
        self.max_value = max_value
        self.rate = rate
        self.axis = axis

    def __call__(self, w: Any) -> Any:
        """The projection of ``w``."""
        w = tf.convert_to_tensor(w)
        norms = _norms(w, self.axis)
        clipped = tf.minimum(tf.maximum(norms, float(self.min_value)), float(self.max_value))
        desired = self.rate * clipped + (1 - self.rate) * norms
        return w * (desired / (epsilon() + norms))

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal constraint."""
        return {"min_value": self.min_value, "max_value": self.max_value, "rate": self.rate, "axis": self.axis}


_KNOWN = identifiers.names_of([Constraint, MaxNorm, NonNeg, UnitNorm, MinMaxNorm]) | {"nonneg": NonNeg}


def get(identifier: Any) -> Any:
    """A constraint from its name, configuration, class, or itself."""
    return identifiers.get(identifier, _KNOWN, "constraint", registered())


def serialize(constraint: Any) -> Any:
    """The configuration of a constraint."""
    return identifiers.describe(constraint, "keras.constraints")


def deserialize(config: Any, custom_objects: Any = None) -> Any:
    """The constraint that ``serialize`` described."""
    return identifiers.get(config, _KNOWN, "constraint", custom_objects)
