"""``FunctionType``: the parameters, captures and result of a function, as an ``inspect.Signature`` with trace types."""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from collections import OrderedDict
from collections.abc import Callable as AnyCallable
from collections.abc import Mapping, Sequence
from typing import Any, Final, Self

from flowstone_graphfn.signature import Bound, FunctionSignature
from flowstone_graphfn.trace_type import TraceType

_EMPTY: Final = inspect.Parameter.empty


class _CapturedDefault:
    """Stands for a default value, which is no part of the type."""

    def __repr__(self) -> str:
        return "<captured_default_value>"


CAPTURED_DEFAULT: Final = _CapturedDefault()


class Parameter(inspect.Parameter):
    """A parameter of a function type.

    Args:
        name: Its name.
        kind: How arguments are given for it, as ``inspect.Parameter`` has it.
        optional: Whether there is a default value, which the type doesn't hold.
        type_constraint: The trace type of the argument; None where any will do.
    """

    __slots__ = ()

    def __init__(self, name: str, kind: Any, optional: bool, type_constraint: TraceType | None) -> None:
        super().__init__(
            name,
            kind,
            default=CAPTURED_DEFAULT if optional else _EMPTY,
            annotation=_EMPTY if type_constraint is None else type_constraint,
        )

    @property
    def optional(self) -> bool:
        """Whether there is a default value."""
        return self.default is CAPTURED_DEFAULT

    @property
    def type_constraint(self) -> TraceType | None:
        """The trace type of the argument, or None."""
        return None if self.annotation is _EMPTY else self.annotation

    def is_subtype_of(self, other: Parameter) -> bool:
        """Whether whatever can be passed for this parameter can be passed for ``other``."""
        if (self.name, self.kind, self.optional) != (other.name, other.kind, other.optional):
            return False
        mine, its = self.type_constraint, other.type_constraint
        return its is None or (mine is not None and mine.is_subtype_of(its))

    def __reduce__(self) -> Any:
        return type(self), (self.name, self.kind, self.optional, self.type_constraint)


