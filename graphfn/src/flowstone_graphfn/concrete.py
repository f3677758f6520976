"""Concrete functions: one trace of a Python function, to be called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flowstone_core import nest
from flowstone_core.conversion import to_tensor
from flowstone_core.errors import InvalidArgumentError
from flowstone_core.interpreter import state
from flowstone_core.services import GRAPH_EXPORT, get_service
from flowstone_core.tensor import EagerTensor, Tensor
from flowstone_core.type_spec import TensorSpec, type_spec_from_value
from flowstone_core.variable_spec import VariableSpec

from flowstone_graphfn.execution import call
from flowstone_graphfn.function_type import Callable, FunctionType, of_trace
from flowstone_graphfn.graph import Graph
from flowstone_graphfn.graph_function import GraphFunction
from flowstone_graphfn.outputs import packer
from flowstone_graphfn.signature import Bound, FunctionSignature, binding_error
from flowstone_graphfn.symbolic import SymbolicTensor
from flowstone_graphfn.trace_type import from_value


class ConcreteFunction:
    """One trace of a Python function: a graph with a structured signature.

    >>> @tf.function
    ... def double(x):
    ...     return 2 * x
    >>> concrete = double.get_concrete_function(tf.TensorSpec([], tf.float32))
    >>> concrete(tf.constant(1.5)).numpy()
    np.float32(3.0)

    Attributes:
        results: The symbolic results, in the structure that the Python function returned.

    Args:
        graph: The traced graph; its outputs are the tensors of ``results``.
        signature: The parameters of the Python function.
        types: The trace types of the arguments.
        results: What the Python function returned: tensors of the graph in their structure.
        name: The unique name.
        declared: The specs of the results where they were loaded from a file, with the names they have there.
    """

    def __init__(
        self,
        graph: Graph,
        signature: FunctionSignature,
        types: Bound,
        results: Any,
        name: str,
        declared: Any = None,
    ) -> None:
        self._function = GraphFunction(graph, name)
        self._signature = signature
        self._types = types
        self.results = results
        self._structured_outputs = results if declared is None else declared
        self._pack = packer(results)
        self._captured: tuple[Tensor, ...] = tuple(graph.external_captures)
        self._single = isinstance(results, Tensor)
        self._eager_captures: tuple[Any, ...] | None = None
        if all(type(tensor) is EagerTensor for tensor in self._captured):
            self._eager_captures = tuple(tensor._array for tensor in self._captured)  # type: ignore[attr-defined]
        self._output_types = tuple(tensor._dtype for tensor in graph.outputs)

    # -- what it is --------------------------------------------------------------------------------------------

    @property
    def name(self) -> bytes:
        """The unique name, as bytes."""
        return self._function.name.encode()

    @property
    def graph(self) -> Graph:
        """The traced graph."""
        return self._function.graph

    def add_to_graph(self, g: Any = None, overwrite: bool = False) -> None:
        """Nothing is to be done: graphs hold the functions that they call."""

    def add_gradient_functions_to_graph(self, g: Any = None) -> None:
        """Nothing is to be done: graphs hold the functions that they call."""

    @property
    def function_def(self) -> Any:
        """The graph as TensorFlow's ``FunctionDef`` message; flowstone-savedmodel writes it."""
        return get_service(GRAPH_EXPORT).function_def(self._function)

    @property
    def graph_function(self) -> GraphFunction:
        """The function on flat tensors, captures as its last inputs."""
        return self._function

    @property
    def inference_fn(self) -> ConcreteFunction:
        """What executes without a tape: this function itself, which needs no other for that."""
        return self

    @property
    def inputs(self) -> list[SymbolicTensor]:
        """The placeholders: arguments, then captures."""
        return list(self.graph.inputs)

    @property
    def outputs(self) -> list[SymbolicTensor]:
        """The symbolic results, flat."""
        return list(self.graph.outputs)

    @property
    def captured_inputs(self) -> list[Tensor]:
        """The tensors from outside that calls pass along."""
        return list(self._captured)

    @property
    def variables(self) -> tuple[Any, ...]:
        """The captured variables that still exist."""
        owners = (getattr(getattr(tensor, "_array", None), "owner", None) for tensor in self._captured)
        found = (owner() for owner in owners if owner is not None)
        return tuple(variable for variable in found if variable is not None)

    @property
    def trainable_variables(self) -> tuple[Any, ...]:
        """The captured variables that are trainable."""
        return tuple(variable for variable in self.variables if variable.trainable)

    @property
    def types(self) -> Bound:
        """The trace types of the arguments."""
        return self._types

    @property
    def function_type(self) -> FunctionType:
        """The parameters with the trace types of their arguments, the captures and the result."""
        captures = {id(tensor): _spec_of(tensor) for tensor in self._captured}
        return of_trace(self._signature, self._types, captures, from_value(self._structured_outputs))

    @property
    def structured_input_signature(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """The specs of the arguments, in the structure of the Python function's."""
        args, kwargs = self._types
        return tuple(map(_described, args)), {name: _described(kind) for name, kind in kwargs.items()}

    @property
    def structured_outputs(self) -> Any:
        """The symbolic results in the structure that the Python function returned; their specs if it was loaded."""
        return self._structured_outputs

    @property
    def output_dtypes(self) -> Any:
        """The element types of the results, in their structure."""
        return nest.map_structure(lambda t: None if t is None else t.dtype, self.results)

    @property
    def output_shapes(self) -> Any:
        """The static shapes of the results, in their structure."""
        return nest.map_structure(lambda t: None if t is None else t.shape, self.results)

    @property
    def _arg_keywords(self) -> list[str]:
        """The names of the flat arguments."""
        count = len(self.graph.inputs) - len(self._captured)
        return [tensor.node.name for tensor in self.graph.inputs[:count]]

    @property
    def _num_positional_args(self) -> int:
        return len(self._arg_keywords)

    def pretty_printed_signature(self, verbose: bool = True) -> str:
        """The signature as text.

        Args:
            verbose: Whether to list parameters and captures, one a line.
        """
        return repr(self.function_type) if verbose else str(self.function_type)

    # -- calling it --------------------------------------------------------------------------------------------

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call it with the arguments of the Python function, or with its flat tensors.

        Raises:
            TypeError: If they fit neither.
        """
        try:
            tensors = self._structured(args, kwargs)
        except TypeError as error:
            tensors = self._flat(args, kwargs, error)
        return self.call_flat(tensors)

    def _structured(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> list[Tensor]:
        """The tensors in arguments that fit the structured signature."""
        positional, named = self._signature.bind(args, kwargs)
        types, named_types = self._types
        try:
            if len(positional) != len(types) or set(named) != set(named_types):
                raise TypeError(f"expected {len(types)} positional arguments and {sorted(named_types)}")
            pairs = [*zip(types, positional, strict=True), *((named_types[key], named[key]) for key in named_types)]
            return [tensor for kind, value in pairs for tensor in kind.to_tensors(kind.cast(value, None))]
        except TypeError as error:
            raise binding_error(error, args, kwargs, self.pretty_printed_signature(verbose=False)) from None

    def _flat(self, args: tuple[Any, ...], kwargs: Mapping[str, Any], structured_error: TypeError) -> list[Tensor]:
        """The tensors of a call with one argument for each input of the graph, by position or name."""
        names = self._arg_keywords
        given = dict(zip(names, args, strict=False))
        problem = ""
        if len(args) > len(names):
            problem = f"expected {len(names)} tensors, got {len(args)}"
        elif unknown := set(kwargs) - set(names):
            problem = f"got unexpected keyword arguments: {sorted(unknown)}"
        given.update(kwargs)
        if missing := [name for name in names if name not in given]:
            problem = problem or f"missing required arguments: {', '.join(missing)}"
        if not problem and any(isinstance(value, (list, tuple, dict)) for value in given.values()):
            problem = "expected tensors"
        if problem:
            raise TypeError(f"{structured_error}\nFallback to flat signature also failed due to: {problem}")
        return [self._input(index, given[name]) for index, name in enumerate(names)]

    def _input(self, index: int, value: Any) -> Tensor:
        placeholder = self.graph.inputs[index]
        tensor = value if isinstance(value, Tensor) else to_tensor(getattr(value, "handle", value))
        if tensor.dtype is not placeholder.dtype:
            raise InvalidArgumentError(
                None,
                None,
                f"cannot compute {self._function.name} as input #{index}(zero-based) was expected to be a "
                f"{placeholder.dtype.name} tensor but is a {tensor.dtype.name} tensor",
            )
        return tensor

    def call_flat(self, tensors: Sequence[Any]) -> Any:
        """Call it with one tensor for each argument of the graph; the structured result."""
        captures = self._eager_captures
        if state.current is None and captures is not None:
            outputs = self._function.plan.run(*[tensor._array for tensor in tensors], *captures)
            if self._single:
                return EagerTensor(outputs[0], self._output_types[0])
            return self._pack([*map(EagerTensor, outputs, self._output_types)])
        return self._pack(call(self._function, [*tensors, *self._captured]))

    def __repr__(self) -> str:
        return f"<ConcreteFunction {self.pretty_printed_signature(verbose=False)} at 0x{id(self):X}>"

    def __str__(self) -> str:
        return f"ConcreteFunction {self.pretty_printed_signature()}"


def _spec_of(tensor: Any) -> Any:
    return type_spec_from_value(tensor)


def _described(kind: Any) -> Any:
    """A trace type as users know it: specs with names, Python values, structures of these."""
    spec = getattr(kind, "spec", None)
    if isinstance(spec, TensorSpec):
        return TensorSpec(spec.shape, spec.dtype, name=kind.name)
    if spec is not None:
        return VariableSpec(spec.shape, spec.dtype, spec.trainable) if isinstance(spec, VariableSpec) else spec
    if hasattr(kind, "children"):
        return nest.rebuild(kind._template, [_described(child) for child in kind.children])
    try:
        return kind.placeholder_value(None)
    except (AttributeError, ReferenceError):
        return kind


Callable.register(ConcreteFunction)
