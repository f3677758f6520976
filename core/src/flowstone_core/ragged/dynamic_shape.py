"""``tf.experimental.DynamicRaggedShape``: the shape of a ragged tensor, with the lengths of its rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from flowstone_core.api import tf
from flowstone_core.composite import CompositeTensor
from flowstone_core.dtypes import DType, as_dtype, int32, int64
from flowstone_core.op import Op
from flowstone_core.ragged.row_partition import RowPartition, RowPartitionSpec
from flowstone_core.ragged.takeover import handler
from flowstone_core.ragged.tensor import RaggedTensor
from flowstone_core.shapes import TensorShape, as_shape
from flowstone_core.tensor import EagerTensor, Tensor
from flowstone_core.type_spec import TensorSpec, TypeSpec


class DynamicRaggedShape(CompositeTensor):
    """The shape of a tensor or ragged tensor: row partitions, and the shape of the flat values.

    >>> tf.shape(tf.ragged.constant([[1, 2], [3]]))
    <DynamicRaggedShape lengths=[2, (2, 1)] num_row_partitions=1>

    Args:
        row_partitions: The partitions, outermost first.
        inner_shape: The shape of the flat values, an integer vector.
        dtype: The type of the encodings.
        validate: Whether the partitions are checked to fit.
        static_inner_shape: What is known of ``inner_shape``.

    Raises:
        ValueError: If a type is neither int32 nor int64.
    """

    def __init__(
        self,
        row_partitions: Sequence[RowPartition],
        inner_shape: Any,
        dtype: Any = None,
        validate: bool = False,
        static_inner_shape: Any = None,
    ) -> None:
        partitions = tuple(row_partitions)
        if any(not isinstance(each, RowPartition) for each in partitions):
            raise TypeError(f"row_partitions must be RowPartitions, got {row_partitions!r}.")
        wanted = as_dtype(dtype) if dtype is not None else (partitions[0].dtype if partitions else None)
        inner = tf.convert_to_tensor(inner_shape, None if isinstance(inner_shape, Tensor) else wanted or int64)
        wanted = wanted or inner.dtype
        if wanted not in (int32, int64):
            raise ValueError(f"dtype must be int32 or int64, got {wanted.name}.")
        self._row_partitions = tuple(each.with_dtype(wanted) for each in partitions)
        self._inner_shape = tf.cast(inner, wanted)
        known = self._inner_shape.spec.vector()
        found = TensorShape(None if known is None else [None if size == -1 else size for size in known])
        self._static_inner_shape = (
            found if static_inner_shape is None else found.merge_with(as_shape(static_inner_shape))
        )
        if validate and partitions:
            tf.debugging.Assert(
                tf.equal(self._row_partitions[-1].nvals(), self._inner_shape[0]),
                ["DynamicRaggedShape: the last partition does not end with the values."],
            )

    @classmethod
    def from_lengths(
        cls, lengths: Any, num_row_partitions: int | None = None, dtype: Any = int64
    ) -> DynamicRaggedShape:
        """A shape from sizes: an integer for each uniform dimension, the lengths of rows for each ragged one.

        >>> tf.experimental.DynamicRaggedShape.from_lengths([2, (2, 1), 3]).rank
        3

        Raises:
            ValueError: If the lengths do not fit together.
        """
        entries = [each if isinstance(each, int) else tuple(each) for each in lengths]
        ragged = [place for place, each in enumerate(entries) if not isinstance(each, int)]
        if ragged and ragged[0] == 0:
            raise ValueError("The first dimension cannot be ragged.")
        depth = max(ragged, default=0) if num_row_partitions is None else num_row_partitions
        if depth < max(ragged, default=0) or (depth and depth >= len(entries)):
            raise ValueError(f"num_row_partitions={depth} does not fit the lengths {entries}.")
        target = as_dtype(dtype)
        rows = entries[0] if entries else 0
        partitions = []
        for place in range(1, depth + 1):
            each: Any = entries[place]
            if isinstance(each, int):
                partitions.append(RowPartition.from_uniform_row_length(each, nrows=rows, dtype_hint=target))
                rows *= each
            else:
                if len(each) != rows:
                    raise ValueError(f"Dimension {place} has {len(each)} row lengths, but there are {rows} rows.")
                partitions.append(RowPartition.from_row_lengths(np.array(each, target.as_numpy_dtype)))
                rows = sum(each)
        inner = entries if not depth else [rows, *entries[depth + 1 :]]
        return cls(partitions, np.array(inner, target.as_numpy_dtype), target)

    @classmethod
    def from_row_partitions(cls, row_partitions: Any, dtype: Any = None) -> DynamicRaggedShape:
        """The shape of partitions of a vector of values.

        Raises:
            ValueError: If there are none.
        """
        if not row_partitions:
            raise ValueError("row_partitions cannot be empty")
        return cls(row_partitions, row_partitions[-1].nvals()[None], dtype)

    @classmethod
    def from_tensor(cls, t: Any, dtype: Any = None) -> DynamicRaggedShape:
        """The shape of a tensor or ragged tensor."""
        if isinstance(t, RaggedTensor):
            own = t.row_splits.dtype
            inner = tf.shape(t.flat_values, out_type=own)
            return cls(t._nested_row_partitions, inner, dtype or own)
        own = as_dtype(dtype or int64)
        return cls((), tf.shape(tf.convert_to_tensor(t), out_type=own), own)

    @property
    def dtype(self) -> DType:
        """The type of the encodings: int32 or int64."""
        dtype: DType = self._inner_shape.dtype
        return dtype

    @property
    def row_partitions(self) -> tuple[RowPartition, ...]:
        """The partitions, outermost first."""
        return self._row_partitions

    @property
    def num_row_partitions(self) -> int:
        """How many partitions there are."""
        return len(self._row_partitions)

    @property
    def inner_shape(self) -> Any:
        """The shape of the flat values."""
        return self._inner_shape

    @property
    def inner_rank(self) -> int | None:
        """The number of dimensions of the flat values, if known."""
        return self._static_inner_shape.rank

    @property
    def rank(self) -> int | None:
        """The number of dimensions, if known."""
        return None if self.inner_rank is None else self.inner_rank + self.num_row_partitions

    def is_uniform(self, axis: int) -> bool:
        """Whether all slices of a dimension have the same length.

        Raises:
            IndexError: If there is no such dimension.
        """
        if axis < 0 or (self.rank is not None and axis >= self.rank):
            raise IndexError(f"Expected 0 <= axis < {self.rank}, got {axis}.")
        return axis == 0 or axis > self.num_row_partitions or self._row_partitions[axis - 1].is_uniform()

    def static_lengths(self, ragged_lengths: bool = True) -> list[Any]:
        """The known sizes: an integer, a tuple of row lengths, None for what is unknown; ``...`` for unknown dimensions.

        Args:
            ragged_lengths: Whether ragged dimensions give their lengths, and not None.
        """
        inner: list[Any] = list(self._static_inner_shape) if self.inner_rank is not None else [...]
        if not self._row_partitions:
            return inner
        sizes: list[Any] = [self._row_partitions[0].static_nrows]
        for each in self._row_partitions:
            lengths = each.row_lengths() if ragged_lengths and not each.is_uniform() else None
            if each.is_uniform():
                sizes.append(each.static_uniform_row_length)
            else:
                sizes.append(tuple(lengths._array.tolist()) if type(lengths) is EagerTensor else None)
        return sizes + inner[1:] if inner != [...] else [*sizes, ...]

    def with_dtype(self, dtype: Any) -> DynamicRaggedShape:
        """The same shape with encodings of another type."""
        return DynamicRaggedShape(self._row_partitions, self._inner_shape, dtype, False, self._static_inner_shape)

    def _with_flat_values(self, flat_values: Any) -> Any:
        """A tensor or ragged tensor of this shape."""
        return RaggedTensor._from_nested_row_partitions(flat_values, self._row_partitions)

    def __getitem__(self, index: Any) -> Any:
        """A size, or the shape of some dimensions.

        Raises:
            ValueError: If a ragged dimension has no single size.
        """
        if isinstance(index, slice):
            return self._part(index)
        axis = int(index)
        if axis < 0:
            if self.rank is None:
                raise ValueError("Rank must be known to use __getitem__ with a negative index.")
            axis += self.rank
        depth = self.num_row_partitions
        if axis < 0 or (self.rank is not None and axis >= self.rank):
            raise IndexError(f"Index must be less than rank, {self.rank}: {index}.")
        if not depth:
            return self._inner_shape[axis]
        if axis == 0:
            return self._row_partitions[0].nrows()
        if axis > depth:
            return self._inner_shape[axis - depth]
        length = self._row_partitions[axis - 1].uniform_row_length()
        if length is None:
            raise ValueError(f"Index {index} is not uniform")
        return length

    def _part(self, key: slice) -> DynamicRaggedShape:
        first, last, step = key.indices(self.rank or self.num_row_partitions + 1)
        if step != 1:
            raise NotImplementedError("DynamicRaggedShape: slices must have step 1.")
        depth = self.num_row_partitions
        if first == 0 and last > depth:
            return DynamicRaggedShape(self._row_partitions, self._inner_shape[: last - depth])
        if first == 0 and last:
            kept = self._row_partitions[: last - 1]
            rows = kept[-1].nvals() if kept else self._row_partitions[0].nrows()
            return DynamicRaggedShape(kept, rows[None])
        sizes = [self[axis] for axis in range(first, last)]
        return DynamicRaggedShape((), tf.stack(sizes) if sizes else tf.zeros([0], self.dtype))

    @property
    def _type_spec(self) -> DynamicRaggedShapeSpec:
        specs = tuple(each._type_spec for each in self._row_partitions)
        return DynamicRaggedShapeSpec(specs, self._static_inner_shape, self.dtype)

    def __flowstone_op__(self, op: Op, inputs: tuple[Any, ...], attrs: dict[str, Any]) -> Any:
        return handler(op.name)(op, inputs, attrs)

    def __eq__(self, other: object) -> Any:
        if not isinstance(other, DynamicRaggedShape):
            return False
        mine, theirs = self.static_lengths(), other.static_lengths()
        return mine == theirs and self.num_row_partitions == other.num_row_partitions

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        lengths = ", ".join("..." if each is ... else str(each) for each in self.static_lengths())
        return f"<DynamicRaggedShape lengths=[{lengths}] num_row_partitions={self.num_row_partitions}>"


class DynamicRaggedShapeSpec(TypeSpec):
    """The type of a ``DynamicRaggedShape``.

    Args:
        row_partitions: The specs of the partitions.
        static_inner_shape: What is known of the shape of the flat values.
        dtype: The type of the encodings.
    """

    __slots__ = ("_dtype", "_row_partitions", "_static_inner_shape")

    def __init__(self, row_partitions: tuple[RowPartitionSpec, ...], static_inner_shape: Any, dtype: Any) -> None:
        self._row_partitions = tuple(row_partitions)
        self._static_inner_shape = as_shape(static_inner_shape)
        self._dtype = as_dtype(dtype)

    @property
    def value_type(self) -> type[DynamicRaggedShape]:
        """``tf.experimental.DynamicRaggedShape``."""
        return DynamicRaggedShape

    @property
    def dtype(self) -> DType:
        """The type of the encodings."""
        return self._dtype

    @property
    def inner_rank(self) -> int | None:
        """The number of dimensions of the flat values, if known."""
        return self._static_inner_shape.rank

    @property
    def num_row_partitions(self) -> int:
        """How many partitions there are."""
        return len(self._row_partitions)

    @property
    def rank(self) -> int | None:
        """The number of dimensions, if known."""
        return None if self.inner_rank is None else self.inner_rank + self.num_row_partitions

    def _serialize(self) -> tuple[Any, ...]:
        return self._row_partitions, self._static_inner_shape, self._dtype

    @property
    def _component_specs(self) -> list[TypeSpec]:
        return [*self._row_partitions, TensorSpec([self.inner_rank], self._dtype)]

    def _to_components(self, value: DynamicRaggedShape) -> list[Any]:
        return [*value.row_partitions, value.inner_shape]

    def _from_components(self, components: Any) -> DynamicRaggedShape:
        *partitions, inner = components
        return DynamicRaggedShape(partitions, inner, self._dtype, False, self._static_inner_shape)


DynamicRaggedShape.Spec = DynamicRaggedShapeSpec  # type: ignore[attr-defined]
