"""Structures of arguments and results as ``StructuredValue`` messages and back."""

from __future__ import annotations

import collections
import keyword
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from flowstone_core import nest
from flowstone_core.dtypes import DType, as_dtype, from_numpy
from flowstone_core.errors import InvalidArgumentError
from flowstone_core.shapes import TensorShape
from flowstone_core.tensor import EagerTensor
from flowstone_core.type_spec import BoundedTensorSpec, TensorSpec, TypeSpec
from flowstone_core.variable_spec import VariableSpec
from flowstone_protos.struct_pb2 import (
    BoundedTensorSpecProto,
    DictValue,
    ListValue,
    NamedTupleValue,
    NoneValue,
    PairValue,
    StructuredValue,
    TensorSpecProto,
    TupleValue,
    TypeSpecProto,
)

from flowstone_savedmodel.tensorproto import array_to_proto, proto_to_array, proto_to_shape, shape_to_proto

_SPEC_CLASSES: Final = {
    "SparseTensorSpec": TypeSpecProto.SPARSE_TENSOR_SPEC,
    "IndexedSlicesSpec": TypeSpecProto.INDEXED_SLICES_SPEC,
    "RaggedTensorSpec": TypeSpecProto.RAGGED_TENSOR_SPEC,
    "TensorArraySpec": TypeSpecProto.TENSOR_ARRAY_SPEC,
    "DatasetSpec": TypeSpecProto.DATA_DATASET_SPEC,
    "IteratorSpec": TypeSpecProto.DATA_ITERATOR_SPEC,
    "OptionalSpec": TypeSpecProto.OPTIONAL_SPEC,
    "VariableSpec": TypeSpecProto.VARIABLE_SPEC,
    "RowPartitionSpec": TypeSpecProto.ROW_PARTITION_SPEC,
}
_SPEC_NAMES: Final = {number: name for name, number in _SPEC_CLASSES.items()}


def encode_structure(value: Any) -> StructuredValue:
    """*value*, a structure of specs and plain Python values, as a message.

    Raises:
        TypeError: If something in it has no place in a message.

    >>> decode_structure(encode_structure({"a": (1, None), "b": TensorSpec([None, 2])}))
    {'a': (1, None), 'b': TensorSpec(shape=(None, 2), dtype=tf.float32, name=None)}
    """
    if value is None:
        return StructuredValue(none_value=NoneValue())
    if isinstance(value, bool | np.bool_):
        return StructuredValue(bool_value=bool(value))
    if isinstance(value, DType):
        return StructuredValue(tensor_dtype_value=value.as_datatype_enum)
    if isinstance(value, int):
        return StructuredValue(int64_value=value)
    if isinstance(value, float):
        return StructuredValue(float64_value=value)
    if isinstance(value, str):
        return StructuredValue(string_value=value)
    if isinstance(value, bytes):
        return StructuredValue(string_value=value.decode())
    if isinstance(value, TensorShape):
        return StructuredValue(tensor_shape_value=shape_to_proto(value))
    if isinstance(value, TypeSpec):
        return _encode_spec(value)
    if isinstance(value, EagerTensor):
        return StructuredValue(tensor_value=array_to_proto(value._array, value.dtype))
    if isinstance(value, np.ndarray | np.generic):
        array = np.asarray(value)
        return StructuredValue(numpy_value=array_to_proto(array, from_numpy(array.dtype)))
    return _encode_container(value)


def _encode_container(value: Any) -> StructuredValue:
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        pairs = [
            PairValue(key=key, value=encode_structure(each)) for key, each in zip(value._fields, value, strict=True)
        ]
        return StructuredValue(named_tuple_value=NamedTupleValue(name=type(value).__name__, values=pairs))
    if isinstance(value, tuple):
        return StructuredValue(tuple_value=TupleValue(values=[encode_structure(each) for each in value]))
    if isinstance(value, list):
        return StructuredValue(list_value=ListValue(values=[encode_structure(each) for each in value]))
    if isinstance(value, Mapping) and all(isinstance(key, str) for key in value):
        by_key = {key: encode_structure(each) for key, each in value.items()}
        return StructuredValue(dict_value=DictValue(fields=by_key))
    raise TypeError(
        f"{value!r} of type {type(value).__name__} cannot be part of a saved function's arguments or results; "
        "numbers, strings, None, specs, and lists, tuples and dictionaries (with string keys) of these can."
    )


