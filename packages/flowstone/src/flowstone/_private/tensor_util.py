"""Static values of tensors, and what is a tensor."""

from __future__ import annotations

from typing import Any

from flowstone_core.api import tf
from flowstone_core.shapes import TensorShape
from flowstone_core.static_value import get_static_value


def constant_value(tensor: Any, partial: bool = False) -> Any:
    """The value as an array, None if it is not known now."""
    return get_static_value(tensor, partial)


def constant_value_as_shape(tensor: Any) -> TensorShape:
    """A vector of sizes as a static shape, with None for what is not known or -1."""
    sizes = get_static_value(tensor, partial=True)
    if sizes is None:
        return TensorShape([None] * tensor.shape[0]) if tensor.shape.is_fully_defined() else TensorShape(None)
    return TensorShape([None if size is None or size < 0 else int(size) for size in sizes])


def is_tf_type(x: Any) -> bool:
    """Whether ``x`` is a tensor of some kind."""
    return bool(tf.is_tensor(x))


def try_evaluate_constant(tensor: Any) -> Any:
    """The value as an array, None if it is not known now."""
    return get_static_value(tensor)
