"""The tracing service: what other components ask for that turn Python functions into graphs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flowstone_core import nest
from flowstone_core.type_spec import type_spec_from_value

from flowstone_graphfn.concrete import ConcreteFunction
from flowstone_graphfn.conversion import AutographSettings, callable_for_tracing
from flowstone_graphfn.graph_function import GraphFunction
from flowstone_graphfn.signature import FunctionSignature, name_of_function
from flowstone_graphfn.trace_type import TracingContext, from_value
from flowstone_graphfn.tracing import trace


class TracedFunction:
    """A function traced once (``flowstone_core.services.TracedFunction``).

    Attributes:
        output_spec: The nest of ``TypeSpec`` of what it returns.
        concrete: The concrete function.
    """

    def __init__(self, concrete: ConcreteFunction) -> None:
        self.concrete = concrete
        self.output_spec = nest.map_structure(
            lambda leaf: None if leaf is None else type_spec_from_value(leaf), concrete.results
        )

    @property
    def function(self) -> GraphFunction:
        """The function on flat tensors: components of the arguments, then the captured inputs."""
        return self.concrete.graph_function

    @property
    def captured_inputs(self) -> Sequence[Any]:
        """The tensors from outside that it uses."""
        return self.concrete.captured_inputs

    def __call__(self, *arguments: Any) -> Any:
        """Run it on values of the traced structure."""
        types, _ = self.concrete.types
        return self.concrete.call_flat(
            [tensor for kind, value in zip(types, arguments, strict=True) for tensor in kind.to_tensors(value)]
        )


class TracingService:
    """``flowstone_core.services.Tracing``."""

    def trace(self, function: Callable[..., Any], specs: Sequence[Any], *, name: str = "") -> TracedFunction:
        """Trace ``function``, converted by AutoGraph, for arguments of the types ``specs``."""
        settings = AutographSettings.of(True, None)
        target = callable_for_tracing(function, settings, None)
        context = TracingContext()
        types = tuple(from_value(spec, context, f"args_{index}") for index, spec in enumerate(specs))
        signature = FunctionSignature(_any_arguments)
        concrete, _ = trace(target, name or name_of_function(function), signature, (types, {}))
        return TracedFunction(concrete)


def _any_arguments(*args: Any) -> Any:
    """The signature of a function that is called with positions alone."""


TRACING = TracingService()
