"""Metrics: values that are accumulated over batches."""

from __future__ import annotations

import inspect
from typing import Any

from flowstone_layers import identifiers
from flowstone_layers import losses as losses_module
from flowstone_layers.custom_objects import registered
from flowstone_layers.losses.loss import Loss
from flowstone_layers.metrics import accuracy as accuracy_module
from flowstone_layers.metrics import from_losses, reduction_metrics
from flowstone_layers.metrics.metric import Metric
from flowstone_layers.metrics.reduction_metrics import LossMetric, MeanMetricWrapper
from flowstone_layers.names import snake_case

_MODULES = (accuracy_module, from_losses, reduction_metrics)
_KNOWN: dict[str, Any] = {
    name: value
    for module in _MODULES
    for name, value in vars(module).items()
    if inspect.isclass(value) and issubclass(value, Metric) and value is not LossMetric
}
_KNOWN |= {snake_case(name): cls for name, cls in list(_KNOWN.items())}
_KNOWN |= {
    "mse": from_losses.MeanSquaredError,
    "mae": from_losses.MeanAbsoluteError,
    "mape": from_losses.MeanAbsolutePercentageError,
    "msle": from_losses.MeanSquaredLogarithmicError,
    "rmse": from_losses.RootMeanSquaredError,
    "bce": from_losses.BinaryCrossentropy,
    "kld": from_losses.KLDivergence,
    "cosine": from_losses.CosineSimilarity,
}
_KNOWN |= {short: _KNOWN[short.lower()] for short in ("MSE", "MAE", "MAPE", "MSLE", "RMSE", "BCE", "KLD")}


def add_known(classes: Any) -> None:
    """Let ``get`` find more metrics by their names."""
    _KNOWN.update(identifiers.names_of(classes))


def get(identifier: Any) -> Any:
    """A metric (or function) from its name, configuration, class, or itself."""
    return identifiers.get(identifier, _KNOWN, "metric", registered())


def serialize(metric: Any) -> Any:
    """The configuration of a metric."""
    return identifiers.describe(metric, "keras.metrics")


def deserialize(config: Any, custom_objects: Any = None) -> Any:
    """The metric that ``serialize`` described."""
    return identifiers.get(config, _KNOWN, "metric", custom_objects)


def get_for(identifier: Any, target: Any, output: Any) -> Any:
    """A metric object for one output; ``"accuracy"`` and ``"crossentropy"`` are chosen by the shapes."""
    name = identifier if isinstance(identifier, str) else None
    if name in ("accuracy", "acc", "crossentropy", "ce"):
        kind = losses_module.kind_of_classes(target, output)
        identifier = kind + ("accuracy" if name in ("accuracy", "acc") else "crossentropy")
    metric = get(identifier)
    if isinstance(metric, Metric):
        if name is not None:
            metric.name = name
        return metric
    if isinstance(metric, Loss):
        return LossMetric(metric)
    if callable(metric):
        return MeanMetricWrapper(metric, name=getattr(metric, "__name__", None))
    raise ValueError(f"Could not interpret metric identifier: {identifier}")