class FunctionType(inspect.Signature):
    """The type of a function: its parameters with the trace types of their arguments, its captures, its result.

    It is an ``inspect.Signature``, so ``bind`` and ``parameters`` are as there. Default values are no part of it.

    >>> @tf.function
    ... def f(x, n=2):
    ...     return x * n
    >>> print(f.function_type)
    (x, n=<captured_default_value>)
    >>> print(f.get_concrete_function(tf.TensorSpec([None])).function_type)
    (x: TensorSpec(shape=(None,), dtype=tf.float32, name=None), n: Literal[2]) -> TensorSpec(shape=(None,), dtype=tf.float32, name=None)

    Args:
        parameters: The parameters.
        captures: The types of the captured tensors, in order, by what identifies them.
        return_annotation: The trace type of the result, if it is known.
    """

    __slots__ = ("_captures",)

    def __init__(
        self,
        parameters: Sequence[inspect.Parameter],
        captures: Mapping[Any, Any] | None = None,
        *,
        return_annotation: Any = inspect.Signature.empty,
    ) -> None:
        super().__init__(parameters, return_annotation=return_annotation)
        self._captures: OrderedDict[Any, Any] = OrderedDict(captures or {})

    @classmethod
    def from_callable(cls, obj: AnyCallable[..., Any], *, follow_wrapped: bool = True, **options: Any) -> FunctionType:
        """The type of a Python function, which says nothing about types of arguments.

        >>> print(tf.types.experimental.FunctionType.from_callable(lambda x, *rest, y=1: x))
        (x, *rest, y=<captured_default_value>)
        """
        return of_signature(inspect.signature(obj, follow_wrapped=follow_wrapped, **options))

    @classmethod
    def get_default_values(cls, obj: AnyCallable[..., Any], *, follow_wrapped: bool = True) -> dict[str, Any]:
        """The default values of a Python function by the names of its parameters."""
        parameters = inspect.signature(obj, follow_wrapped=follow_wrapped).parameters.values()
        return {each.name: each.default for each in parameters if each.default is not _EMPTY}

    @property
    def captures(self) -> OrderedDict[Any, Any]:
        """The types of the captured tensors, in order."""
        return self._captures

    @property
    def output(self) -> Any:
        """The trace type of the result; None where it is not known."""
        return None if self.return_annotation is inspect.Signature.empty else self.return_annotation

    @property
    def flat_inputs(self) -> list[Any]:
        """The specs of the tensors in the arguments, in order.

        Raises:
            ValueError: If a parameter has no type.
        """
        return [spec for kind in self._types() for spec in kind.flatten()]

    @property
    def flat_captures(self) -> list[Any]:
        """The specs of the captured tensors."""
        return list(self._captures.values())

    @property
    def flat_outputs(self) -> list[Any]:
        """The specs of the tensors in the result, in order."""
        return [] if self.output is None else self.output.flatten()

    def _types(self) -> list[TraceType]:
        found = []
        for name, parameter in self.parameters.items():
            if parameter.annotation is _EMPTY:
                raise ValueError(
                    f"The parameter {name!r} of {self} has no type: only concrete functions know the types of their "
                    "arguments. Use get_concrete_function(...).function_type."
                )
            found.append(parameter.annotation)
        return found

    def bind_with_defaults(
        self, args: Sequence[Any], kwargs: Mapping[str, Any], default_values: Mapping[str, Any]
    ) -> inspect.BoundArguments:
        """Arguments by their parameters, with ``default_values`` for those that are not given.

        Raises:
            TypeError: If they do not fit.
        """
        bound = self.bind(*args, **kwargs)
        bound.apply_defaults()
        for name, value in bound.arguments.items():
            if value is CAPTURED_DEFAULT:
                bound.arguments[name] = default_values[name]
        return bound

    def unpack_inputs(self, bound_parameters: inspect.BoundArguments) -> list[Any]:
        """The tensors in arguments, in the order of ``flat_inputs``."""
        values = [bound_parameters.arguments[name] for name in self.parameters]
        return [tensor for kind, value in zip(self._types(), values, strict=True) for tensor in kind.to_tensors(value)]

    def pack_output(self, flat_values: Sequence[Any]) -> Any:
        """The structured result from its tensors.

        Raises:
            ValueError: If the type of the result is not known.
        """
        if self.output is None:
            raise ValueError(f"{self} does not say what the function returns.")
        return self.output.from_tensors(iter(flat_values))

    def placeholder_arguments(self, placeholder_context: Any) -> inspect.BoundArguments:
        """Placeholders for all arguments, made by ``placeholder_context``."""
        made = [kind.placeholder_value(placeholder_context) for kind in self._types()]
        return inspect.BoundArguments(self, OrderedDict(zip(self.parameters, made, strict=True)))

    def is_supertype_of(self, other: FunctionType) -> bool:
        """Whether a function of type ``other`` can stand where one of this type is expected.

        It must take at least the arguments that this one takes, and use no captures that this one hasn't. Results
        don't count.
        """
        if list(self.parameters) != list(other.parameters):
            return False
        pairs = zip(self.parameters.values(), other.parameters.values(), strict=True)
        if not all(isinstance(mine, Parameter) and mine.is_subtype_of(its) for mine, its in pairs):  # type: ignore[arg-type]
            return False
        return all(self._captures.get(key) == kind for key, kind in other._captures.items())

    def replace(self, **changes: Any) -> Self:
        """A type with other parameters or another result."""
        made = super().replace(**changes)
        made._captures = self._captures
        return made

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, FunctionType):
            return NotImplemented
        return super().__eq__(other) and self._captures == other._captures

    def __hash__(self) -> int:
        return hash((tuple(self.parameters.items()), tuple(self._captures.items())))

    def __str__(self) -> str:
        text = inspect.Signature(
            [
                inspect.Parameter(each.name, each.kind, default=each.default, annotation=_text(each.annotation))
                for each in self.parameters.values()
            ],
            return_annotation=_text(self.return_annotation),
        )
        return str(text)

    def __repr__(self) -> str:
        lines = ["Input Parameters:"]
        for name, parameter in self.parameters.items():
            kind = None if parameter.annotation is _EMPTY else parameter.annotation
            lines.append(f"  {name} ({parameter.kind.name}): {kind!r}")
        lines += ["Output Type:", f"  {self.output!r}", "Captures:"]
        return "\n".join([*lines, *([f"  {key}: {kind!r}" for key, kind in self._captures.items()] or ["  None"])])


class _Text:
    """Shows as it is."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return self._text


def _text(annotation: Any) -> Any:
    return annotation if annotation is _EMPTY else _Text(repr(annotation))


def of_signature(signature: inspect.Signature, types: Mapping[str, TraceType] | None = None) -> FunctionType:
    """The type of a Python function's signature, with the trace types of its arguments where they are fixed.

    Under fixed types ``*args`` and ``**kwargs`` take nothing more, and are left out.
    """
    return FunctionType(
        [
            Parameter(each.name, each.kind, each.default is not _EMPTY, (types or {}).get(each.name))
            for each in signature.parameters.values()
            if types is None or each.kind not in (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
        ]
    )


def of_trace(
    signature: FunctionSignature, types: Bound, captures: Mapping[Any, Any], output: TraceType
) -> FunctionType:
    """The type of one trace: a parameter for each argument, also for those that ``*args`` and ``**kwargs`` took."""
    declared = signature.signature.parameters
    parameters = []
    for index, kind in enumerate(types[0]):
        name = signature.name_of(index)
        how = declared[name].kind if signature.variadic is None else inspect.Parameter.POSITIONAL_ONLY
        parameters.append(Parameter(name, how, False, kind))
    parameters += [Parameter(name, inspect.Parameter.KEYWORD_ONLY, False, kind) for name, kind in types[1].items()]
    return FunctionType(parameters, captures, return_annotation=output)


class Callable(ABC):
    """What has a function type: functions and concrete functions."""

    @property
    @abstractmethod
    def function_type(self) -> FunctionType:
        """The parameters, captures and result."""

    @abstractmethod
    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run it."""
