"""Optimizers: how gradients change variables."""

from __future__ import annotations

from typing import Any

from flowstone_layers import identifiers
from flowstone_layers.custom_objects import registered
from flowstone_layers.optimizers.adagrad import Adagrad
from flowstone_layers.optimizers.adam import Adam, AdamW
from flowstone_layers.optimizers.loss_scale import LossScaleOptimizer
from flowstone_layers.optimizers.optimizer import Optimizer
from flowstone_layers.optimizers.rmsprop import RMSprop
from flowstone_layers.optimizers.sgd import SGD

_CLASSES = (Adagrad, Adam, AdamW, LossScaleOptimizer, Optimizer, RMSprop, SGD)
_KNOWN = identifiers.names_of(_CLASSES) | {cls.__name__.lower(): cls for cls in _CLASSES}


def get(identifier: Any) -> Any:
    """An optimizer from its name, configuration, class, or itself."""
    if isinstance(identifier, Optimizer):
        return identifier
    return identifiers.get(identifier, _KNOWN, "optimizer", registered())


def serialize(optimizer: Any) -> Any:
    """The configuration of an optimizer."""
    return identifiers.describe(optimizer, "keras.optimizers")


def deserialize(config: Any, custom_objects: Any = None) -> Any:
    """The optimizer that ``serialize`` described."""
    return identifiers.get(config, _KNOWN, "optimizer", custom_objects)
