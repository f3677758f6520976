"""Checking the results of kernels that came from outside, at no cost to later calls."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from flowstone_core import providers
from flowstone_core.dtypes import DType, from_numpy, resource
from flowstone_core.errors import InternalError
from flowstone_core.hookspecs import KernelProvider
from flowstone_core.shapes import TensorShape
from flowstone_core.spec import Spec, spec_of_array

if TYPE_CHECKING:
    from flowstone_core.op import Op

VARIABLE = "FLOWSTONE_VERIFY"
"""The environment variable that has every result of an outside kernel checked, not only the first."""


def verified(op: Op, dtype: DType | None, provider: KernelProvider, function: Callable[..., Any]) -> Callable[..., Any]:
    """``function`` of an outside provider, its first result compared with what the op's shape rule says.

    After a good first result the function itself takes the place in ``op.kernels``.
    """
    always = bool(os.environ.get(VARIABLE))

    def checked(*operands: Any, **attrs: Any) -> Any:
        result = function(*operands, **attrs)
        expected = list(_flat(op.infer(*map(_spec, operands), **attrs)))
        found = list(_flat(result)) if result is None or isinstance(result, (list, tuple)) else [result]
        problem = _problem(expected, found)
        if problem:
            raise InternalError(
                None,
                None,
                f"The kernel provider {provider.name!r} ({providers.brought_by(provider)}) computed {op.name} wrongly: "
                f"{problem}. Leave it out with tf.config.set_kernel_providers or {providers.VARIABLE}, and report it "
                "to its authors.",
            )
        if not always:
            op.kernels[dtype] = function
        return result

    return checked


def _problem(expected: list[Spec], found: list[Any]) -> str:
    """In what the outputs differ from what was expected; empty if in nothing."""
    if len(expected) != len(found):
        return f"expected {len(expected)} output{'s' * (len(expected) != 1)}, got {len(found)}"
    for spec, value in zip(expected, found, strict=True):
        if spec.dtype.is_handle:
            continue
        array, shape = np.asarray(value), TensorShape(spec.shape)
        if array.dtype != spec.dtype.numpy_dtype or not shape.is_compatible_with(array.shape):
            return f"expected {spec.dtype.name} of shape {shape}, got {array.dtype} of shape {array.shape}"
    return ""


def _spec(operand: Any) -> Any:
    """The spec of what a kernel received: an array, a state object, or a list of them."""
    if isinstance(operand, list):
        return [_spec(item) for item in operand]
    return spec_of_array(operand, from_numpy(operand.dtype) if isinstance(operand, np.ndarray) else resource)


def _flat(outputs: Any) -> Iterator[Any]:
    if isinstance(outputs, (tuple, list)):
        for output in outputs:
            yield from _flat(output)
    elif outputs is not None:
        yield outputs
