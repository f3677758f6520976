"""Names that users give to their own classes and functions, so that saved models find them again."""

from __future__ import annotations

import inspect
import threading
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")

_registered: dict[str, Any] = {}
_names: dict[Any, str] = {}
_scopes = threading.local()


def registered() -> dict[str, Any]:
    """Every registered name in force in this thread."""
    return {**_registered, **getattr(_scopes, "objects", {})}


def register_keras_serializable(package: str = "Custom", name: str | None = None) -> Callable[[T], T]:
    """A decorator that registers a class or function under ``package>name``.

    >>> @tf.keras.saving.register_keras_serializable("mine")
    ... class Layer(tf.keras.layers.Layer): pass
    >>> tf.keras.saving.get_registered_name(Layer)
    'mine>Layer'

    Raises:
        ValueError: If a class has no ``get_config``.
    """

    def register(target: T) -> T:
        own = name if name is not None else target.__name__  # type: ignore[attr-defined]
        if inspect.isclass(target) and not hasattr(target, "get_config"):
            raise ValueError("Cannot register a class that does not have a get_config() method.")
        _registered[f"{package}>{own}"] = target
        _names[target] = f"{package}>{own}"
        return target

    return register


def get_registered_name(obj: Any) -> str:
    """The registered name of a class or function, or its own name."""
    try:
        return _names.get(obj, obj.__name__)
    except TypeError:
        return str(obj.__name__)


def registered_package_name(obj: Any) -> str | None:
    """The registered name of a class or function, or None."""
    return _names.get(obj)


def get_registered_object(name: str, custom_objects: Any = None, module_objects: Any = None) -> Any:
    """What is registered under ``name``, or None."""
    for objects in (getattr(_scopes, "objects", {}), _registered, custom_objects or {}, module_objects or {}):
        if name in objects:
            return objects[name]
    return None


def get_custom_objects() -> dict[str, Any]:
    """The dictionary of registered names, which may be changed."""
    return _registered


class CustomObjectScope:
    """A context in which names stand for the given classes and functions.

    Args:
        custom_objects: Name to class or function.
    """

    def __init__(self, custom_objects: Any) -> None:
        self.custom_objects = custom_objects or {}

    def __enter__(self) -> CustomObjectScope:
        self._saved = getattr(_scopes, "objects", {})
        _scopes.objects = {**self._saved, **self.custom_objects}
        return self

    def __exit__(self, *exception: object) -> None:
        _scopes.objects = self._saved
