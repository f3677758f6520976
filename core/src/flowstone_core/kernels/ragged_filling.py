"""Numpy kernels of ``flowstone_core.ops.ragged_filling``: those of sparse tensors with one column."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowstone_core.errors import SpecError
from flowstone_core.kernel import KernelSet
from flowstone_core.kernels.sparse import sparse_fill_empty_rows, sparse_fill_empty_rows_grad
from flowstone_core.ops import ragged_filling as ops
from flowstone_core.shapes import TensorShape

KERNELS = KernelSet()

KERNELS.add(ops.RAGGED_FILL_EMPTY_ROWS_GRAD)(sparse_fill_empty_rows_grad)


@KERNELS.add(ops.RAGGED_FILL_EMPTY_ROWS)
def ragged_fill_empty_rows(value_rowids: Any, values: Any, nrows: Any, default_value: Any) -> tuple[Any, ...]:
    """The values and the new ones, sorted by row."""
    if value_rowids.ndim != 1 or values.ndim != 1 or nrows.ndim:
        raise SpecError(
            "RaggedFillEmptyRows takes vectors of rows and values and one number of rows, got shapes "
            f"{', '.join(str(TensorShape(each.shape)) for each in (value_rowids, values, nrows))}."
        )
    filled = sparse_fill_empty_rows(value_rowids[:, None], values, np.array([nrows], np.int64), default_value)
    return filled[0][:, 0], *filled[1:]
