"""Regularizers: functions of a weight whose value is added to the loss."""

from __future__ import annotations

from typing import Any

from flowstone_core.api import tf

from flowstone_layers import identifiers
from flowstone_layers.custom_objects import registered


class Regularizer:
    """The base of regularizers: ``__call__(weight)`` gives a scalar."""

    def __call__(self, x: Any) -> Any:
        """The penalty of ``x``."""
        raise NotImplementedError(f"{type(self).__name__} has no __call__.")

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal regularizer."""
        raise NotImplementedError(f"{self} does not implement get_config()")

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """The regularizer that ``get_config`` described."""
        return cls(**config)


def _rate(value: Any, name: str) -> float:
    if (
        isinstance(value, bool)
        or not isinstance(value, (int, float))
        or value != value
        or value
        in (
            float("inf"),
            -float("inf"),
        )
    ):
        raise ValueError(f"Invalid value for {name}. It must be a finite number. Received: {value}")
    return float(value)


class L1L2(Regularizer):
    """``l1 * sum(|x|) + l2 * sum(x²)``.

    >>> float(tf.keras.regularizers.L1L2(l1=0.5)(tf.constant([1.0, -3.0])))
    2.0
    """

    def __init__(self, l1: float = 0.0, l2: float = 0.0) -> None:
        self.l1 = 0.0 if l1 is None else _rate(l1, "l1")
        self.l2 = 0.0 if l2 is None else _rate(l2, "l2")

    def __call__(self, x: Any) -> Any:
        """The penalty of ``x``."""
        x = tf.convert_to_tensor(x)
        penalty = tf.convert_to_tensor(0.0, dtype=x.dtype)
        if self.l1:
            penalty = penalty + self.l1 * tf.reduce_sum(tf.abs(x))
        if self.l2:
            penalty = penalty + self.l2 * tf.reduce_sum(tf.square(x))
        return penalty

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal regularizer."""
        return {"l1": self.l1, "l2": self.l2}


class L1(L1L2):
    """``l1 * sum(|x|)``."""

    def __init__(self, l1: float = 0.01) -> None:
        super().__init__(l1=0.01 if l1 is None else l1)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal regularizer."""
        return {"l1": self.l1}


class L2(L1L2):
    """``l2 * sum(x²)``."""

    def __init__(self, l2: float = 0.01) -> None:
        super().__init__(l2=0.01 if l2 is None else l2)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal regularizer."""
        return {"l2": self.l2}


class OrthogonalRegularizer(Regularizer):
    """Penalizes the products of different rows (or columns) of a matrix, after normalization.

    Args:
        factor: The weight of the penalty.
        mode: ``"rows"`` or ``"columns"``.
    """

    def __init__(self, factor: float = 0.01, mode: str = "rows") -> None:
        self.factor = _rate(factor, "factor")
        if mode not in ("rows", "columns"):
            raise ValueError(
                f"Invalid value for argument `mode`. Expected one of {{'rows', 'columns'}}. Received: {mode}"
            )
        self.mode = mode

    def __call__(self, inputs: Any) -> Any:
        """The penalty of a matrix."""
        inputs = tf.convert_to_tensor(inputs)
        if len(inputs.shape) != 2:
            raise ValueError(f"Inputs to OrthogonalRegularizer must have rank 2. Received: {inputs.shape}")
        axis = 1 if self.mode == "rows" else 0
        norms = tf.sqrt(tf.maximum(tf.reduce_sum(tf.square(inputs), axis=axis, keepdims=True), 1e-12))
        unit = inputs / norms
        products = tf.matmul(unit, unit, transpose_b=axis == 1, transpose_a=axis == 0)
        size = inputs.shape[1 - axis]
        products = products * (1.0 - tf.eye(size, dtype=inputs.dtype))
        pairs = size * (size - 1.0) / 2.0
        return self.factor * 0.5 * tf.reduce_sum(tf.abs(products)) / pairs

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal regularizer."""
        return {"factor": self.factor, "mode": self.mode}


def l1(l1: float = 0.01) -> L1:
    """``L1(l1)``."""
    return L1(l1)


def l2(l2: float = 0.01) -> L2:
    """``L2(l2)``."""
    return L2(l2)


def l1_l2(l1: float = 0.01, l2: float = 0.01) -> L1L2:
    """``L1L2(l1, l2)``."""
    return L1L2(l1, l2)


_KNOWN = identifiers.names_of([Regularizer, L1L2, L1, L2, OrthogonalRegularizer]) | {"l1_l2": L1L2}


def get(identifier: Any) -> Any:
    """A regularizer from its name, configuration, class, or itself."""
    return identifiers.get(identifier, _KNOWN, "regularizer", registered())


def serialize(regularizer: Any) -> Any:
    """The configuration of a regularizer."""
    return identifiers.describe(regularizer, "keras.regularizers")


def deserialize(config: Any, custom_objects: Any = None) -> Any:
    """The regularizer that ``serialize`` described."""
    return identifiers.get(config, _KNOWN, "regularizer", custom_objects)
