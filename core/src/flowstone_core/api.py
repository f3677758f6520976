"""Core's public functions under their public names, for the packages built on core::

    from flowstone_core.api import tf

    tf.reduce_sum(tf.square(x))

Only core's own names are here, whatever else is installed; each is imported when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from flowstone_core._api import PUBLIC


class Namespace:
    """The names below one prefix of the table."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix

    def __getattr__(self, name: str) -> Any:
        public = self._prefix + name
        target = PUBLIC.get(public)
        if target is not None:
            module, _, attribute = target.partition(":")
            value = getattr(import_module(module), attribute)
        elif any(known.startswith(public + ".") for known in PUBLIC):
            value = Namespace(public + ".")
        else:
            raise AttributeError(f"flowstone-core has no tf.{public}.")
        self.__dict__[name] = value
        return value


tf: Any = Namespace("")
