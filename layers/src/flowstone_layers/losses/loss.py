"""The base of losses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flowstone_core import nest
from flowstone_core.api import tf

from flowstone_layers import dtype_policy
from flowstone_layers.losses.reduction import reduce_weighted, squeeze_or_expand_to_same_rank
from flowstone_layers.names import auto_name

_REDUCTIONS = ("sum", "mean", "sum_over_batch_size", "mean_with_sample_weight", "none", None)


class Reduction:
    """The names of reductions, as older code writes them."""

    AUTO = "sum_over_batch_size"
    NONE = "none"
    SUM = "sum"
    SUM_OVER_BATCH_SIZE = "sum_over_batch_size"


class Loss:
    """A number for how far predictions are from targets: ``loss(y_true, y_pred, sample_weight=None)``.

    A subclass implements ``call(y_true, y_pred)``, which gives the loss of each element.

    Args:
        name: The name.
        reduction: How the elements' losses become one: ``"sum_over_batch_size"`` (the mean), ``"sum"``, ``"mean"``,
            ``"mean_with_sample_weight"``, ``"none"`` or None.
        dtype: The type to compute in.
    """

    def __init__(
        self, name: str | None = None, reduction: str | None = "sum_over_batch_size", dtype: Any = None
    ) -> None:
        reduction = "sum_over_batch_size" if reduction == "auto" else reduction
        if reduction not in _REDUCTIONS:
            raise ValueError(
                f"Invalid value for argument `reduction`. Expected one of {set(_REDUCTIONS)}. Received: reduction={reduction}"
            )
        self.name = name or auto_name(type(self).__name__)
        self.reduction = reduction
        self._dtype_policy = dtype_policy.get("float32" if dtype is None else dtype)

    @property
    def dtype(self) -> str:
        """The type that the loss is computed in."""
        return str(self._dtype_policy.compute_dtype)

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """The reduced loss of ``y_pred`` against ``y_true``."""
        mask = getattr(y_pred, "_keras_mask", None)
        y_pred = nest.map_structure(lambda x: tf.convert_to_tensor(x), y_pred)
        y_true = nest.map_structure(lambda x: tf.convert_to_tensor(x), y_true)
        losses = self.call(y_true, y_pred)
        own = getattr(losses, "_keras_mask", None)
        if own is not None:
            mask = own if mask is None else tf.logical_and(mask, own)
        return reduce_weighted(losses, sample_weight, mask, self.reduction, self.dtype)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """The loss of each element."""
        raise NotImplementedError(f"{type(self).__name__} has no `call` method.")

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal loss."""
        return {"name": self.name, "reduction": self.reduction}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """The loss that ``get_config`` described."""
        return cls(**config)


class LossFunctionWrapper(Loss):
    """A loss from a function ``(y_true, y_pred, **settings)`` that gives a value for each element.

    Args:
        fn: The function.
        reduction: How the values become one.
        name: The name.
        dtype: The type to compute in.
        **kwargs: Settings passed to the function.
    """

    def __init__(
        self,
        fn: Callable[..., Any],
        reduction: str | None = "sum_over_batch_size",
        name: str | None = None,
        dtype: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self.fn = fn
        self._fn_kwargs = kwargs

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """The loss of each element."""
        if not nest.is_nested(y_true) and not nest.is_nested(y_pred):
            y_true, y_pred = squeeze_or_expand_to_same_rank(y_true, y_pred)
        return self.fn(y_true, y_pred, **self._fn_kwargs)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal loss."""
        config = super().get_config() | self._fn_kwargs
        if type(self) is LossFunctionWrapper:
            config["fn"] = self.fn.__name__
        return config

    def __repr__(self) -> str:
        return f"<LossFunctionWrapper({getattr(self.fn, '__name__', self.fn)}, kwargs={self._fn_kwargs})>"
