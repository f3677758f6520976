"""Ragged tensors, given by the row of each value, whose empty rows get a value."""

from __future__ import annotations

from flowstone_core import infer
from flowstone_core.dtypes import bool as boolean
from flowstone_core.dtypes import int64
from flowstone_core.op import Op
from flowstone_core.ops.array import ANY
from flowstone_core.spec import Spec
from flowstone_core.tensor import Tensor, TensorLike


def _infer_filled(rowids: Spec, values: Spec, nrows: Spec, default_value: Spec) -> tuple[Spec, ...]:
    infer.with_rank(rowids, 1, "RaggedFillEmptyRows: value_rowids")
    infer.with_rank(values, 1, "RaggedFillEmptyRows: values")
    shape = infer.same_shape(rowids, values)
    infer.with_rank(nrows, 0, "RaggedFillEmptyRows: nrows")
    infer.with_rank(default_value, 0, "RaggedFillEmptyRows: default_value")
    return (
        Spec((None,), int64),
        Spec((None,), values.dtype),
        Spec((nrows.scalar(),), boolean),
        Spec((None,) if shape is None else shape, int64),
    )


def _infer_gradient(reverse_index_map: Spec, grad_values: Spec) -> tuple[Spec, Spec]:
    shape = infer.with_rank(reverse_index_map, 1, "RaggedFillEmptyRowsGrad: reverse_index_map")
    return Spec(shape, grad_values.dtype), Spec((), grad_values.dtype)


RAGGED_FILL_EMPTY_ROWS = Op(
    "RaggedFillEmptyRows",
    ("value_rowids: int64", "values: T", "nrows: int64", "default_value: T"),
    (
        "output_value_rowids: int64",
        "output_values: T",
        "empty_row_indicator: bool",
        "reverse_index_map: int64",
    ),
    (ANY,),
    infer=_infer_filled,
)
RAGGED_FILL_EMPTY_ROWS_GRAD = Op(
    "RaggedFillEmptyRowsGrad",
    ("reverse_index_map: int64", "grad_values: T"),
    ("d_values: T", "d_default_value: T"),
    (ANY,),
    infer=_infer_gradient,
)


def ragged_fill_empty_rows(
    value_rowids: TensorLike, values: TensorLike, nrows: TensorLike, default_value: TensorLike, name: str | None = None
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Give every empty row of a ragged tensor one value.

    >>> rows, values, empty, places = tf.ragged_fill_empty_rows([0, 2], [1, 2], 3, default_value=9)
    >>> rows.numpy(), values.numpy(), empty.numpy()
    (array([0, 1, 2]), array([1, 9, 2], dtype=int32), array([False,  True, False]))

    Args:
        value_rowids: The row of each value, an int64 vector.
        values: The values, a vector.
        nrows: How many rows there are.
        default_value: What empty rows get.
        name: A name for the operation.

    Returns:
        The row of each value, the values, which rows were empty, and where each given value is now.

    Raises:
        tf.errors.InvalidArgumentError: If there are not as many rows as values, or a row is out of range.
    """
    result: tuple[Tensor, Tensor, Tensor, Tensor] = RAGGED_FILL_EMPTY_ROWS(
        value_rowids, values, nrows, default_value, name=name
    )
    return result


def ragged_fill_empty_rows_grad(
    reverse_index_map: TensorLike, grad_values: TensorLike, name: str | None = None
) -> tuple[Tensor, Tensor]:
    """The gradients of ``ragged_fill_empty_rows`` by its values and its default value.

    Args:
        reverse_index_map: Where each given value is among the results.
        grad_values: The gradients of the results.
        name: A name for the operation.
    """
    result: tuple[Tensor, Tensor] = RAGGED_FILL_EMPTY_ROWS_GRAD(reverse_index_map, grad_values, name=name)
    return result
