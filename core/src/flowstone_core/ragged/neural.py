"""Ops of networks on ragged tensors."""

from __future__ import annotations

from typing import Any

from flowstone_core.api import tf
from flowstone_core.op import Op
from flowstone_core.ragged.elementwise import by_element as by_element
from flowstone_core.ragged.joining import as_ragged_or_tensor
from flowstone_core.ragged.takeover import handles
from flowstone_core.ragged.tensor import RaggedTensor
from flowstone_core.tensor import Tensor


@handles("OneHot")
def one_hot(op: Op, inputs: tuple[Any, ...], attrs: dict[str, Any]) -> Any:
    """One-hot vectors of the values, along a new last dimension (or one inside the rows)."""
    x, *rest = inputs
    axis = attrs.get("axis", -1)
    if 0 <= axis <= x.ragged_rank:
        raise ValueError(f"one_hot: axis {axis} must be greater than the ragged rank {x.ragged_rank}.")
    inner = {"axis": axis - x.ragged_rank if axis > 0 else axis}
    return x.with_flat_values(op(x.flat_values, *rest, **inner))


@handles("Softmax", "LogSoftmax")
def softmax(op: Op, inputs: tuple[Any, ...], attrs: dict[str, Any]) -> Any:
    """Along the last dimension: of inner dimensions, or of each row."""
    x = inputs[0]
    if x.flat_values.shape.rank != 1:
        return x.with_flat_values(op(x.flat_values))
    partition = x._nested_row_partitions[-1]
    ids, rows = partition.value_rowids(), partition.nrows()
    flat = x.flat_values
    largest = tf.stop_gradient(tf.math.unsorted_segment_max(flat, ids, rows))
    shifted = flat - tf.gather(largest, ids)
    total = tf.gather(tf.math.unsorted_segment_sum(tf.exp(shifted), ids, rows), ids)
    return x.with_flat_values(tf.exp(shifted) / total if op.name == "Softmax" else shifted - tf.math.log(total))


@handles("MatMul", "BatchMatMul", "BatchMatMulV2", "BatchMatMulV3")
def matmul(op: Op, inputs: tuple[Any, ...], attrs: dict[str, Any]) -> Any:
    """Matrix products of the entries of a batch, which may have matrices of different sizes.

    Raises:
        ValueError: If a rank is unknown or less than 2, or ranks differ.
    """
    a, b = (as_ragged_or_tensor(value) for value in inputs)
    turned = [
        bool(attrs.get(key)) for key in (("transpose_a", "transpose_b") if op.name == "MatMul" else ("adj_x", "adj_y"))
    ]
    rank = a.shape.rank
    if rank is None or b.shape.rank is None or rank < 2:
        raise ValueError("matmul of ragged tensors needs operands of known rank of at least 2.")
    if b.shape.rank != rank:
        raise ValueError(f"matmul of ragged tensors needs operands of one rank, got {rank} and {b.shape.rank}.")
    if rank == 2:
        return _rows(op, a, b, turned)
    if rank > 3:
        return a.with_values(matmul(op, (a.values, b.values), attrs))
    return _batch(a, b, turned)


def _dense(x: Any) -> Any:
    return x.to_tensor() if isinstance(x, RaggedTensor) else x


def _rows(op: Op, a: Any, b: Any, turned: list[bool]) -> Any:
    """Matrices with ragged rows must be rectangular, as TensorFlow has it."""
    for x in (a, b):
        if isinstance(x, RaggedTensor):
            lengths = x.row_lengths()
            longest = x.bounding_shape(axis=1)
            tf.debugging.Assert(
                tf.reduce_all(tf.equal(lengths, longest)), ["ragged matrices must have rows of one length", lengths]
            )
    return tf.matmul(_dense(a), _dense(b), transpose_a=turned[0], transpose_b=turned[1])


def _batch(a: Any, b: Any, turned: list[bool]) -> Any:
    """Padded products, of which each entry's own rows (and columns) are kept."""
    result = tf.matmul(_dense(a), _dense(b), transpose_a=turned[0], transpose_b=turned[1])
    rows = _lengths(a, 1 if not turned[0] else 2)
    columns = _lengths(b, 2 if not turned[1] else 1)
    if rows is None:
        return result
    if columns is None:
        return RaggedTensor.from_tensor(result, lengths=rows, row_splits_dtype=rows.dtype)
    widths = tf.repeat(columns, rows, axis=0)
    return RaggedTensor.from_tensor(result, lengths=(rows, widths), row_splits_dtype=rows.dtype)


def _lengths(x: Any, axis: int) -> Any:
    """The size of each batch entry's matrix along ``axis``; None if it is uniform."""
    if isinstance(x, Tensor):
        return None
    if axis == 1:
        return x.row_lengths()
    inner = x.values
    if isinstance(inner, Tensor):
        return None
    return tf.math.unsorted_segment_max(inner.row_lengths(), x.value_rowids(), x.nrows())
