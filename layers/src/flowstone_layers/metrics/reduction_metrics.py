"""Sums and means of values, and of what a function says of targets and predictions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flowstone_core.api import tf

from flowstone_layers.losses.loss import Loss
from flowstone_layers.losses.reduction import combine_masks, squeeze_or_expand_to_same_rank
from flowstone_layers.metrics.metric import Metric


def weighted_samples(values: Any, sample_weight: Any, reduce: Callable[..., Any], dtype: str) -> tuple[Any, Any]:
    """A value times its weight for each sample (``reduce`` joins those of one sample), and the weights or None."""
    mask = getattr(values, "_keras_mask", None)
    values = tf.cast(tf.convert_to_tensor(values, dtype_hint=dtype), dtype)
    sample_weight = combine_masks(sample_weight, mask, dtype)
    if sample_weight is not None:
        sample_weight = tf.cast(tf.convert_to_tensor(sample_weight, dtype_hint=dtype), dtype)
        values, sample_weight = squeeze_or_expand_to_same_rank(values, sample_weight)
        rank = sample_weight.shape.rank
        if values.shape.rank > rank:
            values = reduce(values, axis=list(range(rank, values.shape.rank)))
        sample_weight = tf.broadcast_to(sample_weight, tf.shape(values))
        values = values * sample_weight
        if rank > 1:
            sample_weight = reduce(sample_weight, axis=list(range(1, rank)))
    if values.shape.rank > 1:
        values = reduce(values, axis=list(range(1, values.shape.rank)))
    return values, sample_weight


class Sum(Metric):
    """The (weighted) sum of all values.

    >>> m = tf.keras.metrics.Sum()
    >>> m.update_state([1.0, 3.0])
    >>> float(m.result())
    4.0
    """

    def __init__(self, name: str = "sum", dtype: Any = None) -> None:
        super().__init__(name=name, dtype=dtype)
        self.total = self.add_variable((), "zeros", name="total")

    def update_state(self, values: Any, sample_weight: Any = None) -> None:
        """Take values."""
        values, _ = weighted_samples(values, sample_weight, tf.reduce_sum, self.dtype)
        self.total.assign_add(tf.reduce_sum(values))

    def result(self) -> Any:
        """The sum."""
        return tf.cast(self.total, self.dtype)


class Mean(Metric):
    """The (weighted) mean of all values.

    >>> m = tf.keras.metrics.Mean()
    >>> m.update_state([1.0, 3.0]); m.update_state(5.0)
    >>> float(m.result())
    3.0
    """

    def __init__(self, name: str = "mean", dtype: Any = None) -> None:
        super().__init__(name=name, dtype=dtype)
        self.total = self.add_variable((), "zeros", name="total")
        self.count = self.add_variable((), "zeros", name="count")

    def update_state(self, values: Any, sample_weight: Any = None) -> None:
        """Take values."""
        values, weights = weighted_samples(values, sample_weight, tf.reduce_mean, self.dtype)
        self.total.assign_add(tf.reduce_sum(values))
        if weights is not None:
            self.count.assign_add(tf.reduce_sum(weights))
        elif values.shape.is_fully_defined():
            self.count.assign_add(float(values.shape.num_elements()))
        else:
            self.count.assign_add(tf.cast(tf.size(values), self.dtype))

    def result(self) -> Any:
        """The mean; 0 before any value."""
        return tf.math.divide_no_nan(self.total, tf.cast(self.count, self.dtype))


class MeanMetricWrapper(Mean):
    """The mean of what a function says of targets and predictions.

    Args:
        fn: A function ``(y_true, y_pred, **settings)`` that gives a value for each element.
        name: The name.
        dtype: The type to compute in.
        **kwargs: Settings passed to the function.
    """

    def __init__(self, fn: Callable[..., Any], name: str | None = None, dtype: Any = None, **kwargs: Any) -> None:
        super().__init__(name=str(name or getattr(fn, "__name__", "mean")), dtype=dtype)
        self._fn = fn
        self._fn_kwargs = kwargs

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:  # type: ignore[override]
        """Take targets and predictions."""
        mask = getattr(y_pred, "_keras_mask", None)
        values = self._fn(y_true, y_pred, **self._fn_kwargs)
        if mask is not None:
            sample_weight = combine_masks(sample_weight, mask, self.dtype)
        super().update_state(values, sample_weight=sample_weight)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal metric."""
        config = super().get_config() | self._fn_kwargs
        if type(self) is MeanMetricWrapper:
            config["fn"] = getattr(self._fn, "__name__", str(self._fn))
        return config


class LossMetric(MeanMetricWrapper):
    """A loss object as a metric: the mean of its unreduced values."""

    def __init__(self, loss: Loss) -> None:
        super().__init__(loss.call, name=loss.name, dtype=loss.dtype)
