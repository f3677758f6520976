"""Numpy kernels of ``flowstone_core.ops.sparse_cwise``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from flowstone_core.errors import SpecError
from flowstone_core.kernel import KernelSet
from flowstone_core.kernels.coordinates import check_inside, check_parts
from flowstone_core.kernels.precision import add_with_narrow
from flowstone_core.ops import sparse_cwise as ops
from flowstone_core.shapes import TensorShape

KERNELS = KernelSet()


def _divided(x: Any, y: Any) -> Any:
    if not y.all():
        raise SpecError("SparseDenseCwiseDiv: the dense operand has a zero where the sparse one has an element.")
    if x.dtype.kind != "i":
        return x // y if x.dtype.kind == "u" else x / y
    return np.sign(x) * np.sign(y) * (np.abs(x) // np.abs(y))


def _cwise(function: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    def kernel(sp_indices: Any, sp_values: Any, sp_shape: Any, dense: Any) -> Any:
        check_parts(sp_indices, sp_values, sp_shape)
        sizes = tuple(sp_shape.tolist())
        if dense.ndim > len(sizes) or any(
            own not in (1, size) for own, size in zip(dense.shape[::-1], sizes[::-1], strict=False)
        ):
            raise SpecError(
                f"Only the dense operand is broadcast to the sparse one: {TensorShape(dense.shape)} does not fit into "
                f"{TensorShape(sizes)}."
            )
        check_inside(sp_indices, sp_shape)
        columns = sp_indices.T[len(sizes) - dense.ndim :]
        places = tuple(
            column if size != 1 else np.zeros_like(column) for column, size in zip(columns, dense.shape, strict=True)
        )
        return function(sp_values, dense[places])

    return kernel


add_with_narrow(KERNELS, ops.SPARSE_DENSE_CWISE_ADD)(_cwise(np.add))
add_with_narrow(KERNELS, ops.SPARSE_DENSE_CWISE_MUL)(_cwise(np.multiply))
add_with_narrow(KERNELS, ops.SPARSE_DENSE_CWISE_DIV)(_cwise(_divided))
