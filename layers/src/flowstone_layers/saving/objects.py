"""Objects as plain data and back: ``keras.saving.serialize_keras_object``.

The form is Keras's: ``{"module": "keras.layers", "class_name": "Dense", "config": {...}, "registered_name": None}``.
Only known and registered classes are revived: nothing is imported by name.
"""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
from flowstone_core.dtypes import DType
from flowstone_core.shapes import TensorShape
from flowstone_core.tensor import EagerTensor

from flowstone_layers.custom_objects import CustomObjectScope, get_registered_object, registered_package_name
from flowstone_layers.saving import known

_PLAIN = (str, int, float, bool, type(None))


def serialize_keras_object(obj: Any) -> Any:
    """``obj`` as data that JSON can hold.

    Raises:
        TypeError: If it has no ``get_config``.
    """
    if isinstance(obj, _PLAIN):
        return obj
    if isinstance(obj, (list, tuple)):
        items = [serialize_keras_object(item) for item in obj]
        return items if isinstance(obj, list) else {"class_name": "__tuple__", "items": items}
    if isinstance(obj, dict):
        return {key: serialize_keras_object(value) for key, value in obj.items()}
    if isinstance(obj, bytes):
        return {"class_name": "__bytes__", "config": {"value": obj.decode("latin1")}}
    if isinstance(obj, (np.integer, np.floating, np.bool_)):
        return obj.item()
    if isinstance(obj, np.ndarray):
        return {"class_name": "__numpy__", "config": {"value": obj.tolist(), "dtype": obj.dtype.name}}
    if isinstance(obj, EagerTensor):
        return {"class_name": "__tensor__", "config": {"value": obj.numpy().tolist(), "dtype": obj.dtype.name}}
    if isinstance(obj, TensorShape):
        return obj.as_list() if obj.rank is not None else None
    if isinstance(obj, DType):
        return obj.name
    if isinstance(obj, slice):
        return {
            "class_name": "__slice__",
            "config": {key: serialize_keras_object(getattr(obj, key)) for key in ("start", "stop", "step")},
        }
    if obj is Ellipsis:
        return {"class_name": "__ellipsis__", "config": {}}
    if inspect.isfunction(obj) or inspect.isbuiltin(obj):
        return _described_function(obj)
    if not hasattr(obj, "get_config"):
        raise TypeError(f"Cannot serialize object {obj} of type {type(obj)}. Give it a `get_config()` method.")
    described = {
        "module": public_module(type(obj)),
        "class_name": type(obj).__name__,
        "config": obj.get_config(),
        "registered_name": registered_package_name(type(obj)),
    }
    if hasattr(obj, "get_build_config") and (build := obj.get_build_config()):
        described["build_config"] = build
    if getattr(obj, "compiled", False) and (compiled := obj.get_compile_config()):
        described["compile_config"] = compiled
    return described


def _described_function(function: Any) -> dict[str, Any]:
    if function.__name__ == "<lambda>":
        raise ValueError(
            "A lambda cannot be saved: only its code could be, and code is not loaded. Use a named function."
        )
    registered = registered_package_name(function)
    module = "builtins" if registered else public_module(function)
    return {"module": module, "class_name": "function", "config": function.__name__, "registered_name": registered}


def public_module(target: Any) -> str:
    """The module under which Keras publishes a class, or the class's own module."""
    module = target.__module__
    if not module.startswith("flowstone_layers"):
        return str(module)
    family = module.split(".")[1] if "." in module else ""
    if family in ("models",):
        return (
            "keras"
            if target.__name__ == "Sequential"
            else "keras.models"
            if target.__name__ != "Functional"
            else "keras.src.models.functional"
        )
    return {
        "activations": "keras.activations",
        "initializers": "keras.initializers",
        "regularizers": "keras.regularizers",
        "constraints": "keras.constraints",
        "losses": "keras.losses",
        "metrics": "keras.metrics",
        "optimizers": "keras.optimizers.schedules" if "schedules" in module else "keras.optimizers",
        "dtype_policy": "keras",
        "random_seed": "keras.random",
    }.get(family, "keras.layers")


def deserialize_keras_object(config: Any, custom_objects: Any = None, safe_mode: bool = True, **kwargs: Any) -> Any:
    """The object that ``serialize_keras_object`` described.

    Raises:
        TypeError: If its class is unknown.
        ValueError: If it holds code and ``safe_mode`` is on.
    """
    if isinstance(config, _PLAIN):
        return config
    if isinstance(config, (list, tuple)):
        return type(config)(deserialize_keras_object(item, custom_objects, safe_mode) for item in config)
    if not isinstance(config, dict) or "class_name" not in config:
        return {key: deserialize_keras_object(value, custom_objects, safe_mode) for key, value in config.items()}
    special = _SPECIAL.get(config["class_name"])
    if special is not None:
        return special(config)
    if config["class_name"] == "__lambda__":
        raise ValueError(
            "The file holds the bytecode of a lambda, which is never run. Replace it by a registered function."
        )
    with CustomObjectScope(custom_objects):
        return _revive(config)


def _revive(config: dict[str, Any]) -> Any:
    name = config["config"] if config["class_name"] == "function" else config["class_name"]
    registered = config.get("registered_name") or name
    cls = get_registered_object(registered) or get_registered_object(name) or known_class(name, config.get("module"))
    if cls is None:
        raise TypeError(
            f"Could not locate {'function' if config['class_name'] == 'function' else 'class'} '{name}'. Make sure custom "
            f"classes are decorated with `@keras.saving.register_keras_serializable()` or passed as `custom_objects`. "
            f"Full object config: {config}"
        )
    if config["class_name"] == "function":
        return cls
    inner = (
        {key: _inner(value) for key, value in (config.get("config") or {}).items()}
        if _revives_inner(cls)
        else config["config"]
    )
    instance = cls.from_config(inner)
    build_config = config.get("build_config")
    if build_config and not getattr(instance, "built", True):
        instance.build_from_config(build_config)
    if config.get("compile_config") and hasattr(instance, "compile_from_config"):
        instance.compile_from_config(config["compile_config"])
    return instance


def _revives_inner(cls: Any) -> bool:
    """Whether nested objects are made before ``from_config`` sees them; classes with their own do it themselves."""
    return getattr(cls, "_revives_config", True)


def _inner(value: Any) -> Any:
    if isinstance(value, dict) and value.get("class_name") in _SPECIAL:
        return _SPECIAL[value["class_name"]](value)
    return value


_SPECIAL: dict[str, Any] = {
    "__tuple__": lambda config: tuple(deserialize_keras_object(item) for item in config["items"]),
    "__bytes__": lambda config: config["config"]["value"].encode("latin1"),
    "__numpy__": lambda config: np.array(config["config"]["value"], dtype=config["config"]["dtype"]),
    "__tensor__": lambda config: np.array(config["config"]["value"], dtype=config["config"]["dtype"]),
    "__slice__": lambda config: slice(*(config["config"][key] for key in ("start", "stop", "step"))),
    "__ellipsis__": lambda config: Ellipsis,
}

_finders: list[Any] = [known.find]


def known_class(name: str, module: str | None = None) -> Any:
    """Keras's own class or function of this name, or None."""
    for finder in _finders:
        found = finder(name, module)
        if found is not None:
            return found
    return None
