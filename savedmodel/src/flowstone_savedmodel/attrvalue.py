"""Attributes of ops as ``AttrValue`` messages and back.

In memory a type is a ``DType``, a shape a ``TensorShape``, a string text (or bytes that are not UTF-8), a
tensor an eager tensor, a list a tuple. What stands for a function is up to the graph; here it has a name.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flowstone_core.dtypes import as_dtype
from flowstone_core.tensor import EagerTensor
from flowstone_protos.attr_value_pb2 import AttrValue, NameAttrList

from flowstone_savedmodel.tensorproto import array_to_proto, proto_to_array, proto_to_shape, shape_to_proto

_FIELDS = {
    "string": "s",
    "int": "i",
    "float": "f",
    "bool": "b",
    "type": "type",
    "shape": "shape",
    "tensor": "tensor",
    "func": "func",
}
_KINDS = {field: kind for kind, field in _FIELDS.items()}

FunctionName = Callable[[Any], str]
NamedFunction = Callable[[str], Any]


def encode_attr(kind: str, value: Any, function_name: FunctionName) -> AttrValue:
    """The message for an attribute.

    Args:
        kind: The declared kind: ``"int"``, ``"list(type)"``, ...
        value: Its value.
        function_name: Gives the name of what stands for a function.
    """
    if kind.startswith("list("):
        inner = kind[5:-1]
        items = [_encode(inner, item, function_name) for item in value]
        return AttrValue(list=AttrValue.ListValue(**{_FIELDS[inner]: items}))
    return AttrValue(**{_FIELDS[kind]: _encode(kind, value, function_name)})


def encode_plain_attr(value: bool | int | float | str | bytes) -> AttrValue:
    """The message for an attribute of no declared kind."""
    kinds = {bool: "bool", int: "int", float: "float", str: "string", bytes: "string"}
    return encode_attr(next(kind for python, kind in kinds.items() if isinstance(value, python)), value, str)


def _encode(kind: str, value: Any, function_name: FunctionName) -> Any:
    if kind == "string":
        return value.encode() if isinstance(value, str) else value
    if kind == "type":
        return value.as_datatype_enum
    if kind == "shape":
        return shape_to_proto(value)
    if kind == "tensor":
        return array_to_proto(value._array, value.dtype)
    if kind == "func":
        return NameAttrList(name=function_name(value))
    return value


def decode_attr(message: AttrValue, kind: str, named_function: NamedFunction) -> Any:
    """The attribute that a message holds; None if it holds nothing.

    Args:
        message: The message.
        kind: The declared kind; empty for whatever the message says.
        named_function: Gives what stands for the function of a name.

    Raises:
        ValueError: If it is of another kind, or not legal.
        InvalidArgumentError: If a tensor in it is not legal.
    """
    field = message.WhichOneof("value")
    if field is None:
        return None
    if field == "placeholder":
        raise ValueError(f"the attribute placeholder {message.placeholder!r} is not supported")
    if field != "list":
        found = _KINDS[field]
        value = getattr(message, field)
        if kind not in ("", found):
            raise ValueError(f"an attribute is of kind {found} where {kind} is declared")
        return _decode(found, value, named_function)
    for descriptor, items in message.list.ListFields():
        found = _KINDS[descriptor.name]
        if kind not in ("", f"list({found})"):
            raise ValueError(f"an attribute is of kind list({found}) where {kind} is declared")
        return tuple(_decode(found, item, named_function) for item in items)
    if not kind.startswith("list(") and kind:
        raise ValueError(f"an attribute is a list where {kind} is declared")
    return ()


def _decode(kind: str, value: Any, named_function: NamedFunction) -> Any:
    if kind == "string":
        return _text(value)
    if kind == "type":
        try:
            return as_dtype(value % 100 if value > 100 else value)  # 101 and on are the reference types
        except TypeError:
            raise ValueError(f"there is no type number {value}") from None
    if kind == "shape":
        return proto_to_shape(value)
    if kind == "tensor":
        return EagerTensor(*proto_to_array(value))
    if kind == "func":
        return named_function(value.name)
    return value


def _text(value: bytes) -> str | bytes:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value
