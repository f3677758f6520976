"""From names, configurations and functions to objects: what every ``keras.*.get`` does."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from flowstone_layers.names import snake_case


def names_of(classes: Any) -> dict[str, Any]:
    """The classes by their names, as written and in snake case."""
    by_name: dict[str, Any] = {}
    for cls in classes:
        by_name[cls.__name__] = cls
        by_name[snake_case(cls.__name__)] = cls
    return by_name


def get(identifier: Any, known: Mapping[str, Any], what: str, custom: Mapping[str, Any] | None = None) -> Any:
    """The object that ``identifier`` stands for; classes are made without arguments.

    Args:
        identifier: None, a name, a configuration (``{"class_name": ..., "config": ...}``), a class or an object.
        known: The names and what they stand for.
        what: What is looked for, for the message.
        custom: Names registered by the user.

    Raises:
        ValueError: If it stands for nothing.
    """
    if identifier is None:
        return None
    if isinstance(identifier, dict):
        return from_config(identifier, known, what, custom)
    found = identifier
    if isinstance(identifier, str):
        found = (custom or {}).get(identifier, known.get(identifier))
        if found is None:
            found = known.get(identifier.lower())
        if found is None:
            raise ValueError(f"Could not interpret {what} identifier: {identifier}. Known: {sorted(known)}.")
    if inspect.isclass(found):
        return found()
    if callable(found):
        return found
    raise ValueError(f"Could not interpret {what} identifier: {identifier}")


def from_config(config: Mapping[str, Any], known: Mapping[str, Any], what: str, custom: Any = None) -> Any:
    """The object that a configuration describes.

    Raises:
        ValueError: If its class is not known.
    """
    name = config.get("class_name")
    registered = config.get("registered_name")
    if name == "function":
        name = config.get("config")
        cls = (custom or {}).get(registered or name, known.get(str(name)))
        if cls is None:
            raise ValueError(f"Unknown {what}: {name!r}. Register it with keras.saving.register_keras_serializable.")
        return cls
    cls = (custom or {}).get(registered or name) or (custom or {}).get(name) or known.get(str(name))
    if cls is None:
        raise ValueError(f"Unknown {what}: {name!r}. Register it with keras.saving.register_keras_serializable.")
    inner = config.get("config") or {}
    if hasattr(cls, "from_config"):
        return cls.from_config(inner)
    return cls(**inner) if inspect.isclass(cls) else cls


def describe(value: Any, module: str) -> Any:
    """The configuration of an object, as Keras writes it; functions become their names."""
    if value is None or isinstance(value, str):
        return value
    if inspect.isfunction(value):
        return value.__name__
    if not hasattr(value, "get_config"):
        return getattr(value, "__name__", value)
    return {
        "module": module,
        "class_name": type(value).__name__,
        "config": value.get_config(),
        "registered_name": None,
    }
