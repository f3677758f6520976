"""Per-thread scopes: names, devices, and the way out of a trace."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

from flowstone_core.device_spec import DeviceSpec
from flowstone_core.interpreter import running_under, state


class name_scope:
    """A context that prefixes the names of variables and graph nodes.

    >>> with tf.name_scope("layer"):
    ...     tf.Variable(1.0, name="w").name
    'layer/w:0'

    Raises:
        ValueError: If ``name`` is not a string.
    """

    def __init__(self, name: str) -> None:
        if not isinstance(name, str):
            raise ValueError("name for name_scope must be a string.")
        self._name = name

    @property
    def name(self) -> str:
        """The name given."""
        return self._name

    def __enter__(self) -> str:
        self._saved = state.name_scopes
        if not self._name:
            state.name_scopes = ()
        elif self._name.endswith("/"):
            state.name_scopes = tuple(self._name.rstrip("/").split("/"))
        else:
            state.name_scopes = (*self._saved, self._name)
        return scope_prefix()

    def __exit__(self, *exception: object) -> None:
        state.name_scopes = self._saved


def scope_prefix() -> str:
    """The current prefix, such as ``"outer/inner/"``, or an empty string."""
    return "/".join(state.name_scopes) + "/" if state.name_scopes else ""


def get_current_name_scope() -> str:
    """The name of the scopes that are open, such as ``"outer/inner"``, or an empty string.

    >>> with tf.name_scope("outer"), tf.name_scope("inner"):
    ...     tf.get_current_name_scope()
    'outer/inner'
    """
    return "/".join(state.name_scopes)


class _Device:
    def __init__(self, name: Any) -> None:
        self._name = name

    def __enter__(self) -> None:
        self._saved = state.device
        state.device = self._name or ""

    def __exit__(self, *exception: object) -> None:
        state.device = self._saved


def device(device_name: Any) -> AbstractContextManager[None]:
    """A context that places ops on a device; there is one CPU, so that unknown devices fall back to it.

    Args:
        device_name: A name, a ``tf.DeviceSpec``, a logical device, or None.

    Raises:
        RuntimeError: If ``device_name`` is a function (TensorFlow 1's way).
        ValueError: If it is no name of a device.
    """
    if callable(device_name):
        raise RuntimeError("tf.device does not support functions when eager execution is enabled.")
    name = getattr(device_name, "name", device_name)
    if isinstance(name, DeviceSpec):
        name = name.to_string()
    if name is not None and not isinstance(name, str):
        raise ValueError(f"Expecting a string device name. Got {type(name)}({name})")
    bare = name is not None and name.lower() in ("cpu", "gpu", "tpu")  # which a DeviceSpec refuses
    return _Device(DeviceSpec.from_string(f"{name}:*" if bare else name or "").to_string())


def init_scope() -> AbstractContextManager[None]:
    """A context that runs ops eagerly, outside of every function being traced and every tape."""
    return _InitScope()


class _InitScope:
    def __enter__(self) -> None:
        self._under = running_under(None)
        self._under.__enter__()
        self._saved = state.name_scopes
        state.name_scopes = ()

    def __exit__(self, *exception: object) -> None:
        state.name_scopes = self._saved
        self._under.__exit__(*exception)
