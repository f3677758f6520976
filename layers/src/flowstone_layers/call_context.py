"""What layers know while a call is running: the training flag, who called first, the compute type."""

from __future__ import annotations

import threading
from typing import Any

from flowstone_core.interpreter import state


class CallContext:
    """One outermost layer call.

    Attributes:
        entry: The layer that was called first.
        training: The training flag that inner layers inherit.
    """

    def __init__(self, entry: Any) -> None:
        self.entry = entry
        self.training: Any = None


class _State(threading.local):
    def __init__(self) -> None:
        self.call: CallContext | None = None
        self.compute_dtype: Any = None
        self.scopes: tuple[str, ...] = ()
        self.scope_owner: Any = None


current = _State()


class autocast_to:
    """A context in which float variables are read as ``dtype`` (None: as they are)."""

    __slots__ = ("dtype", "saved")

    def __init__(self, dtype: Any) -> None:
        self.dtype = dtype

    def __enter__(self) -> None:
        self.saved = current.compute_dtype
        current.compute_dtype = self.dtype

    def __exit__(self, *exception: object) -> None:
        current.compute_dtype = self.saved


class scope:
    """A context whose name prefixes the paths of variables, and the names of graph nodes, made in it.

    Entering it again for the same owner changes nothing, so that a layer's weights carry its name once whether
    they are made in a call or outside.
    """

    __slots__ = ("name", "owner", "saved", "saved_names")

    def __init__(self, name: str, owner: Any = None) -> None:
        self.name = name
        self.owner = owner

    def __enter__(self) -> None:
        self.saved = (current.scopes, current.scope_owner)
        self.saved_names = state.name_scopes
        if self.owner is None or current.scope_owner is not self.owner:
            current.scopes = (*current.scopes, self.name)
            current.scope_owner = self.owner
            state.name_scopes = (*self.saved_names, self.name)

    def __exit__(self, *exception: object) -> None:
        current.scopes, current.scope_owner = self.saved
        state.name_scopes = self.saved_names
