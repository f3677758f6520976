"""The parameters of a traced Python function, and how arguments are bound to them."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Any

from flowstone_core import nest
from flowstone_core.type_spec import TypeSpec

from flowstone_graphfn.trace_type import TraceType, from_value

Bound = tuple[tuple[Any, ...], dict[str, Any]]
"""Arguments in canonical form: those with a position, in order and with defaults filled in; the others by name."""

_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


class _Slot:
    """Stands for an argument, by its position or name, while the form of a call is worked out."""

    __slots__ = ("key",)

    def __init__(self, key: int | str) -> None:
        self.key = key


def _placed(slot: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    """The argument that a slot stands for; a default value stands for itself."""
    if type(slot) is not _Slot:
        return slot
    key = slot.key
    return args[key] if type(key) is int else kwargs[key]  # type: ignore[index]


class FunctionSignature:
    """The signature of a Python function, without ``self`` if it is a method's.

    Args:
        function: The Python function.
        bound: Whether its first parameter is given already.
        input_signature: The specs of its arguments, if the user fixed them.

    Raises:
        TypeError: If ``input_signature`` does not fit the parameters.
    """

    def __init__(self, function: Callable[..., Any], bound: bool = False, input_signature: Any = None) -> None:
        self.function = function
        self.full = _signature(function)
        if bound:
            parameters = list(self.full.parameters.values())
            if parameters and parameters[0].kind in _POSITIONAL:
                parameters = parameters[1:]
            self.full = self.full.replace(parameters=parameters)
        self.signature = self.full
        self.fixed: Bound | None = None
        if input_signature is not None:
            specs = checked_input_signature(input_signature)
            if bound or next(iter(self.full.parameters), None) != "self":  # a method is fixed once it is bound
                self.fixed = self._fix(specs)
        parameters = list(self.signature.parameters.values())
        self.names = [p.name for p in parameters if p.kind in _POSITIONAL]
        self.variadic = next((p.name for p in parameters if p.kind is inspect.Parameter.VAR_POSITIONAL), None)
        plain = all(p.kind in _POSITIONAL for p in parameters)
        self.exact_count = len(parameters) if plain else -1
        self._arrangements: dict[Any, tuple[tuple[Any, ...], tuple[tuple[str, Any], ...]]] = {}

    def _fix(self, specs: tuple[Any, ...]) -> Bound:
        """The types of all arguments under an input signature; parameters beyond it keep their defaults."""
        parameters = list(self.full.parameters.values())
        positional = [p for p in parameters if p.kind in _POSITIONAL]
        variadic = next((p for p in parameters if p.kind is inspect.Parameter.VAR_POSITIONAL), None)
        extra = len(specs) - len(positional)
        if extra > 0 and variadic is None:
            raise TypeError(f"input_signature contains {extra} extra type constraints.")
        args: list[Any] = []
        made: list[inspect.Parameter] = []
        for index, parameter in enumerate(positional):
            if index < len(specs):
                kind: Any = from_value(specs[index], name=parameter.name)
                made.append(parameter.replace(default=inspect.Parameter.empty))
            elif parameter.default is not inspect.Parameter.empty:
                kind = from_value(parameter.default, name=parameter.name)
                made.append(parameter)
            else:
                raise TypeError(f"input_signature missing type constraint for {parameter.name}")
            args.append(kind)
        for index, spec in enumerate(specs[len(positional) :]):
            name = f"{variadic.name if variadic is not None else 'args'}_{index}"
            args.append(from_value(spec, name=name))
            made.append(inspect.Parameter(name, inspect.Parameter.POSITIONAL_ONLY))
        if extra > 0:
            made = [p.replace(kind=inspect.Parameter.POSITIONAL_ONLY) for p in made]
        kwargs = {}
        for parameter in parameters:
            if parameter.kind is inspect.Parameter.KEYWORD_ONLY:
                if parameter.default is inspect.Parameter.empty:
                    raise TypeError(
                        f"Since input_signature is defined, keyword-only parameter `{parameter.name}` must have a "
                        "default value"
                    )
                kwargs[parameter.name] = from_value(parameter.default, name=parameter.name)
                made.append(parameter)
        self.signature = self.full.replace(parameters=made)
        return tuple(args), kwargs

    def bind(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Bound:
        """Arguments in canonical form.

        Raises:
            TypeError: If they do not fit the parameters.
        """
        if len(args) == self.exact_count and not kwargs:
            return args, {}
        key = (len(args), *kwargs)
        arrangement = self._arrangements.get(key)
        if arrangement is None:
            arrangement = self._arrangements[key] = self._arrange(args, kwargs)
        positional, named = arrangement
        return (
            tuple([_placed(slot, args, kwargs) for slot in positional]),
            {name: _placed(slot, args, kwargs) for name, slot in named},
        )

    def _arrange(
        self, args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> tuple[tuple[Any, ...], tuple[tuple[str, Any], ...]]:
        """Where the arguments of all calls of this form go."""
        try:
            bound = self.signature.bind(*map(_Slot, range(len(args))), **{name: _Slot(name) for name in kwargs})
        except TypeError as error:
            raise binding_error(error, args, kwargs, self.describe()) from None
        bound.apply_defaults()
        named: dict[str, Any] = {}
        for parameter in self.signature.parameters.values():
            if parameter.kind is inspect.Parameter.KEYWORD_ONLY:
                named[parameter.name] = bound.arguments[parameter.name]
            elif parameter.kind is inspect.Parameter.VAR_KEYWORD:
                extra = bound.arguments[parameter.name]
                named.update((key, extra[key]) for key in sorted(extra))
        return bound.args, tuple(named.items())

    def name_of(self, index: int) -> str:
        """The name of the positional argument ``index``: the parameter's, or ``args_2`` for ``*args``."""
        if index < len(self.names):
            return self.names[index]
        return f"{self.variadic or 'args'}_{index - len(self.names)}"

    def by_name(self, types: Bound) -> dict[str, Any]:
        """The trace types of all arguments by the arguments' names, positional ones first."""
        return {self.name_of(index): kind for index, kind in enumerate(types[0])} | types[1]

    def types_of(self, bound: Bound, context: Any) -> Bound:
        """The trace types of canonical arguments."""
        args, kwargs = bound
        return (
            tuple(from_value(value, context, self.name_of(index)) for index, value in enumerate(args)),
            {name: from_value(value, context, name) for name, value in kwargs.items()},
        )

    def describe(self, types: Bound | None = None) -> str:
        """The parameters as text, with types if given: ``(x: TensorSpec(...), y: Literal[5])``."""
        types = types or self.fixed
        parts = []
        parameters = list(self.signature.parameters.values())
        for index, parameter in enumerate(parameters):
            text = str(parameter.replace(default=inspect.Parameter.empty, annotation=inspect.Parameter.empty))
            if types is not None:
                found = types[1].get(parameter.name)
                if parameter.kind in _POSITIONAL and index < len(types[0]):
                    found = types[0][index]
                if found is not None:
                    text += f": {found!r}"
            if parameter.default is not inspect.Parameter.empty:
                text += "=<captured_default_value>"
            parts.append(text)
        return f"({', '.join(parts)})"


