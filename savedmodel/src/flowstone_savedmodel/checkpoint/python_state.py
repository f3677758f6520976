"""``tf.train.experimental.PythonState``: Python values in checkpoints."""

from __future__ import annotations

import abc
from collections.abc import Mapping
from typing import Any

from flowstone_core.conversion import convert_to_tensor
from flowstone_core.trackable import Trackable

_ATTRIBUTE = "py_state"


class PythonState(Trackable, metaclass=abc.ABCMeta):
    """A base for objects whose Python state a checkpoint saves, as a string.

    >>> class Count(PythonState):
    ...     value = 0
    ...     def serialize(self):
    ...         return str(self.value)
    ...     def deserialize(self, string_value):
    ...         self.value = int(string_value)
    """

    @abc.abstractmethod
    def serialize(self) -> str | bytes:
        """The state as a string."""

    @abc.abstractmethod
    def deserialize(self, string_value: Any) -> Any:
        """Take the state from the string that :meth:`serialize` gave, as ``bytes``."""

    def _serialize_to_tensors(self) -> dict[str, Any]:
        return {_ATTRIBUTE: convert_to_tensor(self.serialize())}

    def _restore_from_tensors(self, restored: Mapping[str, Any]) -> None:
        self.deserialize(restored[_ATTRIBUTE].numpy())
