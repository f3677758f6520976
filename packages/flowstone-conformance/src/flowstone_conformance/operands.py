"""Operands in the forms that dispatch may hand to a kernel."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from flowstone_core.dtypes import from_numpy
from flowstone_core.tensor import EagerTensor
from numpy.typing import NDArray

Array = NDArray[Any]
Inputs = tuple[Any, ...]


def each(function: Callable[[Array], Any], inputs: Inputs) -> Inputs:
    """A function of every array of inputs that may be arrays or lists of arrays."""
    return tuple(
        [function(item) for item in operand] if isinstance(operand, list) else function(operand) for operand in inputs
    )


def copies(inputs: Inputs) -> Inputs:
    """Writable copies."""
    return each(np.copy, inputs)


def read_only(inputs: Inputs) -> Inputs:
    """Copies that cannot be written to."""

    def protect(array: Array) -> Array:
        copy = array.copy()
        copy.flags.writeable = False
        return copy

    return each(protect, inputs)


def strided(inputs: Inputs) -> Inputs:
    """The same values with other strides: matrices column by column, vectors as every second element."""

    def spread(array: Array) -> Array:
        if array.ndim == 0:
            return array.copy()
        if array.ndim > 1:
            return np.asfortranarray(array)
        wide = np.zeros(2 * array.size, array.dtype)
        wide[::2] = array
        return wide[::2]

    return each(spread, inputs)


def tensors(inputs: Inputs) -> Inputs:
    """The inputs as tensors."""
    return each(lambda array: EagerTensor(array, from_numpy(array.dtype)), inputs)


def arrays(result: Any) -> Iterator[Array]:
    """The arrays of what an op returned: a tensor, or nested tuples and lists of them."""
    if isinstance(result, (tuple, list)):
        for item in result:
            yield from arrays(item)
    else:
        yield np.asarray(result)
