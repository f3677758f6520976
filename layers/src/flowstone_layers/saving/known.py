"""Keras's own classes and functions, by the names under which they are public."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from flowstone_layers._api import PUBLIC

_SPACES = (
    "keras.layers",
    "keras.models",
    "keras.initializers",
    "keras.regularizers",
    "keras.constraints",
    "keras.activations",
    "keras.losses",
    "keras.metrics",
    "keras.optimizers",
    "keras.optimizers.schedules",
    "keras.random",
)
_OTHERS = {
    "DTypePolicy": "keras.DTypePolicy",
    "Functional": "keras.Model",
}


def find(name: str, module: str | None = None) -> Any:
    """What Keras publishes as ``name``, first in ``module``; None if it publishes nothing of that name.

    Only names of the table of public names are found, whatever ``module`` says: nothing else is imported.
    """
    spaces = (module, *_SPACES) if module in _SPACES else _SPACES
    for public in (*(f"{space}.{name}" for space in spaces), _OTHERS.get(name, "")):
        target = PUBLIC.get(public)
        if target is not None:
            path, _, attribute = target.partition(":")
            return getattr(import_module(path), attribute)
    return None