def binding_error(reason: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any], signature: str) -> TypeError:
    """The error for arguments that do not fit."""
    return TypeError(
        f"Binding inputs to tf.function failed due to `{reason}`. Received args: {args} and kwargs: {dict(kwargs)} "
        f"for signature: {signature}."
    )


def checked_input_signature(given: Any) -> tuple[Any, ...]:
    """``input_signature`` as a tuple.

    Raises:
        TypeError: If it is no sequence, or holds anything but specs.
    """
    if not isinstance(given, (tuple, list)):
        raise TypeError(f"input_signature must be either a tuple or a list, got {type(given)}.")
    wrong = [leaf for leaf in nest.flatten(given) if not isinstance(leaf, (TypeSpec, TraceType))]
    if wrong:
        raise TypeError(
            "input_signature must be a possibly nested sequence of TensorSpec objects, got invalid args "
            f"{wrong} with types {[type(leaf) for leaf in wrong]}."
        )
    return tuple(given)


def _signature(function: Callable[..., Any]) -> inspect.Signature:
    target: Any = function
    if (
        not isinstance(function, functools.partial)
        and not inspect.isroutine(function)
        and not isinstance(function, type)
    ):
        target = type(function).__call__.__get__(function)  # an object with __call__
    try:
        return inspect.signature(target)
    except (TypeError, ValueError):  # a builtin that does not say
        parameter = inspect.Parameter
        return inspect.Signature(
            [parameter("args", parameter.VAR_POSITIONAL), parameter("kwargs", parameter.VAR_KEYWORD)]
        )


def name_of_function(function: Any) -> str:
    """A short name for a Python function, for messages and graphs."""
    while isinstance(function, functools.partial):
        function = function.func
    return str(getattr(function, "__name__", None) or type(function).__name__)
