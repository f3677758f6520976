"""Ragged operands of one shape: uniform dimensions of size 1 stretch, ragged ones must agree.

Going from the outermost dimension inwards, each operand keeps, for every place of the result, the number of its own
entry that belongs there. In the end its flat values are gathered at these numbers; an operand that needs no stretching
keeps no numbers, and its values are taken as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Any

from flowstone_core.api import tf
from flowstone_core.conversion import CompositeOperandError
from flowstone_core.dtypes import DType
from flowstone_core.errors import InvalidArgumentError
from flowstone_core.ragged.row_partition import RowPartition, static_value
from flowstone_core.ragged.tensor import RaggedTensor
from flowstone_core.tensor import EagerTensor, Tensor


class Aligned:
    """Operands brought to one ragged shape.

    Attributes:
        flat: The flat values of each operand; dense operands that only meet inner dimensions as they are.
        partitions: The partitions of the common shape, outermost first.
    """

    def __init__(self, operands: Sequence[Any]) -> None:
        ragged = [x for x in operands if isinstance(x, RaggedTensor)]
        dtype = splits_dtype(ragged)
        first = ragged[0]._nested_row_partitions
        if all(_meets_inside(x, ragged) for x in operands if not isinstance(x, RaggedTensor)) and all(
            same_rows(first, x._nested_row_partitions) for x in ragged[1:]
        ):
            self.flat = [x.flat_values if isinstance(x, RaggedTensor) else x for x in operands]
            self.partitions: Sequence[RowPartition] = first
            return
        rank = max(_rank(x) for x in operands)
        depth = max(x.ragged_rank + rank - _rank(x) for x in ragged)
        taking_part = [_rank(x) > rank - depth - 1 for x in operands]
        deep = [_deepened(x, rank, depth, dtype) for x, takes in zip(operands, taking_part, strict=True) if takes]
        self.partitions, numbers = _joined([x._nested_row_partitions for x in deep], dtype)
        gathered = iter(
            x.flat_values if each is None else tf.gather(x.flat_values, each)
            for x, each in zip(deep, numbers, strict=True)
        )
        self.flat = [next(gathered) if takes else x for x, takes in zip(operands, taking_part, strict=True)]

    def packed(self, flat_values: Any) -> Any:
        """A ragged tensor of the common shape."""
        return RaggedTensor._from_nested_row_partitions(flat_values, self.partitions)


def splits_dtype(ragged: Sequence[RaggedTensor]) -> DType:
    """The type of the row splits of all operands.

    Raises:
        ValueError: If they differ.
    """
    found = {x.row_splits.dtype for x in ragged}
    if len(found) > 1:
        raise ValueError(
            "Input RaggedTensors have mismatched row_splits dtypes, int32 and int64; use "
            "RaggedTensor.with_row_splits_dtype to convert one of them."
        )
    dtype: DType = found.pop()
    return dtype


def same_rows(a: Sequence[RowPartition], b: Sequence[RowPartition]) -> bool:
    """Whether partitions are certainly equal."""
    return len(a) == len(b) and all(x.has_splits(y.row_splits()) for x, y in zip(a, b, strict=True))


def _rank(x: Any) -> int:
    rank = x.shape.rank
    if rank is None:
        raise ValueError(f"Ragged operands broadcast only if all ranks are known, got {x!r}.")
    return int(rank)


def _meets_inside(x: Any, ragged: Sequence[RaggedTensor]) -> bool:
    """Whether a dense operand only meets the inner dimensions of the flat values."""
    if not isinstance(x, Tensor):
        raise CompositeOperandError(x)
    inner = [each.flat_values.shape.rank for each in ragged]
    return x.shape.rank == 0 or (x.shape.rank is not None and all(r is not None and x.shape.rank < r for r in inner))


def _deepened(x: Any, rank: int, depth: int, dtype: DType) -> RaggedTensor:
    """An operand of ``rank`` dimensions, ``depth`` of them divided: new ones outside have size 1."""
    for _ in range(rank - _rank(x)):
        rows = x.nrows() if isinstance(x, RaggedTensor) else tf.shape(x, out_type=dtype)[0]
        if isinstance(x, Tensor) and x.shape[0] is not None:
            rows = tf.constant(x.shape[0], dtype)
        x = RaggedTensor(x, RowPartition.from_uniform_row_length(rows, nrows=1, dtype=dtype), internal=True)
    missing = depth - (x.ragged_rank if isinstance(x, RaggedTensor) else 0)
    if not missing:
        return x
    flat = x.flat_values if isinstance(x, RaggedTensor) else x
    inner = RaggedTensor.from_tensor(flat, ragged_rank=missing, row_splits_dtype=dtype)
    return x.with_flat_values(inner) if isinstance(x, RaggedTensor) else inner


def _joined(operands: Sequence[Sequence[RowPartition]], dtype: DType) -> tuple[list[RowPartition], list[Any]]:
    """The partitions that all operands have after stretching, and each one's numbers of entries (None for its own)."""
    count, numbers = _rows([each[0] for each in operands], dtype)
    found = []
    for level in zip(*operands, strict=True):
        partition, numbers = _level(level, numbers, count)
        found.append(partition)
        count = partition.nvals()
    return found, numbers


