"""Functions as the messages of a SavedModel's object graph: their parameters, arguments and results."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Any, NamedTuple

from flowstone_core import nest
from flowstone_core.type_spec import TensorSpec, type_spec_from_value
from flowstone_graphfn.concrete import ConcreteFunction
from flowstone_graphfn.function import Function
from flowstone_graphfn.signature import FunctionSignature
from flowstone_protos.saved_object_graph_pb2 import (
    FunctionSpec,
    SavedBareConcreteFunction,
    SavedConcreteFunction,
    SavedFunction,
)
from flowstone_protos.struct_pb2 import StructuredValue

from flowstone_savedmodel.structure import encode_structure


class FullArgSpec(NamedTuple):
    """The parameters of a Python function, as ``inspect.getfullargspec`` tells them."""

    args: list[str]
    varargs: str | None
    varkw: str | None
    defaults: tuple[Any, ...] | None
    kwonlyargs: list[str]
    kwonlydefaults: dict[str, Any] | None
    annotations: dict[str, Any]


def full_arg_spec(signature: inspect.Signature) -> FullArgSpec:
    """The parameters of *signature*; annotations are left out.

    >>> full_arg_spec(inspect.signature(lambda x, n=2, *, flag=False: x)).kwonlydefaults
    {'flag': False}
    """
    parameters = list(signature.parameters.values())
    kinds = inspect.Parameter
    positional = [each for each in parameters if each.kind in (kinds.POSITIONAL_ONLY, kinds.POSITIONAL_OR_KEYWORD)]
    named = [each for each in parameters if each.kind is kinds.KEYWORD_ONLY]
    defaults = tuple(each.default for each in positional if each.default is not kinds.empty)
    named_defaults = {each.name: each.default for each in named if each.default is not kinds.empty}
    return FullArgSpec(
        [each.name for each in positional],
        next((each.name for each in parameters if each.kind is kinds.VAR_POSITIONAL), None),
        next((each.name for each in parameters if each.kind is kinds.VAR_KEYWORD), None),
        defaults or None,
        [each.name for each in named],
        named_defaults or None,
        {},
    )


def function_message(function: Function, concrete_names: Sequence[str]) -> SavedFunction:
    """A function with several traces."""
    return SavedFunction(
        concrete_functions=concrete_names,
        function_spec=_function_spec(function.function_spec, function.input_signature),
    )


def bare_function_message(function: ConcreteFunction, name: str) -> SavedBareConcreteFunction:
    """One trace by itself."""
    names = function._arg_keywords
    return SavedBareConcreteFunction(
        concrete_function_name=name,
        argument_keywords=names,
        allowed_positional_arguments=len(names),
        function_spec=_function_spec(function._signature, None),
    )


def concrete_function_message(function: ConcreteFunction, bound: Sequence[int]) -> SavedConcreteFunction:
    """The arguments and results of one trace, and the numbers of what it captured."""
    results = function.results
    return SavedConcreteFunction(
        bound_inputs=bound,
        canonicalized_input_signature=_encoded(function.structured_input_signature),
        output_signature=encode_structure(_named_specs(results)),
    )


def _function_spec(signature: FunctionSignature, input_signature: Any) -> FunctionSpec:
    return FunctionSpec(
        fullargspec=_encoded(full_arg_spec(signature.full)),
        input_signature=_encoded(None if input_signature is None else tuple(input_signature)),
    )


def _encoded(structure: Any) -> StructuredValue:
    """The message of *structure*; Python objects that no message can hold become None."""
    return encode_structure(_storable(structure))


def _storable(value: Any) -> Any:
    if nest.is_nested(value):
        return nest.rebuild(value, [_storable(child) for _, child in nest.children(value)])
    try:
        encode_structure(value)
    except (TypeError, ValueError):
        return None
    return value


def _named_specs(results: Any) -> Any:
    """The specs of *results*; in a dictionary, tensors are named by their keys."""
    if isinstance(results, dict):
        return {key: _spec(value, str(key)) for key, value in results.items()}
    return nest.map_structure(_spec, results)


def _spec(value: Any, name: str | None = None) -> Any:
    if value is None:
        return None
    if nest.is_nested(value):
        return nest.map_structure(_spec, value)
    spec = type_spec_from_value(value)
    return TensorSpec(spec.shape, spec.dtype, name) if isinstance(spec, TensorSpec) else spec
