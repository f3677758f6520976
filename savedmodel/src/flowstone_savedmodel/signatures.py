"""Signatures: functions from named tensors to named tensors, which servers call."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flowstone_core import nest
from flowstone_core.dtypes import resource
from flowstone_core.tensor import Tensor
from flowstone_core.type_spec import TensorSpec
from flowstone_graphfn.concrete import ConcreteFunction
from flowstone_graphfn.function import Function
from flowstone_graphfn.signature import FunctionSignature
from flowstone_graphfn.trace_type import TracingContext
from flowstone_graphfn.tracing import trace

from flowstone_savedmodel.constants import DEFAULT_SERVING_SIGNATURE_DEF_KEY

DEFAULT_SIGNATURE_ATTRIBUTE = "_default_save_signature"


class SignatureMap(Mapping[str, ConcreteFunction]):
    """The signatures of a SavedModel by name."""

    def __init__(self, functions: Mapping[str, ConcreteFunction]) -> None:
        self._functions = dict(functions)

    def __getitem__(self, key: str) -> ConcreteFunction:
        return self._functions[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._functions)

    def __len__(self) -> int:
        return len(self._functions)

    def __repr__(self) -> str:
        return f"_SignatureMap({self._functions})"


def canonical_signatures(signatures: Any, functions: Mapping[str, Any]) -> SignatureMap:
    """The signatures to save, each as a function from keywords to a dictionary of tensors.

    Args:
        signatures: A function, a dictionary of functions, or None for the root's only one that can serve.
        functions: The functions of the root object by name.

    Raises:
        ValueError: If something cannot be a signature.
    """
    if signatures is None:
        default = _default_signature(functions)
        chosen = {} if default is None else {DEFAULT_SERVING_SIGNATURE_DEF_KEY: default}
    elif isinstance(signatures, Mapping):
        chosen = dict(signatures)
    else:
        chosen = {DEFAULT_SERVING_SIGNATURE_DEF_KEY: signatures}
    return SignatureMap({key: _wrapped(_concrete(function), key) for key, function in chosen.items()})


def _default_signature(functions: Mapping[str, Any]) -> ConcreteFunction | None:
    """The function that can serve, if there is exactly one, or the one that an object names as such."""
    if DEFAULT_SIGNATURE_ATTRIBUTE in functions:
        return _concrete(functions[DEFAULT_SIGNATURE_ATTRIBUTE])
    possible = []
    for function in functions.values():
        if isinstance(function, Function) and function.input_signature is None:
            continue
        concrete = _concrete(function)
        try:
            _check_inputs(concrete)
            _named_outputs(concrete.results, concrete, "")
        except ValueError:
            continue
        possible.append(concrete)
    return possible[0] if len(possible) == 1 else None


def _concrete(function: Any) -> ConcreteFunction:
    if isinstance(function, Function) and function.input_signature is not None:
        function = function.get_concrete_function()
    if not isinstance(function, ConcreteFunction):
        raise ValueError(
            f"Expected a TensorFlow function for which to generate a signature, but got {function}. Only "
            "`tf.functions` with an input signature or concrete functions can be used as a signature: give the "
            "function an input_signature, or pass function.get_concrete_function(...)."
        )
    return function


def _check_inputs(function: ConcreteFunction) -> None:
    count = len(function.inputs) - len(function.captured_inputs)
    if any(tensor.dtype is resource for tensor in function.inputs[:count]):
        raise ValueError(
            f"{function.name.decode()} takes a variable. Functions that are saved as signatures take tensors only."
        )


def _wrapped(function: ConcreteFunction, key: str) -> ConcreteFunction:
    """*function* as one from keywords to a dictionary."""
    if not isinstance(key, str):
        raise ValueError(f"The names of signatures are strings, not {key!r}.")
    _check_inputs(function)
    names = function._arg_keywords

    def signature_wrapper(**tensors: Any) -> dict[str, Tensor]:
        results = function.call_flat([tensors[name] for name in names])
        return _named_outputs(results, function, key)

    specs = {
        name: TensorSpec(tensor.shape, tensor.dtype, name) for name, tensor in zip(names, function.inputs, strict=False)
    }
    signature = FunctionSignature(signature_wrapper)
    types = signature.types_of(signature.bind((), specs), TracingContext())
    wrapped, _ = trace(signature_wrapper, "signature_wrapper", signature, types)
    return wrapped


def _named_outputs(results: Any, function: ConcreteFunction, key: str) -> dict[str, Any]:
    """What a function returns as tensors by name.

    Raises:
        ValueError: If it is neither a tensor, nor a sequence or dictionary of tensors.
    """
    if isinstance(results, Mapping):
        named = dict(results)
        if bad := [name for name in named if not isinstance(name, str)]:
            raise ValueError(
                f"Got a dictionary with the non-string key {bad[0]!r} in the output of {function.name.decode()}, "
                f"which is to become the signature {key!r}."
            )
    else:
        sequence = results if nest.is_nested(results) else [results]
        named = {f"output_{number}": value for number, value in enumerate(sequence)}
    for name, value in named.items():
        if not isinstance(value, Tensor):
            raise ValueError(
                f"Got a non-Tensor value {value!r} for key {name!r} in the output of the function "
                f"{function.name.decode()} used to generate the SavedModel signature {key!r}. Outputs for functions "
                "used as signatures must be a single Tensor, a sequence of Tensors, or a dictionary from string to "
                "Tensor."
            )
    return named
