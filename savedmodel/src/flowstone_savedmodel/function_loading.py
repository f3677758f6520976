"""Functions out of the messages of a SavedModel's object graph."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Sequence
from typing import Any

from flowstone_core import nest
from flowstone_core.errors import InvalidArgumentError
from flowstone_core.tensor import EagerTensor
from flowstone_core.type_spec import TensorSpec, TypeSpec
from flowstone_graphfn.concrete import ConcreteFunction
from flowstone_graphfn.graph import Graph
from flowstone_graphfn.graph_function import GraphFunction, unique_function_name
from flowstone_graphfn.signature import FunctionSignature
from flowstone_graphfn.trace_type import TracingContext
from flowstone_protos.saved_object_graph_pb2 import FunctionSpec, SavedConcreteFunction

from flowstone_savedmodel.structure import decode_structure

_SAVED_NAME = re.compile(r"^__inference_(.*)_\d+$")


def short_name(name: str) -> str:
    """The Python function's name in that of a saved trace.

    >>> short_name("__inference_train_step_12")
    'train_step'
    """
    match = _SAVED_NAME.match(name)
    return match[1] if match else name


def parameters_of(spec: FunctionSpec) -> inspect.Signature:
    """The parameters that a message describes, without ``self``.

    Raises:
        InvalidArgumentError: If they are none.
    """
    full = decode_structure(spec.fullargspec)
    try:
        return _signature(full, spec.is_method)
    except (AttributeError, TypeError, ValueError) as error:
        raise InvalidArgumentError(None, None, f"The parameters of a saved function are not legal: {error}") from None


def _signature(full: Any, is_method: bool) -> inspect.Signature:
    kinds, empty = inspect.Parameter, inspect.Parameter.empty
    names = list(full.args)
    defaults = [empty] * len(names) + list(full.defaults or ())
    defaults = defaults[len(defaults) - len(names) :]
    pairs = list(zip(names, defaults, strict=True))[1 if is_method else 0 :]
    parameters = [kinds(name, kinds.POSITIONAL_OR_KEYWORD, default=default) for name, default in pairs]
    if full.varargs:
        parameters.append(kinds(full.varargs, kinds.VAR_POSITIONAL))
    named = full.kwonlydefaults or {}
    parameters += [kinds(name, kinds.KEYWORD_ONLY, default=named.get(name, empty)) for name in full.kwonlyargs or ()]
    if full.varkw:
        parameters.append(kinds(full.varkw, kinds.VAR_KEYWORD))
    return inspect.Signature(parameters)


def keyword_parameters(names: Sequence[str]) -> inspect.Signature:
    """The parameters of a signature's function: tensors by name, in a message that says no more."""
    legal = [name for name in names if name.isidentifier()]
    if len(legal) != len(names):  # names that Python cannot write, but a dictionary can hold
        return inspect.Signature([inspect.Parameter("tensors", inspect.Parameter.VAR_KEYWORD)])
    return inspect.Signature([inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY) for name in legal])


def parameters_that_fit(message: SavedConcreteFunction, declared: inspect.Signature | None) -> inspect.Signature:
    """The parameters to call a trace with: those *declared*, if its arguments can be bound to them."""
    args, kwargs = _arguments(message)
    if declared is not None:
        try:
            bound = declared.bind(*args, **kwargs)
        except TypeError:
            pass
        else:
            if len(bound.args) == len(args):
                return declared
    if not args:
        return keyword_parameters(list(kwargs))
    variadic = inspect.Parameter("args", inspect.Parameter.VAR_POSITIONAL)
    return inspect.Signature([variadic, *keyword_parameters(list(kwargs)).parameters.values()])


def concrete_function(
    function: GraphFunction,
    message: SavedConcreteFunction,
    bound: Sequence[EagerTensor],
    declared: inspect.Signature | None,
) -> ConcreteFunction:
    """A trace, ready to be called.

    Args:
        function: Its graph.
        message: Its arguments and results.
        bound: The tensors that it captured.
        declared: The parameters of the Python function, if they are known.

    Raises:
        InvalidArgumentError: If graph and message do not fit.
    """
    graph = function.graph

    def restored(*args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError("A restored function has no Python function.")

    restored.__signature__ = parameters_that_fit(message, declared)  # type: ignore[attr-defined]
    signature = FunctionSignature(restored)
    args, kwargs = _arguments(message)
    try:
        types = signature.types_of((args, kwargs), TracingContext())
    except TypeError as error:
        raise _misfit(function, str(error)) from None
    specs = [spec for kind in (*types[0], *types[1].values()) for spec in kind.flatten()]
    if len(specs) + len(bound) != len(graph.inputs):
        raise _misfit(
            function,
            f"it has {len(graph.inputs)} inputs; declared are {len(specs)} arguments and {len(bound)} captured tensors",
        )
    for spec, tensor in zip(specs, graph.inputs, strict=False):
        if isinstance(spec, TensorSpec) and spec.dtype is not tensor.dtype:
            raise _misfit(function, f"its argument {tensor.name} is {tensor.dtype.name}, not {spec.dtype.name}")
    _bind(graph, bound, function)
    declared_results = decode_structure(message.output_signature)
    results = _results(declared_results, graph, function)
    name = unique_function_name(short_name(function.name))
    return ConcreteFunction(graph, signature, types, results, name, declared_results)


def _arguments(message: SavedConcreteFunction) -> tuple[tuple[Any, ...], dict[str, Any]]:
    decoded = decode_structure(message.canonicalized_input_signature)
    if isinstance(decoded, tuple) and len(decoded) == 2:
        args, kwargs = decoded
        if isinstance(args, tuple | list) and isinstance(kwargs, dict):
            return tuple(args), kwargs
    raise InvalidArgumentError(None, None, "The arguments of a saved function are not a pair of tuple and dictionary.")


def _bind(graph: Graph, bound: Sequence[EagerTensor], function: GraphFunction) -> None:
    """Make the last inputs of *graph* stand for the tensors in *bound*."""
    seen: set[int] = set()
    for inner, outer in zip(graph.inputs[len(graph.inputs) - len(bound) :], bound, strict=True):
        if outer.dtype is not inner.dtype:
            raise _misfit(function, f"it captured {outer.dtype.name} where it takes {inner.dtype.name}")
        if id(outer) in seen:  # captured twice: a graph knows captures by identity
            outer = EagerTensor(outer._array, outer.dtype)
        seen.add(id(outer))
        graph.add_capture(outer, inner)


def _results(structure: Any, graph: Graph, function: GraphFunction) -> Any:
    """The graph's outputs in the structure of the specs of what the Python function returned."""
    outputs = iter(graph.outputs)

    def fill(leaf: Any) -> Any:
        if not isinstance(leaf, TypeSpec):
            return None
        if isinstance(leaf, TensorSpec):
            return next(outputs)
        parts = [next(outputs) for _ in nest.flatten(leaf, expand_composites=True)]
        return nest.pack_sequence_as(leaf, parts, expand_composites=True)

    try:
        results = nest.map_structure(fill, structure)
    except (StopIteration, RuntimeError):
        raise _misfit(function, f"it has only {len(graph.outputs)} results") from None
    if _left(outputs):
        raise _misfit(function, f"it has more results ({len(graph.outputs)}) than are declared")
    return results


def _left(iterator: Iterator[Any]) -> bool:
    return next(iterator, None) is not None


def _misfit(function: GraphFunction, reason: str) -> InvalidArgumentError:
    return InvalidArgumentError(None, None, f"The saved function {function.name!r} does not fit its graph: {reason}.")
