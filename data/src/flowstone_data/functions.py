"""User functions in pipelines: traced where flowstone-graphfn is installed, called as they are otherwise."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from flowstone_core import nest
from flowstone_core.interpreter import running_under
from flowstone_core.services import TRACING, find
from flowstone_core.spec import Spec
from flowstone_core.tensor import EagerTensor

from flowstone_data.components import from_components, leaf_specs, normalize, spec_of, to_components, wrap


class PipelineFunction:
    """A user's function of elements, ready for an op's attribute of kind ``func``.

    Attributes:
        function: What the op's ``f`` holds.
        captured: The tensors from outside that it uses: the op's ``other_arguments``.
        output_spec: The nest of ``TypeSpec`` of what it returns.
    """

    def __init__(self, function: Any, captured: Sequence[Any], output_spec: Any) -> None:
        self.function = function
        self.captured = list(captured)
        self.output_spec = output_spec


def as_arguments(element_spec: Any) -> list[Any]:
    """The specs of a function's arguments: a tuple element is passed as several."""
    if isinstance(element_spec, tuple) and not nest.is_namedtuple(element_spec):
        return list(element_spec)
    return [element_spec]


def trace(
    function: Callable[..., Any],
    element_spec: Any,
    name: str,
    arguments: Sequence[Any] | None = None,
    returned: Any = None,
) -> PipelineFunction:
    """``function`` of elements of ``element_spec`` (or of given argument specs), for an op.

    ``returned`` is what it is known to return, for where nothing can trace.
    """
    specs = list(as_arguments(element_spec) if arguments is None else arguments)
    tracing = find(TRACING)
    if tracing is None:
        direct = _Direct(function, specs, returned)
        return PipelineFunction(direct, [], direct.output_spec)
    traced = tracing.trace(lambda *args: normalize(function(*args)), specs, name=name)
    return PipelineFunction(traced.function, traced.captured_inputs, traced.output_spec)


class _Direct:
    """A Python function called on eager tensors: what pipelines use where nothing can trace.

    What it returns is found by calling it once on zeros, unless it is known.
    """

    name = "python_function"

    def __init__(self, function: Callable[..., Any], specs: Sequence[Any], returned: Any) -> None:
        self.user = function
        self.specs = tuple(specs)
        self.types = [spec.dtype for spec in leaf_specs(self.specs)]
        if returned is None:
            returned = spec_of(self._call([_zeros(spec) for spec in leaf_specs(self.specs)]))
        self.output_spec = returned

    @property
    def output_specs(self) -> list[Spec]:
        """What is known of the results."""
        return [Spec(spec.shape.as_tuple(), spec.dtype) for spec in leaf_specs(self.output_spec)]

    def _call(self, tensors: Sequence[Any]) -> Any:
        with running_under(None):
            return normalize(self.user(*from_components(tensors, self.specs)))

    def execute(self, arrays: Sequence[Any]) -> list[Any]:
        """Call it on arrays."""
        result = self._call(wrap(arrays, self.types))
        return [tensor._array for tensor in to_components(result, self.output_spec)]


def _zeros(spec: Any) -> EagerTensor:
    shape = tuple(1 if size is None else size for size in (spec.shape.as_tuple() or ()))
    array = np.full(shape, b"", object) if spec.dtype.name == "string" else np.zeros(shape, spec.dtype.numpy_dtype)
    return EagerTensor(array, spec.dtype)
