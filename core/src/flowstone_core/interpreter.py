"""Who executes an op: the one question, answered in one place.

Each thread has a stack of interpreters. An empty stack means plain eager execution. A gradient tape is an
interpreter that lets its parent execute and records the call; a graph builder adds a node and asks nobody
(which is why outer tapes rest while a function is traced); a batching interpreter applies its rule.
"""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from flowstone_core.errors import InvalidArgumentError, SpecError

if TYPE_CHECKING:
    from flowstone_core.op import Op


class Interpreter(Protocol):
    """What can stand on a thread's stack.

    One that leaves all execution to its parent and only takes notice (a gradient tape) also has a method
    ``notify(op, inputs, outputs, attrs)``, which tells its parent and then itself of an op that was executed
    eagerly. Fast paths use it while all interpreters of the thread have it.
    """

    parent: Interpreter | None
    building_graph: bool
    """Whether ops under this interpreter become graph nodes instead of being computed."""

    def execute(self, op: Op, inputs: tuple[Any, ...], attrs: dict[str, Any], name: str | None) -> Any:
        """Execute one op.

        Args:
            op: The op.
            inputs: Tensors, one for each declared input; a tuple of tensors for a list input.
            attrs: The attributes that inputs do not determine, complete.
            name: The user's name for the op, or None.

        Returns:
            What ``Op.__call__`` returns: a tensor, a list, a tuple, or None.
        """

    def constant(self, tensor: Any) -> Any:
        """Turn a freshly made eager constant into this interpreter's kind of tensor."""


class State(threading.local):
    """The thread's stack and what the fast paths need to know of it, in one slot.

    Attributes:
        current: The innermost interpreter, or None in plain eager mode.
        quiet: Runs ``kernel(*arrays)`` with numpy's floating point warnings off, as TensorFlow is silent
            about overflow. It is the ``run`` of a context of its own, so the user's settings stay.
        fast: ``quiet`` while the stack is empty, else None: the single check of each fast path.
        notify: Whom fast paths tell of what they executed, if there are interpreters and all only take notice;
            else None.
    """

    def __init__(self) -> None:
        context = contextvars.Context()
        context.run(np.seterr, all="ignore")
        self.current: Interpreter | None = None
        self.quiet: Callable[..., Any] = context.run
        self.fast: Callable[..., Any] | None = context.run
        self.notify: Callable[..., None] | None = None
        self.device: str = ""
        self.name_scopes: tuple[str, ...] = ()


state = State()


def _make_current(interpreter: Interpreter | None) -> None:
    state.current = interpreter
    if interpreter is None:
        state.fast, state.notify = state.quiet, None
        return
    state.fast, state.notify = None, getattr(interpreter, "notify", None)
    outer = interpreter.parent
    while outer is not None:
        if not hasattr(outer, "notify"):
            state.notify = None
            return
        outer = outer.parent


def push(interpreter: Interpreter) -> None:
    """Make ``interpreter`` the innermost one; its parent is the one that was."""
    interpreter.parent = state.current
    _make_current(interpreter)


def pop(interpreter: Interpreter) -> None:
    """Take ``interpreter`` off this thread's stack, wherever it stands."""
    current = state.current
    if current is interpreter:
        current = interpreter.parent
    else:
        above = current
        while above is not None and above.parent is not interpreter:
            above = above.parent
        if above is None:
            raise RuntimeError(f"{interpreter!r} is not active in this thread.")
        above.parent = interpreter.parent
    interpreter.parent = None
    _make_current(current)


def stack() -> list[Interpreter]:
    """This thread's interpreters, innermost first."""
    found = []
    current = state.current
    while current is not None:
        found.append(current)
        current = current.parent
    return found


class running_under:
    """A context in which ``interpreter`` (or plain eager execution, for None) is the innermost one.

    Interpreters use it to execute by their parent, whatever was pushed meanwhile.
    """

    __slots__ = ("interpreter", "saved")

    def __init__(self, interpreter: Interpreter | None) -> None:
        self.interpreter = interpreter

    def __enter__(self) -> None:
        self.saved = state.current
        _make_current(self.interpreter)

    def __exit__(self, *exception: object) -> None:
        _make_current(self.saved)


def building_graph() -> bool:
    """Whether ops of this thread become graph nodes now."""
    current = state.current
    while current is not None:
        if current.building_graph:
            return True
        current = current.parent
    return False


def executing_eagerly() -> bool:
    """Whether ops compute at once: False inside a function that is being traced.

    >>> tf.executing_eagerly()
    True
    """
    return not building_graph()


def graph_interpreter() -> Any:
    """The innermost interpreter that builds a graph, or None."""
    current = state.current
    while current is not None and not current.building_graph:
        current = current.parent
    return current


def user_error(error: SpecError) -> Exception:
    """``error`` as the exception that TensorFlow raises here: its types differ while tracing."""
    if not building_graph():
        return InvalidArgumentError(None, None, str(error))
    return TypeError(str(error)) if error.dtype else ValueError(str(error))