def _rows(partitions: Sequence[RowPartition], dtype: DType) -> tuple[Any, list[Any]]:
    """How many rows the result has, and the numbers of each operand's rows."""
    known = [each.static_nrows for each in partitions]
    if None not in known and len(set(known)) == 1:
        return partitions[0].nrows(), [None] * len(partitions)
    counts = [each.nrows() for each in partitions]
    count = reduce(_stretched, counts)
    _agree([tf.logical_or(tf.equal(each, 1), tf.equal(each, count)) for each in counts], known)
    return count, [
        None if size != 1 and size is not None else _entry(each, tf.range(count, dtype=dtype))
        for each, size in zip(counts, known, strict=True)
    ]


def _stretched(a: Any, b: Any) -> Any:
    """The size that two sizes broadcast to."""
    return tf.where(tf.equal(a, 1), b, a)


def _entry(size: Any, place: Any) -> Any:
    """The place in a dimension of this size, of which there may be only one."""
    return tf.where(tf.equal(size, 1), tf.zeros_like(place), place)


def _agree(conditions: Sequence[Any], sizes: Any) -> None:
    for condition in conditions:
        whole = tf.reduce_all(condition)
        text = "Ragged operands do not broadcast: the lengths of their rows differ and are not uniformly 1"
        if type(whole) is EagerTensor:
            if not whole:
                raise InvalidArgumentError(None, None, f"{text}. Lengths: {sizes}.")
        else:
            tf.debugging.Assert(whole, [text])


def _level(partitions: Sequence[RowPartition], numbers: Sequence[Any], count: Any) -> tuple[RowPartition, list[Any]]:
    """One dimension: its partition in the result, and the numbers of the operands' entries in it."""
    first = partitions[0]
    if all(each is None for each in numbers) and all(each.has_splits(first.row_splits()) for each in partitions):
        return first, list(numbers)
    ragged = [place for place, each in enumerate(partitions) if not each.is_uniform()]
    lengths = [
        each.row_lengths() if at is None else tf.gather(each.row_lengths(), at)
        for each, at in zip(partitions, numbers, strict=True)
    ]
    uniform = None
    if ragged:
        target = lengths[ragged[0]]
    else:
        uniform = reduce(_stretched, [each.uniform_row_length() for each in partitions])
        target = tf.fill(count[None], uniform)
    stretching = [each.is_uniform() and static_value(each.uniform_row_length()) in (1, None) for each in partitions]
    _agree(
        [
            tf.logical_or(tf.equal(each, target), tf.equal(each, 1)) if stretches else tf.equal(each, target)
            for each, stretches in zip(lengths, stretching, strict=True)
        ],
        lengths,
    )
    result = RowPartition.from_row_lengths(target, validate=False)
    if uniform is not None:
        result = RowPartition(result.row_splits(), uniform, row_lengths=target)
    rows, places = result.value_rowids(), result.offsets_in_rows()
    made: list[Any] = []
    for partition, at, stretches in zip(partitions, numbers, stretching, strict=True):
        if at is None and not stretches:
            made.append(None)
            continue
        starts = partition.row_starts() if at is None else tf.gather(partition.row_starts(), at)
        own = _entry(partition.uniform_row_length(), places) if stretches else places
        made.append(tf.gather(starts, rows) + own)
    return result, made