def _encode_spec(spec: TypeSpec) -> StructuredValue:
    if isinstance(spec, BoundedTensorSpec):
        bounds = [array_to_proto(np.asarray(bound), spec.dtype) for bound in (spec.minimum, spec.maximum)]
        message = BoundedTensorSpecProto(
            name=spec.name,
            shape=shape_to_proto(spec.shape),
            dtype=spec.dtype.as_datatype_enum,
            minimum=bounds[0],
            maximum=bounds[1],
        )
        return StructuredValue(bounded_tensor_spec_value=message)
    if isinstance(spec, TensorSpec):
        plain = TensorSpecProto(
            name=spec.name,
            shape=shape_to_proto(spec.shape),
            dtype=spec.dtype.as_datatype_enum,
        )
        return StructuredValue(tensor_spec_value=plain)
    name = type(spec).__name__
    if name not in _SPEC_CLASSES:
        raise TypeError(f"{spec!r} cannot be part of a saved function's arguments or results.")
    return StructuredValue(
        type_spec_value=TypeSpecProto(
            type_spec_class=_SPEC_CLASSES[name],
            type_state=encode_structure(spec._serialize()),
            type_spec_class_name=name,
            num_flat_components=1
            if isinstance(spec, VariableSpec)
            else len(nest.flatten(spec, expand_composites=True)),
        )
    )


def decode_structure(message: StructuredValue) -> Any:
    """The structure that a message holds; a message that holds nothing is None.

    Raises:
        InvalidArgumentError: If it contradicts itself, or a type in it is not known here.
    """
    try:
        return _decode(message)
    except (ValueError, TypeError) as error:
        raise InvalidArgumentError(None, None, f"A saved structure cannot be read: {error}") from None


def _decode(message: StructuredValue) -> Any:
    kind = message.WhichOneof("kind")
    value: Any = None if kind is None else getattr(message, kind)
    match kind:
        case None | "none_value":
            return None
        case "bool_value" | "int64_value" | "float64_value" | "string_value":
            return value
        case "tensor_shape_value":
            return proto_to_shape(value)
        case "tensor_dtype_value":
            return as_dtype(value)
        case "tensor_spec_value":
            return TensorSpec(proto_to_shape(value.shape), value.dtype, value.name or None)
        case "bounded_tensor_spec_value":
            bounds = [proto_to_array(bound)[0] for bound in (value.minimum, value.maximum)]
            return BoundedTensorSpec(proto_to_shape(value.shape), value.dtype, bounds[0], bounds[1], value.name or None)
        case "type_spec_value":
            return _decode_spec(value)
        case "list_value":
            return [_decode(each) for each in value.values]
        case "tuple_value":
            return tuple(_decode(each) for each in value.values)
        case "dict_value":
            return {key: _decode(value.fields[key]) for key in sorted(value.fields)}
        case "named_tuple_value":
            return _decode_named_tuple(value)
        case "tensor_value":
            return EagerTensor(*proto_to_array(value))
        case "numpy_value":
            return proto_to_array(value)[0]
        case _:
            raise ValueError(f"it holds {kind}, which is not known")


def _decode_named_tuple(message: NamedTupleValue) -> Any:
    fields = [pair.key for pair in message.values]
    legal = [name for name in [message.name, *fields] if name.isidentifier() and not keyword.iskeyword(name)]
    if len(legal) != len(fields) + 1:
        raise ValueError(f"{message.name!r} with {fields} is no named tuple")
    values = [_decode(pair.value) for pair in message.values]
    return collections.namedtuple(message.name, fields)(*values)


def _decode_spec(message: TypeSpecProto) -> TypeSpec:
    name = _SPEC_NAMES.get(message.type_spec_class)
    if name is None:
        raise ValueError(f"the type {message.type_spec_class_name!r} is not known")
    for kind in _subclasses(TypeSpec):
        if kind.__name__ == name and kind.__module__.partition(".")[0].startswith("flowstone_"):
            state = _decode(message.type_state)
            if not isinstance(state, tuple):
                raise ValueError(f"the state of a {name} is not a tuple")
            return kind._deserialize(state)
    raise ValueError(f"it holds a {name}, of a package that is not installed or imported")


def _subclasses(kind: type[TypeSpec]) -> list[type[TypeSpec]]:
    found = list(kind.__subclasses__())
    for each in found:
        found += each.__subclasses__()
    return found
