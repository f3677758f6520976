"""Values for variables that come into being inside lists and dictionaries, where nobody hears of them.

A restored optimizer, say, has a list of variables that grows at the first step. Attributes tell when something is
attached to them; lists do not. So while a restoration still waits for items of containers, every new variable is
marked: before its value is first read or replaced, the restoration looks again at what is there by then.
"""

from __future__ import annotations

import weakref
from typing import Any, Protocol

from flowstone_core.variable_state import VariableState, watchers

_PATIENCE = 8
"""How many looks in vain a new variable is worth."""

_ARRAY = VariableState.__dict__["array"]


class Waiting(Protocol):
    """A restoration that waits for items of containers."""

    def run(self) -> None:
        """Match what exists now."""


class _LateState(VariableState):
    """The state of a new variable whose value may be waiting for it."""

    __slots__ = ()

    @property
    def array(self) -> Any:
        """The value, once it is the right one."""
        _look_again(self)
        return _ARRAY.__get__(self)

    @array.setter
    def array(self, value: Any) -> None:
        _look_again(self)
        settle(self)
        _ARRAY.__set__(self, value)


_waiting: weakref.WeakSet[Waiting] = weakref.WeakSet()
_marked: weakref.WeakKeyDictionary[VariableState, int] = weakref.WeakKeyDictionary()


def watch(restoration: Waiting) -> None:
    """Have *restoration* look again when new variables are first used."""
    _waiting.add(restoration)
    if _mark not in watchers:
        watchers.append(_mark)


def unwatch(restoration: Waiting) -> None:
    """Leave *restoration* alone: it waits for nothing more."""
    _waiting.discard(restoration)


def settle(state: VariableState) -> None:
    """Make *state* an ordinary one: its value is there."""
    if type(state) is _LateState:
        _become(state, VariableState)
        _marked.pop(state, None)


def _mark(state: VariableState) -> None:
    if _waiting:
        _become(state, _LateState)
        _marked[state] = _PATIENCE
    else:
        watchers.remove(_mark)


def _look_again(state: VariableState) -> None:
    """Run what waits; *state*, and all others that were made, are less interesting afterwards."""
    every = list(_marked)
    for each in every:
        _become(each, VariableState)  # so that nothing looks again meanwhile
    for restoration in list(_waiting):
        restoration.run()
    for each in every:
        patience = _marked.get(each, 0) - 1
        if patience > 0 and _waiting:
            _marked[each] = patience
            _become(each, _LateState)
        else:
            _marked.pop(each, None)


def _become(state: VariableState, kind: type[VariableState]) -> None:
    state.__class__ = kind
