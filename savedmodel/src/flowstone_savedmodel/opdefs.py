"""Ops as TensorFlow's ``OpDef`` messages."""

from __future__ import annotations

from typing import Any

from flowstone_core.op import Op
from flowstone_core.schema import REQUIRED, ArgDef, AttrDef
from flowstone_protos.op_def_pb2 import OpDef

from flowstone_savedmodel.attrvalue import encode_attr


def op_def(op: Op) -> OpDef:
    """The schema of *op* as a message.

    >>> from flowstone_core.ops.math import ADD_V2
    >>> [argument.name for argument in op_def(ADD_V2).input_arg]
    ['x', 'y']
    """
    return OpDef(
        name=op.name,
        input_arg=[_argument(each) for each in op.inputs],
        output_arg=[_argument(each) for each in op.outputs],
        attr=[_attribute(each) for each in op.attrs.values()],
        is_stateful=op.effects.stateful,
    )


def _argument(argument: ArgDef) -> OpDef.ArgDef:
    return OpDef.ArgDef(
        name=argument.name,
        type=None if argument.dtype is None else argument.dtype.as_datatype_enum,
        type_attr=argument.type_attr,
        number_attr=argument.number_attr,
        type_list_attr=argument.type_list_attr,
    )


def _attribute(attribute: AttrDef) -> OpDef.AttrDef:
    message = OpDef.AttrDef(name=attribute.name, type=attribute.kind)
    if attribute.default is not REQUIRED:
        message.default_value.CopyFrom(encode_attr(attribute.kind, attribute.default, _no_function))
    if attribute.minimum is not None:
        message.has_minimum = True
        message.minimum = attribute.minimum
    if attribute.allowed is not None:
        kind = attribute.kind.removeprefix("list(").removesuffix(")")
        allowed = encode_attr(f"list({kind})", attribute.allowed, _no_function)
        message.allowed_values.CopyFrom(allowed)
    return message


def _no_function(value: Any) -> str:
    raise TypeError(f"A function cannot be the default of an attribute: {value!r}")
