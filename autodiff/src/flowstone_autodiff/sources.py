"""What one can differentiate by, and what can be differentiated: tensors, variables, composites of tensors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from flowstone_core import nest
from flowstone_core.dtypes import DType
from flowstone_core.indexed_slices import IndexedSlices
from flowstone_core.interpreter import state
from flowstone_core.nest import is_composite
from flowstone_core.ops.filling import ones_like, zeros, zeros_like
from flowstone_core.ops.state import READ_VARIABLE
from flowstone_core.shapes import TensorShape
from flowstone_core.tensor import EagerTensor, Tensor
from flowstone_core.variable import Variable


def handle_of(value: Any) -> Tensor | None:
    """The handle of a variable; None for anything else."""
    return value.handle if isinstance(value, Variable) else None


def tensor_of(value: Any) -> Any:
    """``value`` as what records hold: a variable's handle, a tensor itself; composites stay.

    Raises:
        TypeError: For None.
        AttributeError: For anything else (TensorFlow's type for this mistake).
    """
    if isinstance(value, Variable):
        return value.handle
    if isinstance(value, Tensor) or is_composite(value):
        return value
    text = (
        f"Expected a tensor or a variable to differentiate (by), received {value!r} of type {type(value).__name__!r}. "
        "Convert it with tf.constant before you compute with it."
    )
    raise TypeError(text) if value is None else AttributeError(text)


def leaves(structure: Any) -> list[Any]:
    """The leaves of a structure of sources or targets, as ``tensor_of`` gives them."""
    if isinstance(structure, Tensor):
        return [structure]
    if isinstance(structure, Variable):
        return [structure.handle]
    return [tensor_of(leaf) for leaf in nest.flatten(structure)]


def packed(structure: Any, gradients: list[Any]) -> Any:
    """``gradients`` in the places of the leaves of ``structure``."""
    if isinstance(structure, (Tensor, Variable)):
        return gradients[0]
    return nest.pack_sequence_as(structure, gradients)


def parts(value: Any) -> list[Tensor]:
    """The tensors in ``value`` that gradients flow through: itself, or a composite's values.

    Raises:
        ValueError: If a composite has no ``values``.
    """
    if isinstance(value, Tensor):
        return [value]
    if not hasattr(value, "values") or not (hasattr(value, "with_values") or isinstance(value, IndexedSlices)):
        raise ValueError(f"Type {type(value).__name__} is not supported as a gradient source or gradient target.")
    return parts(value.values)


def rebuilt(value: Any, gradients: Sequence[Any]) -> Any:
    """The gradient of ``value`` from that of its parts."""
    if isinstance(value, Tensor) or gradients[0] is None:
        return gradients[0]
    inner = rebuilt(value.values, gradients)
    if isinstance(value, IndexedSlices):
        return IndexedSlices(inner, value.indices, value.dense_shape)
    return value.with_values(inner)


def element_type(tensor: Tensor) -> DType:
    """The type of a tensor's elements, of a handle's variable's."""
    held = tensor.spec.handle if tensor.dtype.is_handle else None
    return held[0].dtype if held else tensor.dtype


def zeros_for(source: Tensor) -> Any:
    """Zeros of the shape and type of ``source``, or of the variable whose handle it is."""
    held = source.spec.handle if source.dtype.is_handle else None
    if not held:
        return zeros_like(source)
    shape = TensorShape(held[0].shape)
    if shape.is_fully_defined():
        return zeros(shape, held[0].dtype)
    return zeros_like(READ_VARIABLE(source, dtype=held[0].dtype))


def ones_for(target: Tensor) -> Any:
    """Ones of the shape and type of ``target``, or of the variable whose handle it is."""
    if target.dtype.is_handle:
        target = READ_VARIABLE(target, dtype=element_type(target))
    if type(target) is not EagerTensor:
        return ones_like(target)
    array = np.empty_like(target._array)
    array.fill(1)
    ones = EagerTensor(array, target._dtype)
    return ones if state.current is None else state.current.constant(ones)


def owners(handles: Sequence[Any]) -> tuple[Any, ...]:
    """The Python variables of handles, as far as they are still there."""
    variables = map(owner, handles)
    return tuple(variable for variable in variables if variable is not None)


def owner(handle: Any) -> Any:
    """The Python variable of a handle, or None if it is gone.

    The state that an eager handle holds knows its variable; the symbolic handle of a variable that is an argument of
    a traced function knows it itself.
    """
    reference = getattr(handle._array if type(handle) is EagerTensor else handle, "owner", None)
    return None if reference is None else reference()
