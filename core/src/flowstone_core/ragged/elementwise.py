"""Ops that compute element by element, on ragged operands: applied to flat values of one shape."""

from __future__ import annotations

from typing import Any

from flowstone_core import providers
from flowstone_core.api import tf
from flowstone_core.composite import is_composite
from flowstone_core.conversion import CompositeOperandError
from flowstone_core.dtypes import DType
from flowstone_core.op import Op
from flowstone_core.ragged.broadcasting import Aligned
from flowstone_core.ragged.takeover import handles
from flowstone_core.ragged.tensor import RaggedTensor
from flowstone_core.tensor import Tensor

_ALSO = frozenset(
    """
    AsString Cast DecodeBase64 EncodeBase64 RegexFullMatch RegexReplace StaticRegexFullMatch StaticRegexReplace StringLength
    StringLower StringStrip StringToHashBucket StringToHashBucketFast StringToHashBucketStrong StringToNumber
    StringUpper Substr UnicodeScript UnicodeTranscode StringJoin ZerosLike OnesLike Identity StopGradient Bitcast
    LookupTableFindV2
    """.split()
)
"""Ops whose kernels do not say that they compute element by element."""


def by_element(op: Op, inputs: tuple[Any, ...], attrs: dict[str, Any]) -> Any:
    """``op`` of the flat values, in the operands' common shape.

    Raises:
        CompositeOperandError: If ``op`` does not compute element by element.
        ValueError: If row splits have different types.
        tf.errors.InvalidArgumentError: If the lengths of rows do not agree.
    """
    operands = _operands(op, inputs)
    ragged = next((x for x in operands if isinstance(x, RaggedTensor)), None)
    if ragged is None:  # another composite
        raise CompositeOperandError(next(x for x in operands if not isinstance(x, Tensor)))
    if not _is_elementwise(op, ragged.dtype):
        raise CompositeOperandError(ragged)
    aligned = Aligned(operands)
    flat = iter(aligned.flat)
    arguments = [
        [next(flat) for _ in value] if arg.is_list else next(flat) for arg, value in zip(op.inputs, inputs, strict=True)
    ]
    function = {"RealDiv": tf.math.truediv, "AddV2": tf.add}.get(op.name, op)  # which know more types
    return aligned.packed(function(*arguments, **attrs))


def _operands(op: Op, inputs: tuple[Any, ...]) -> list[Any]:
    """All operands, those of list inputs too; Python values take the type of others that the schema ties them to."""
    flat = [
        (arg.type_attr, item)
        for arg, value in zip(op.inputs, inputs, strict=True)
        for item in (value if arg.is_list else [value])
    ]
    types: dict[str | None, DType] = {}
    for attr, item in flat:
        if attr is not None and isinstance(item, (RaggedTensor, Tensor)):
            types.setdefault(attr, item.dtype)
    return [_operand(item, types.get(attr)) for attr, item in flat]


def _operand(value: Any, dtype: DType | None) -> Any:
    if isinstance(value, (RaggedTensor, Tensor)) or is_composite(value):
        return value
    return tf.convert_to_tensor(value, None if hasattr(type(value), "__tf_tensor__") else dtype)


def _is_elementwise(op: Op, dtype: DType) -> bool:
    if op.name in _ALSO:
        return True
    kind = dtype if op._dispatch_attr is not None else None
    serving = [kernel for _, kernel in providers.kernels(op.name) if kernel.serves(kind)]
    if not serving:  # the op itself explains
        return len(op.outputs) == 1
    return any(kernel.elementwise for kernel in serving)  # one that says so is enough: what the op means is the same


@handles("AddN")
def add_n(op: Op, inputs: tuple[Any, ...], attrs: dict[str, Any]) -> Any:
    """The sum of ragged tensors of one shape."""
    total, *rest = inputs[0]
    for each in rest:
        total = tf.add(total, each)
    return total


@handles("ZerosLike", "OnesLike")
def filled_like(op: Op, inputs: tuple[Any, ...], attrs: dict[str, Any]) -> Any:
    """Zeros or ones in the same rows; ``dtype`` may ask for another type."""
    x = inputs[0]
    function = tf.zeros_like if op.name == "ZerosLike" else tf.ones_like
    return x.with_flat_values(function(x.flat_values, **attrs))


@handles("Conj")
def conj(op: Op, inputs: tuple[Any, ...], attrs: dict[str, Any]) -> Any:
    """Complex conjugates; real values as they are."""
    x = inputs[0]
    return x.with_flat_values(op(x.flat_values)) if x.dtype.is_complex else x


@handles("Cumsum", "Cumprod")
def running(op: Op, inputs: tuple[Any, ...], attrs: dict[str, Any]) -> Any:
    """Along a dimension of the padded rows."""
    x, axis = inputs
    padded = op(x.to_tensor(), axis, **attrs)
    return RaggedTensor.from_tensor(padded, x.nested_row_lengths(), row_splits_dtype=x.row_splits.dtype)
