"""``tf.RaggedTensor``: a tensor with rows of different lengths, and its type, ``tf.RaggedTensorSpec``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from flowstone_core import operators
from flowstone_core.api import tf
from flowstone_core.composite import CompositeTensor
from flowstone_core.dtypes import DType, as_dtype, float32, int32, int64, variant
from flowstone_core.errors import SpecError
from flowstone_core.interpreter import user_error
from flowstone_core.op import Op
from flowstone_core.ops.ragged import RAGGED_TENSOR_TO_SPARSE, RAGGED_TENSOR_TO_TENSOR, ROW_SPLITS
from flowstone_core.ops.ragged_variant import RAGGED_TENSOR_FROM_VARIANT, RAGGED_TENSOR_TO_VARIANT
from flowstone_core.ragged import dense, indexing, text
from flowstone_core.ragged.row_partition import RowPartition, integers, require
from flowstone_core.ragged.takeover import handler
from flowstone_core.shapes import TensorShape, as_shape
from flowstone_core.tensor import EagerTensor, Tensor
from flowstone_core.type_spec import TensorSpec, TypeSpec


class RaggedTensor(CompositeTensor):
    """A tensor one or more of whose dimensions have slices of different lengths.

    It holds ``values``, a tensor (or again a ragged one) whose first dimension is that of all rows joined, and how
    they are divided into rows. ``flat_values`` are the innermost values. Ordinary functions take ragged tensors.

    >>> rt = tf.RaggedTensor.from_row_splits([3, 1, 4, 1, 5, 9, 2], [0, 4, 4, 6, 7])
    >>> rt
    <tf.RaggedTensor [[3, 1, 4, 1], [], [5, 9], [2]]>
    >>> tf.reduce_sum(rt, axis=1).numpy(), rt.row_lengths().numpy()
    (array([ 9,  0, 14,  2], dtype=int32), array([4, 0, 2, 1]))
    """

    __array_priority__ = 101
    __slots__ = ("__weakref__", "_row_partition", "_values")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, values: Any, row_partition: RowPartition, internal: bool = False) -> None:
        if not internal:
            raise ValueError(
                "RaggedTensor is not constructed directly. Use one of its methods, such as "
                "tf.RaggedTensor.from_row_lengths, or tf.ragged.constant."
            )
        self._values = values
        self._row_partition = row_partition

    # -- making ----------------------------------------------------------------------------------------------------

    @classmethod
    def _from_row_partition(cls, values: Any, row_partition: RowPartition, validate: bool = True) -> RaggedTensor:
        if isinstance(values, RaggedTensor):
            if values.row_splits.dtype is not row_partition.dtype:
                raise ValueError(
                    f"The rows of values have {values.row_splits.dtype.name} row splits, the new ones "
                    f"{row_partition.dtype.name}. Use RaggedTensor.with_row_splits_dtype."
                )
        elif not isinstance(values, Tensor):
            values = values if hasattr(type(values), "__flowstone_composite__") else tf.convert_to_tensor(values)
        if values.shape.rank == 0:
            raise user_error(SpecError("RaggedTensor: values must have at least 1 dimension, got a scalar."))
        if validate:
            count = count_of(values, row_partition.dtype)
            require(
                tf.equal(tf.cast(row_partition.nvals(), count.dtype), count),
                "the rows do not end with the values.",
                "RaggedTensor",
            )
        return cls(values, row_partition, internal=True)

    @classmethod
    def from_row_splits(
        cls, values: Any, row_splits: Any, name: str | None = None, validate: bool = True
    ) -> RaggedTensor:
        """Row i is ``values[row_splits[i]:row_splits[i + 1]]``.

        >>> tf.RaggedTensor.from_row_splits([1, 2, 3], [0, 2, 3])
        <tf.RaggedTensor [[1, 2], [3]]>

        Args:
            values: A tensor or ragged tensor.
            row_splits: A vector of int32 or int64 that increases from 0 to the number of values.
            name: A name for the operations.
            validate: Whether the splits are checked.

        Raises:
            ValueError: If a type or rank is wrong.
            tf.errors.InvalidArgumentError: With ``validate``, if the splits do not fit.
        """
        with tf.name_scope(name or "RaggedFromRowSplits"):
            values, hint = _values_and_hint(values)
            return cls._from_row_partition(
                values, RowPartition.from_row_splits(row_splits, validate, None, hint), validate
            )

    @classmethod
    def from_row_lengths(
        cls, values: Any, row_lengths: Any, name: str | None = None, validate: bool = True
    ) -> RaggedTensor:
        """The next ``row_lengths[i]`` values make row i.

        >>> tf.RaggedTensor.from_row_lengths([1, 2, 3], [2, 0, 1])
        <tf.RaggedTensor [[1, 2], [], [3]]>
        """
        with tf.name_scope(name or "RaggedFromRowLengths"):
            values, hint = _values_and_hint(values)
            return cls._from_row_partition(
                values, RowPartition.from_row_lengths(row_lengths, validate, None, hint), validate
            )

    @classmethod
    def from_row_starts(
        cls, values: Any, row_starts: Any, name: str | None = None, validate: bool = True
    ) -> RaggedTensor:
        """Row i begins at ``row_starts[i]`` and ends where the next one begins."""
        with tf.name_scope(name or "RaggedFromRowStarts"):
            values, hint = _values_and_hint(values)
            starts = integers(row_starts, "row_starts", None, hint)
            partition = RowPartition.from_row_starts(starts, count_of(values, starts.dtype), validate)
            return cls._from_row_partition(values, partition, validate)

    @classmethod
    def from_row_limits(
        cls, values: Any, row_limits: Any, name: str | None = None, validate: bool = True
    ) -> RaggedTensor:
        """Row i ends before ``row_limits[i]`` and begins where the one before ends."""
        with tf.name_scope(name or "RaggedFromRowLimits"):
            values, hint = _values_and_hint(values)
            return cls._from_row_partition(
                values, RowPartition.from_row_limits(row_limits, validate, None, hint), validate
            )

    @classmethod
    def from_value_rowids(
        cls, values: Any, value_rowids: Any, nrows: Any = None, name: str | None = None, validate: bool = True
    ) -> RaggedTensor:
        """Value j belongs to row ``value_rowids[j]``.

        >>> tf.RaggedTensor.from_value_rowids([1, 2, 3], [0, 0, 2], nrows=4)
        <tf.RaggedTensor [[1, 2], [], [3], []]>

        Args:
            values: A tensor or ragged tensor.
            value_rowids: The row of each value, increasing.
            nrows: The number of rows; by default up to the last one that has a value.
            name: A name for the operations.
            validate: Whether the ids are checked.
        """
        with tf.name_scope(name or "RaggedFromValueRowIds"):
            values, hint = _values_and_hint(values)
            partition = RowPartition.from_value_rowids(value_rowids, nrows, validate, None, hint)
            return cls._from_row_partition(values, partition, validate)

    @classmethod
    def from_uniform_row_length(
        cls, values: Any, uniform_row_length: Any, nrows: Any = None, validate: bool = True, name: str | None = None
    ) -> RaggedTensor:
        """All rows have the same length.

        >>> tf.RaggedTensor.from_uniform_row_length([1, 2, 3, 4], 2).shape
        TensorShape([2, 2])

        Args:
            values: A tensor or ragged tensor.
            uniform_row_length: The length.
            nrows: The number of rows; needed if the length is 0.
            validate: Whether the numbers are checked.
            name: A name for the operations.
        """
        with tf.name_scope(name or "RaggedFromUniformRowLength"):
            values, hint = _values_and_hint(values)
            given = [value.dtype for value in (uniform_row_length, nrows) if isinstance(value, Tensor)]
            dtype = given[0] if given else (hint or int64)
            partition = RowPartition.from_uniform_row_length(
                uniform_row_length, count_of(values, dtype), nrows, validate
            )
            return cls._from_row_partition(values, partition, validate)

    @classmethod
    def from_nested_value_rowids(
        cls,
        flat_values: Any,
        nested_value_rowids: Any,
        nested_nrows: Any = None,
        name: str | None = None,
        validate: bool = True,
    ) -> RaggedTensor:
        """A ragged tensor of several ragged dimensions, the outermost partition first."""
        ids = _listed(nested_value_rowids, "nested_value_rowids")
        rows = [None] * len(ids) if nested_nrows is None else _listed(nested_nrows, "nested_nrows")
        if len(rows) != len(ids):
            raise ValueError("nested_nrows must have the same length as nested_value_rowids.")
        with tf.name_scope(name or "RaggedFromNestedValueRowIds"):
            result = flat_values
            for each, count in zip(reversed(ids), reversed(rows), strict=True):
                result = cls.from_value_rowids(result, each, count, validate=validate)
            return result

    @classmethod
    def from_nested_row_splits(
        cls, flat_values: Any, nested_row_splits: Any, name: str | None = None, validate: bool = True
    ) -> RaggedTensor:
        """A ragged tensor of several ragged dimensions, the outermost partition first.

        >>> tf.RaggedTensor.from_nested_row_splits([1, 2, 3], ([0, 2, 2], [0, 1, 3]))
        <tf.RaggedTensor [[[1], [2, 3]], []]>
        """
        with tf.name_scope(name or "RaggedFromNestedRowSplits"):
            result = flat_values
            for each in reversed(_listed(nested_row_splits, "nested_row_splits")):
                result = cls.from_row_splits(result, each, validate=validate)
            return result

    @classmethod
    def from_nested_row_lengths(
        cls, flat_values: Any, nested_row_lengths: Any, name: str | None = None, validate: bool = True
    ) -> RaggedTensor:
        """A ragged tensor of several ragged dimensions, the outermost partition first."""
        with tf.name_scope(name or "RaggedFromNestedRowlengths"):
            result = flat_values
            for each in reversed(_listed(nested_row_lengths, "nested_row_lengths")):
                result = cls.from_row_lengths(result, each, validate=validate)
            return result

    @classmethod
    def _from_nested_row_partitions(cls, flat_values: Any, partitions: Sequence[RowPartition]) -> Any:
        """Values under partitions, outermost first, unchecked."""
        for partition in reversed(partitions):
            flat_values = cls(flat_values, partition, internal=True)
        return flat_values

    @classmethod
    def from_tensor(
        cls,
        tensor: Any,
        lengths: Any = None,
        padding: Any = None,
        ragged_rank: int = 1,
        name: str | None = None,
        row_splits_dtype: Any = int64,
    ) -> RaggedTensor:
        """The rows of a tensor, without what is beyond their lengths or is padding at their ends.

        >>> tf.RaggedTensor.from_tensor([[5, 7, 0], [0, 3, 0]], padding=0)
        <tf.RaggedTensor [[5, 7], [0, 3]]>

        Args:
            tensor: A tensor of rank greater than ``ragged_rank``.
            lengths: The length of each row; a tuple of vectors for several ragged dimensions, as in
                ``from_nested_row_lengths``.
            padding: The value that rows end with; not together with ``lengths``.
            ragged_rank: How many dimensions become ragged.
            name: A name for the operations.
            row_splits_dtype: The type of the row splits.

        Raises:
            ValueError: If both ``lengths`` and ``padding`` are given, or a rank does not fit.
            TypeError: If ``ragged_rank`` is no integer.
        """
        with tf.name_scope(name or "RaggedFromTensor"):
            dtype = as_dtype(row_splits_dtype)
            values, partitions = dense.divided(tf.convert_to_tensor(tensor), lengths, padding, ragged_rank, dtype)
            return cls._from_nested_row_partitions(values, partitions)

    @classmethod
    def from_sparse(cls, st_input: Any, name: str | None = None, row_splits_dtype: Any = int64) -> RaggedTensor:
        """The rows of a 2-d sparse tensor, whose entries must begin at column 0 and leave no gaps.

        Raises:
            TypeError: If it is no sparse tensor.
            ValueError: If it has not two dimensions.
            tf.errors.InvalidArgumentError: If a row has a gap.
        """
        if not isinstance(st_input, tf.SparseTensor):
            raise TypeError(f"Expected SparseTensor, got {type(st_input).__name__}.")
        dtype = as_dtype(row_splits_dtype)
        rank = st_input.dense_shape.shape[0] if st_input.dense_shape.shape.rank is not None else None
        if rank is None:
            rank = st_input.indices.shape[1]
        if rank != 2:
            raise ValueError(f"RaggedTensor.from_sparse: the rank must be 2, got {rank}.")
        with tf.name_scope(name or "RaggedFromSparse"):
            rows = tf.cast(st_input.indices[:, 0], dtype)
            partition = RowPartition.from_value_rowids(rows, tf.cast(st_input.dense_shape[0], dtype), validate=False)
            columns = tf.cast(st_input.indices[:, 1], dtype)
            require(
                tf.reduce_all(tf.equal(columns, partition.offsets_in_rows())),
                "SparseTensor is not right-ragged: every row must begin at column 0 and have no gaps.",
                "RaggedTensor",
            )
            return cls(st_input.values, partition, internal=True)

    # -- what it is ------------------------------------------------------------------------------------------------

    @property
    def dtype(self) -> DType:
        """The type of the values."""
        dtype: DType = self._values.dtype
        return dtype

    @property
    def shape(self) -> TensorShape:
        """The static shape; None for ragged dimensions.

        >>> tf.ragged.constant([[[0], [1]], [[2]]], inner_shape=(1,)).shape
        TensorShape([2, None, 1])
        """
        partition = self._row_partition
        values = self._values.shape
        inner = None if values.rank is None else values[1:]
        return TensorShape([partition.static_nrows, partition.static_uniform_row_length]).concatenate(inner)

    def get_shape(self) -> TensorShape:
        """The static shape."""
        return self.shape

    @property
    def ragged_rank(self) -> int:
        """How many times the flat values are divided."""
        inner: int = self._values.ragged_rank if isinstance(self._values, RaggedTensor) else 0
        return inner + 1

    @property
    def values(self) -> Any:
        """The rows joined: a tensor or a ragged one."""
        return self._values

    @property
    def row_splits(self) -> Any:
        """Where each row begins in ``values``, and the end."""
        return self._row_partition.row_splits()

    @property
    def uniform_row_length(self) -> Any:
        """The length that all rows have by construction, or None."""
        return self._row_partition.uniform_row_length()

    @property
    def flat_values(self) -> Any:
        """The innermost values.

        >>> tf.ragged.constant([[[1, 2], []], [[3]]]).flat_values.numpy()
        array([1, 2, 3], dtype=int32)
        """
        values = self._values
        while isinstance(values, RaggedTensor):
            values = values._values
        return values

    @property
    def _nested_row_partitions(self) -> tuple[RowPartition, ...]:
        inner = self._values._nested_row_partitions if isinstance(self._values, RaggedTensor) else ()
        return (self._row_partition, *inner)

    @property
    def nested_row_splits(self) -> tuple[Any, ...]:
        """The row splits of all ragged dimensions, outermost first."""
        return tuple(each.row_splits() for each in self._nested_row_partitions)

    def nested_row_lengths(self, name: str | None = None) -> tuple[Any, ...]:
        """The row lengths of all ragged dimensions, outermost first."""
        return tuple(each.row_lengths() for each in self._nested_row_partitions)

    def nested_value_rowids(self, name: str | None = None) -> tuple[Any, ...]:
        """The row ids of all ragged dimensions, outermost first."""
        return tuple(each.value_rowids() for each in self._nested_row_partitions)

    def value_rowids(self, name: str | None = None) -> Any:
        """The row that each of ``values`` belongs to."""
        return self._row_partition.value_rowids()

    def nrows(self, out_type: Any = None, name: str | None = None) -> Any:
        """The number of rows."""
        rows = self._row_partition.nrows()
        return rows if out_type is None else tf.cast(rows, out_type)

    def row_starts(self, name: str | None = None) -> Any:
        """Where each row begins."""
        return self._row_partition.row_starts()

    def row_limits(self, name: str | None = None) -> Any:
        """Where each row ends."""
        return self._row_partition.row_limits()

    def row_lengths(self, axis: int = 1, name: str | None = None) -> Any:
        """The lengths of the rows of a dimension: a tensor of the shape of the dimensions outside it.

        >>> tf.ragged.constant([[[3, 1, 4], [1]], [], [[5, 9]]]).row_lengths(axis=2)
        <tf.RaggedTensor [[3, 1], [], [2]]>
        """
        axis = indexing.axis_of(axis, self.shape.rank)
        if axis == 0:
            return self._row_partition.nrows()
        if axis == 1:
            return self._row_partition.row_lengths()
        if isinstance(self._values, RaggedTensor):
            return self.with_values(self._values.row_lengths(axis - 1))
        shape = tf.shape(self._values, out_type=self._row_partition.dtype)
        lengths = tf.ones(shape[: axis - 1], shape.dtype) * shape[axis - 1]
        return self.with_values(lengths)

    def bounding_shape(self, axis: Any = None, name: str | None = None, out_type: Any = None) -> Any:
        """The shape of the smallest dense tensor that holds all rows.

        >>> tf.ragged.constant([[1, 2, 3, 4], [5], [], [6, 7]]).bounding_shape().numpy()
        array([4, 4])
        """
        out_type = self._row_partition.dtype if out_type is None else as_dtype(out_type)
        sizes = [self._row_partition.nrows()]
        for partition in self._nested_row_partitions:
            lengths = partition.row_lengths()
            longest = partition.uniform_row_length()
            if longest is None:
                longest = tf.reduce_max(tf.concat([lengths, tf.zeros([1], lengths.dtype)], 0))
            sizes.append(longest)
        inner = tf.shape(self.flat_values, out_type=self._row_partition.dtype)[1:]
        shape = tf.cast(tf.concat([tf.stack(sizes), inner], 0), out_type)
        return shape if axis is None else tf.gather(shape, axis)

    def consumers(self) -> list[Any]:
        """The operations that take the flat values, in a graph."""
        consumers: list[Any] = self.flat_values.consumers()
        return consumers

    # -- others like this ------------------------------------------------------------------------------------------

    def with_values(self, new_values: Any) -> RaggedTensor:
        """The same rows with other values.

        Raises:
            ValueError: If the number of values is known to differ.
        """
        if not isinstance(new_values, (Tensor, RaggedTensor)):
            new_values = tf.convert_to_tensor(new_values)
        if isinstance(new_values, RaggedTensor) and new_values.row_splits.dtype is not self.row_splits.dtype:
            partition = self._row_partition.with_dtype(int64)
            return RaggedTensor(new_values.with_row_splits_dtype(int64), partition, internal=True)
        outer = self._values.shape[:1]
        if not outer.is_compatible_with(new_values.shape[:1]):
            raise ValueError(f"with_values: {outer} values are needed, got a tensor of shape {new_values.shape}.")
        return RaggedTensor(new_values, self._row_partition, internal=True)

    def with_flat_values(self, new_values: Any) -> RaggedTensor:
        """The same rows with other innermost values.

        >>> rt = tf.ragged.constant([[1, 2], [], [3]])
        >>> rt.with_flat_values(tf.constant([10., 20., 30.]))
        <tf.RaggedTensor [[10.0, 20.0], [], [30.0]]>
        """
        if isinstance(self._values, RaggedTensor):
            return self.with_values(self._values.with_flat_values(new_values))
        return self.with_values(new_values)

    def with_row_splits_dtype(self, dtype: Any) -> RaggedTensor:
        """The same tensor with row splits of int32 or int64."""
        target = as_dtype(dtype)
        if target not in (int32, int64):
            raise ValueError(f"Argument `row_splits` dtype must be int32 or int64, got {target.name}.")
        if target is self._row_partition.dtype:
            return self
        values = self._values.with_row_splits_dtype(target) if isinstance(self._values, RaggedTensor) else self._values
        return RaggedTensor(values, self._row_partition.with_dtype(target), internal=True)

    def merge_dims(self, outer_axis: int, inner_axis: int) -> Any:
        """The dimensions from ``outer_axis`` to ``inner_axis`` as one.

        >>> tf.ragged.constant([[[1, 2], [3]], [[4, 5, 6]]]).merge_dims(1, 2)
        <tf.RaggedTensor [[1, 2, 3], [4, 5, 6]]>
        """
        outer = indexing.axis_of(outer_axis, self.shape.rank, "outer_axis")
        inner = indexing.axis_of(inner_axis, self.shape.rank, "inner_axis")
        if not outer <= inner:
            raise ValueError(
                f"Expected outer_axis ({outer_axis}) to be less than or equal to inner_axis ({inner_axis})."
            )
        return indexing.merged(self, outer, inner)

    # -- conversion ------------------------------------------------------------------------------------------------

    def to_tensor(self, default_value: Any = None, name: str | None = None, shape: Any = None) -> Any:
        """A dense tensor, with ``default_value`` behind the ends of rows.

        >>> tf.ragged.constant([[9, 8, 7], [], [6, 5]]).to_tensor(-1).numpy()
        array([[ 9,  8,  7],
               [-1, -1, -1],
               [ 6,  5, -1]], dtype=int32)

        Args:
            default_value: A scalar, or what broadcasts to one of the values; zero or the empty string by default.
            name: A name for the operation.
            shape: The shape, with None for the longest row; longer rows are cut.

        Raises:
            ValueError: If a shape does not fit.
        """
        with tf.name_scope(name or "RaggedToTensor"):
            flat = self.flat_values
            if default_value is None:
                default = tf.zeros((), flat.dtype) if not flat.dtype.is_handle else None
            else:
                default = tf.convert_to_tensor(default_value, flat.dtype)
            wanted = _shape_operand(shape)
            result = RAGGED_TENSOR_TO_TENSOR(
                wanted,
                flat,
                default,
                list(self.nested_row_splits),
                row_partition_types=(ROW_SPLITS,) * self.ragged_rank,
            )
            if type(result) is not EagerTensor and not isinstance(shape, Tensor):
                known = self.shape if shape is None else _merged(as_shape(shape), self.shape)
                result.set_shape(known)
            return result

    def to_sparse(self, name: str | None = None) -> Any:
        """The values at their places, as a ``tf.SparseTensor``."""
        with tf.name_scope(name or "RaggedToSparse"):
            parts = RAGGED_TENSOR_TO_SPARSE(list(self.nested_row_splits), self.flat_values)
            return tf.SparseTensor(*parts)

    def numpy(self) -> Any:
        """The rows as an array of arrays; a plain array if they have equal lengths.

        Raises:
            ValueError: While a function is traced.
        """
        if not self._is_eager():
            raise ValueError("RaggedTensor.numpy() is only supported in eager mode.")
        values, splits = self._values.numpy(), self.row_splits.numpy()
        rows = [values[begin:end] for begin, end in pairwise(splits.tolist())]
        if not rows:
            return np.empty((0, 0, *values.shape[1:]), values.dtype)
        if any(len(row) != len(rows[0]) for row in rows):
            found = np.empty(len(rows), object)
            found[:] = rows
            return found
        return np.stack(rows)

    def to_list(self) -> list[Any]:
        """The rows as nested Python lists.

        >>> tf.ragged.constant([[1, 2], [3]]).to_list()
        [[1, 2], [3]]
        """
        if not self._is_eager():
            raise ValueError("RaggedTensor.to_list() is only supported in eager mode.")
        values = self._values.to_list() if isinstance(self._values, RaggedTensor) else self._values.numpy().tolist()
        splits = self.row_splits.numpy().tolist()
        return [values[begin:end] for begin, end in pairwise(splits)]

    def _is_eager(self) -> bool:
        parts = (self.flat_values, *self.nested_row_splits)
        return all(type(part) is EagerTensor for part in parts)

    def __repr__(self) -> str:
        if self._is_eager():
            return f"<tf.RaggedTensor {text.of(self.numpy())}>"
        return f"tf.RaggedTensor(values={self._values}, row_splits={self.row_splits})"

    # -- Python's protocols ----------------------------------------------------------------------------------------

    def __flowstone_op__(self, op: Op, inputs: tuple[Any, ...], attrs: dict[str, Any]) -> Any:
        return handler(op.name)(op, inputs, attrs)

    def __getitem__(self, key: Any) -> Any:
        return indexing.getitem(self, key)

    def __iter__(self) -> Iterator[Any]:
        rows = self._row_partition.static_nrows
        if rows is None:
            raise TypeError("Python cannot iterate over a RaggedTensor whose number of rows is unknown.")
        return (self[row] for row in range(rows))

    def __bool__(self) -> bool:
        raise TypeError("RaggedTensor may not be used as a boolean.")

    def __flowstone_iteration__(self) -> Any:
        """How a graph walks over the rows (``flowstone_graphfn.autograph``)."""
        return indexing.Rows(self)

    def _set_shape(self, shape: TensorShape) -> None:
        """Take up what ``shape`` says of the sizes of ragged dimensions: known ones are uniform."""
        partition = self._row_partition
        size = shape[1] if shape.rank is not None else None
        if partition.uniform_row_length() is None and size is not None:
            self._row_partition = RowPartition(partition.row_splits(), tf.constant(size, partition.dtype))
        if isinstance(self._values, RaggedTensor) and shape.rank is not None:
            self._values._set_shape(TensorShape([None]).concatenate(shape[2:]))

    @property
    def _type_spec(self) -> RaggedTensorSpec:
        return RaggedTensorSpec.from_value(self)

    def _shape_invariant_to_type_spec(self, shape: Any) -> RaggedTensorSpec:
        return RaggedTensorSpec(shape, self.dtype, self.ragged_rank, self.row_splits.dtype)

    def _with_components(self, parts: Any) -> Any:
        flat, *splits = parts  # of any number of rows: a branch or an iteration may give another
        return self._from_nested_row_partitions(
            flat,
            [
                RowPartition(each, partition.uniform_row_length())
                for each, partition in zip(splits, self._nested_row_partitions, strict=True)
            ],
        )


operators.attach(RaggedTensor, without=("__matmul__", "__rmatmul__"))


def count_of(values: Any, dtype: DType) -> Any:
    """How many values there are along the first dimension."""
    if isinstance(values, RaggedTensor):
        return values.nrows(dtype)
    if not isinstance(values, Tensor):
        values = tf.nest.flatten(values, expand_composites=True)[0]
    if type(values) is EagerTensor and values.shape.rank:
        return tf.constant(values.shape[0], dtype)
    return tf.shape(values, out_type=dtype)[0]


def _values_and_hint(values: Any) -> tuple[Any, DType | None]:
    """Values as a tensor, and the type that their own splits suggest."""
    if isinstance(values, RaggedTensor):
        return values, values.row_splits.dtype
    if hasattr(type(values), "__flowstone_composite__"):
        return values, None
    return tf.convert_to_tensor(values), None


def _listed(value: Any, name: str) -> list[Any]:
    if isinstance(value, Tensor):
        raise TypeError(f"{name} must be a list of tensors, got {value!r}.")
    return list(value)


def _shape_operand(shape: Any) -> Any:
    """``shape`` with -1 for unknown sizes."""
    if isinstance(shape, Tensor):
        return shape
    known = TensorShape(None) if shape is None else shape
    if isinstance(known, (list, tuple)) and any(isinstance(size, Tensor) for size in known):
        return tf.stack([tf.cast(-1 if size is None else size, int64) for size in known])
    sizes = as_shape(known).as_tuple()
    return np.array(-1 if sizes is None else [-1 if size is None else size for size in sizes], np.int64)


def _merged(wanted: TensorShape, own: TensorShape) -> TensorShape:
    if wanted.rank is None or own.rank is None:
        return TensorShape(None)
    if wanted.rank != own.rank:
        raise ValueError(f"to_tensor: shape {wanted} has another rank than the ragged tensor's {own}.")
    return TensorShape([mine if size is None else size for size, mine in zip(wanted, own, strict=True)])


class RaggedTensorSpec(TypeSpec):
    """The type of a ``tf.RaggedTensor``.

    Args:
        shape: The static shape, None for ragged dimensions; unknown by default.
        dtype: The type of the values.
        ragged_rank: How many times the flat values are divided; by default once for each dimension but the last.
        row_splits_dtype: The type of the row splits.
        flat_values_spec: The spec of flat values that are composites themselves, instead of ``dtype``.

    Raises:
        ValueError: If ``ragged_rank`` does not fit the shape, or is not given and the rank is unknown.
    """

    __slots__ = ("_dtype", "_flat_values_spec", "_ragged_rank", "_row_splits_dtype", "_shape")

    def __init__(
        self,
        shape: Any = None,
        dtype: Any = float32,
        ragged_rank: int | None = None,
        row_splits_dtype: Any = int64,
        flat_values_spec: TypeSpec | None = None,
    ) -> None:
        self._shape = as_shape(shape)
        self._row_splits_dtype = as_dtype(row_splits_dtype)
        if self._row_splits_dtype not in (int32, int64):
            raise ValueError(f"row_splits_dtype must be int32 or int64, got {self._row_splits_dtype.name}.")
        if flat_values_spec is not None:
            dtype = getattr(flat_values_spec, "dtype", None) if dtype in (None, float32) else dtype
        self._dtype = None if dtype is None else as_dtype(dtype)
        self._flat_values_spec = flat_values_spec
        rank = self._shape.rank
        if ragged_rank is None:
            if rank is None:
                raise ValueError("Must specify ragged_rank or a shape of known rank.")
            ragged_rank = rank - 1
        if not isinstance(ragged_rank, int):
            raise TypeError(f"ragged_rank must be an int, got {ragged_rank!r}.")
        if rank is not None and ragged_rank >= rank:
            raise ValueError(f"ragged_rank ({ragged_rank}) must be less than rank ({rank}).")
        self._ragged_rank = ragged_rank

    @classmethod
    def from_value(cls, value: Any) -> RaggedTensorSpec:
        """The spec of a ragged tensor.

        Raises:
            TypeError: If ``value`` is none.
        """
        if not isinstance(value, RaggedTensor):
            raise TypeError(f"Expected a RaggedTensor, got {type(value).__name__}.")
        flat = value.flat_values
        own = None if isinstance(flat, Tensor) else flat._type_spec
        return cls(value.shape, value.dtype if own is None else None, value.ragged_rank, value.row_splits.dtype, own)

    @property
    def dtype(self) -> DType | None:
        """The type of the values."""
        return self._dtype

    @property
    def shape(self) -> TensorShape:
        """The static shape."""
        return self._shape

    @property
    def ragged_rank(self) -> int:
        """How many times the flat values are divided."""
        return self._ragged_rank

    @property
    def row_splits_dtype(self) -> DType:
        """The type of the row splits."""
        return self._row_splits_dtype

    @property
    def flat_values_spec(self) -> TypeSpec | None:
        """The spec of flat values that are composites themselves, or None."""
        return self._flat_values_spec

    @property
    def value_type(self) -> Any:
        """``tf.RaggedTensor``, or ``tf.Tensor`` for no ragged dimension."""
        return RaggedTensor if self._ragged_rank else Tensor

    def _serialize(self) -> tuple[Any, ...]:
        plain = (self._shape, self._dtype, self._ragged_rank, self._row_splits_dtype)
        return plain if self._flat_values_spec is None else (*plain, self._flat_values_spec)

    @property
    def _component_specs(self) -> list[TypeSpec]:
        rank, shape = self._ragged_rank, self._shape
        if self._flat_values_spec is not None:
            flat: TypeSpec = self._flat_values_spec
        else:
            inner = None if shape.rank is None else shape[rank + 1 :]
            first = shape[0] if not rank and shape.rank else None
            flat = TensorSpec(TensorShape([first]).concatenate(inner), self._dtype)
        rows = shape[0] if shape.rank is not None else None
        outer = [None if rows is None else rows + 1, *[None] * rank][:rank]
        return [flat, *(TensorSpec([count], self._row_splits_dtype) for count in outer)]

    def _batch(self, batch_size: int | None) -> RaggedTensorSpec:
        shape = TensorShape([batch_size]).concatenate(self._shape)
        return RaggedTensorSpec(shape, self._dtype, self._ragged_rank + 1, self._row_splits_dtype)

    def _unbatch(self) -> RaggedTensorSpec:
        return RaggedTensorSpec(self._shape[1:], self._dtype, self._ragged_rank - 1, self._row_splits_dtype)

    @property
    def _flat_tensor_specs(self) -> list[TensorSpec]:
        return [TensorSpec(None, variant)]

    def _to_tensor_list(self, value: Any) -> list[Any]:
        return [self._as_variant(value, batched=False)]

    def _to_batched_tensor_list(self, value: Any) -> list[Any]:
        return [self._as_variant(value, batched=True)]

    def _as_variant(self, value: Any, batched: bool) -> Any:
        flat, *splits = self._to_components(value)
        return RAGGED_TENSOR_TO_VARIANT(splits, flat, batched_input=batched)

    def _from_compatible_tensor_list(self, tensors: Any) -> Any:
        (encoded,) = tensors
        splits, flat = RAGGED_TENSOR_FROM_VARIANT(
            encoded,
            input_ragged_rank=self._ragged_rank - len(encoded.shape),
            output_ragged_rank=self._ragged_rank,
            Tvalues=self._dtype,
            Tsplits=self._row_splits_dtype,
        )
        if type(flat) is not EagerTensor and self._shape.rank is not None:
            flat.set_shape(TensorShape([None]).concatenate(self._shape[self._ragged_rank + 1 :]))
        return self._from_components([flat, *splits])

    def _to_components(self, value: Any) -> list[Any]:
        return [value.flat_values, *value.nested_row_splits] if isinstance(value, RaggedTensor) else [value]

    def _from_components(self, components: Any) -> Any:
        flat, *splits = components
        result = RaggedTensor._from_nested_row_partitions(flat, [RowPartition(each) for each in splits])
        if isinstance(result, RaggedTensor):
            result._set_shape(self._shape)
        return result
