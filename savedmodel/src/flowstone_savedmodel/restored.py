"""What a loaded SavedModel is made of: objects with attributes, and functions that know their traces only."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Any, NoReturn

from flowstone_core.trackable import BOOKKEEPING, AutoTrackable
from flowstone_graphfn.concrete import ConcreteFunction
from flowstone_graphfn.function import Function
from flowstone_graphfn.signature import Bound


class RestoredObject(AutoTrackable):
    """An object of a SavedModel: its attributes are what was saved below it."""

    def _attach(self, name: str, child: Any) -> None:
        """Make *child* the attribute *name*; where a class has that name itself, a child without attribute."""
        if (name != "__call__" and hasattr(type(self), name)) or name in BOOKKEEPING:
            if hasattr(child, "_trackable_children"):
                self._track_trackable(child, name)
            return
        self.__dict__[name] = child


class RestoredCallable(RestoredObject):
    """An object whose ``__call__`` was saved."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function that was saved as ``__call__``."""
        return self.__dict__["__call__"](*args, **kwargs)


class _NoTraceError(ValueError):
    """No saved trace serves a call as it stands."""


class RestoredFunction(Function):
    """A ``tf.function`` without its Python function: it runs the traces that were saved.

    Args:
        name: Its name.
        signature: The parameters of the Python function.
        input_signature: The specs of its arguments, if they were fixed.
        traces: What was saved.
    """

    def __init__(
        self, name: str, signature: inspect.Signature, input_signature: Any, traces: Sequence[ConcreteFunction]
    ) -> None:
        def restored(*args: Any, **kwargs: Any) -> Any:
            return self._convert_and_call(args, kwargs)

        restored.__signature__ = signature  # type: ignore[attr-defined]
        restored.__name__ = restored.__qualname__ = name
        super().__init__(restored, name, input_signature=input_signature, autograph=False)
        self._concrete.extend(traces)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run the trace for these arguments.

        Raises:
            ValueError: If no trace fits.
            TypeError: If the arguments do not fit the parameters, or the input signature if there is one.
        """
        try:
            return super().__call__(*args, **kwargs)
        except _NoTraceError:
            return self._convert_and_call(args, kwargs)

    def _trace(self, types: Bound, tensors: Any) -> NoReturn:
        raise _NoTraceError(self._mismatch(self._signature.describe(types)))

    def _convert_and_call(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Call the first trace whose tensors the arguments can be converted to."""
        for concrete in self._concrete:
            try:
                tensors = concrete._structured(args, kwargs)
            except (TypeError, ValueError):
                continue
            return concrete.call_flat(tensors)
        raise ValueError(self._mismatch(f"{args}, keyword arguments {kwargs}"))

    def _mismatch(self, given: str) -> str:
        if not self._concrete:
            return (
                f"Found zero restored functions for caller function {self._name!r}: it was never traced before it was "
                "saved. Call it, or give it an input_signature, before saving."
            )
        options = "\n".join(
            f"  Option {number}: {concrete.pretty_printed_signature(verbose=False)}"
            for number, concrete in enumerate(self._concrete, 1)
        )
        return (
            "Could not find matching concrete function to call loaded from the SavedModel. Got:\n"
            f"  {given}\nExpected these arguments to match one of the following {len(self._concrete)} option(s):\n"
            f"{options}"
        )
