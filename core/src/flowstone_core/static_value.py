"""``tf.get_static_value``: what is known of a tensor's value now, also while a function is traced."""

from __future__ import annotations

from typing import Any

from flowstone_core.tensor import Tensor, is_tensor


def get_static_value(tensor: Any, partial: bool = False) -> Any:
    """The value of a tensor as a numpy array if it is known now, else None.

    While a function is traced, it is known of constants and of what follows from constants and static shapes by a
    few simple ops.

    >>> tf.get_static_value(tf.constant([1, 2]))
    array([1, 2], dtype=int32)

    Args:
        tensor: A tensor. What is no tensor is its own value; the value of a variable is never static.
        partial: Give an array of objects, None for unknown elements, of a stack of scalars some of which are known.
    """
    if not is_tensor(tensor):
        return tensor
    return tensor.static_value(partial) if isinstance(tensor, Tensor) else None
