"""``tf.SparseTensor``: the elements of a tensor that are not zero, with their coordinates; and its type."""

from __future__ import annotations

from typing import Any, NamedTuple

from flowstone_core import dtypes
from flowstone_core.composite import CompositeTensor
from flowstone_core.conversion import CompositeOperandError, convert_to_tensor
from flowstone_core.dtypes import DType, as_dtype
from flowstone_core.op import Op
from flowstone_core.ops.array import RANK, SHAPE, SIZE, ensure_shape
from flowstone_core.ops.cast import CAST, cast
from flowstone_core.ops.elementary import ASIN, ASINH, ATAN, ATANH, SIN, SQRT, TAN, TANH
from flowstone_core.ops.math import ABS, NEG, SIGN, SQUARE, division_type
from flowstone_core.ops.reduce import reduce_prod
from flowstone_core.ops.sparse_cwise import SPARSE_DENSE_CWISE_DIV, SPARSE_DENSE_CWISE_MUL
from flowstone_core.ops.sparse_serialization import SERIALIZE_MANY_SPARSE, SERIALIZE_SPARSE, deserialized
from flowstone_core.ops.special import ERF
from flowstone_core.shapes import TensorShape, as_shape
from flowstone_core.tensor import EagerTensor, Tensor
from flowstone_core.type_spec import TensorSpec, TypeSpec

_OF_VALUES = frozenset({ABS, ASIN, ASINH, ATAN, ATANH, CAST, ERF, NEG, SIGN, SIN, SQRT, SQUARE, TAN, TANH})
"""Functions of one number that keep zero zero: they act on the values, as in TensorFlow."""


def _static_shape(dense_shape: Tensor) -> TensorShape:
    known = dense_shape.spec.vector()
    return TensorShape(None if known is None else [None if size == -1 else size for size in known])


class SparseTensorValue(NamedTuple):
    """A sparse tensor as numpy arrays."""

    indices: Any
    values: Any
    dense_shape: Any


class SparseTensor(CompositeTensor):
    """A tensor of which only some elements are stored; the others are zero (or missing).

    ``dense[indices[i, 0], ..., indices[i, rank - 1]] = values[i]``. Most functions of ``tf.sparse`` expect the
    coordinates in the order of rows, as ``tf.sparse.reorder`` puts them, and each of them once.

    >>> x = tf.SparseTensor(indices=[[0, 0], [1, 2]], values=[1, 2], dense_shape=[3, 4])
    >>> tf.sparse.to_dense(x).numpy()
    array([[1, 0, 0, 0],
           [0, 0, 2, 0],
           [0, 0, 0, 0]], dtype=int32)

    Args:
        indices: Coordinates: an int64 matrix with a row for each element.
        values: The elements: a vector of any type.
        dense_shape: The shape of the dense tensor: an int64 vector.

    Raises:
        ValueError: If their shapes do not fit together.
    """

    def __init__(self, indices: Any, values: Any, dense_shape: Any) -> None:
        self._indices = convert_to_tensor(indices, dtypes.int64)
        self._values = convert_to_tensor(values)
        self._dense_shape = convert_to_tensor(dense_shape, dtypes.int64)
        rows = self._indices.shape.with_rank(2)
        count = self._values.shape.with_rank(1)
        rank = self._dense_shape.shape.with_rank(1)
        rows[:1].assert_is_compatible_with(count)
        rows[1:].assert_is_compatible_with(rank)
        self._shape = _static_shape(self._dense_shape)
        if self._shape.rank is None and rows[1] is not None:
            self._shape = TensorShape([None] * rows[1])

    @classmethod
    def from_value(cls, sparse_tensor_value: Any) -> SparseTensor:
        """A sparse tensor made of another, or of a ``SparseTensorValue``.

        Raises:
            TypeError: If it is neither.
        """
        if not isinstance(sparse_tensor_value, (SparseTensor, SparseTensorValue)):
            raise TypeError(
                f"Argument sparse_tensor_value={sparse_tensor_value} is neither a SparseTensor nor a SparseTensorValue."
            )
        return cls(sparse_tensor_value.indices, sparse_tensor_value.values, sparse_tensor_value.dense_shape)

    @property
    def indices(self) -> Tensor:
        """The coordinates of the elements, an int64 matrix."""
        return self._indices

    @property
    def values(self) -> Tensor:
        """The elements, a vector."""
        return self._values

    @property
    def dense_shape(self) -> Tensor:
        """The shape of the dense tensor, an int64 vector."""
        return self._dense_shape

    @property
    def shape(self) -> TensorShape:
        """The static shape of the dense tensor."""
        return self._shape

    def get_shape(self) -> TensorShape:
        """The static shape of the dense tensor."""
        return self._shape

    def set_shape(self, shape: Any) -> None:
        """Add to what is known of the static shape.

        Raises:
            ValueError: If it contradicts what is known.
        """
        self._shape = self._shape.merge_with(as_shape(shape))

    @property
    def dtype(self) -> DType:
        """The type of the elements."""
        return self._values.dtype

    @property
    def op(self) -> Any:
        """The operation that makes the values, in a graph."""
        return self._values.op  # type: ignore[attr-defined]

    @property
    def graph(self) -> Any:
        """The graph of the coordinates."""
        return self._indices.graph  # type: ignore[attr-defined]

    def consumers(self) -> list[Any]:
        """The operations that take a part of this tensor, in a graph; none in eager mode."""
        parts = [part for part in (self._indices, self._values, self._dense_shape) if type(part) is not EagerTensor]
        return [node for part in parts for node in part.consumers()]  # type: ignore[attr-defined]

    def eval(self, feed_dict: Any = None, session: Any = None) -> Any:
        """The value in graph mode of TensorFlow 1: neither graphs nor eager tensors have one here.

        Raises:
            AttributeError: In eager mode.
            NotImplementedError: In a graph.
        """
        raise NotImplementedError(f"eval is not supported for {self.graph!r}; read values and indices with numpy().")

    def with_values(self, new_values: Any) -> SparseTensor:
        """A sparse tensor with other values at the same coordinates.

        Args:
            new_values: A value for each element, of any type.
        """
        made = SparseTensor(self._indices, new_values, self._dense_shape)
        made._shape = self._shape
        return made

    def _with_components(self, parts: Any) -> SparseTensor:
        return SparseTensor(*parts)  # of any shape: a branch or an iteration may give another

    @property
    def _type_spec(self) -> SparseTensorSpec:
        return SparseTensorSpec(self._shape, self.dtype)

    def _shape_invariant_to_type_spec(self, shape: Any) -> SparseTensorSpec:
        return SparseTensorSpec(shape, self.dtype)

    def __flowstone_op__(self, op: Op, inputs: tuple[Any, ...], attrs: dict[str, Any]) -> Any:
        """What ops mean for sparse tensors: functions of one number that keep zero zero act on the values.

        Raises:
            CompositeOperandError: For other ops.
        """
        if op in _OF_VALUES:
            return self.with_values(op(self._values, **attrs))
        if op is SHAPE:
            return cast(self._dense_shape, attrs["out_type"])
        if op is SIZE:
            return reduce_prod(cast(self._dense_shape, attrs["out_type"]))
        if op is RANK:
            return SIZE(self._dense_shape)
        raise CompositeOperandError(self)

    def _cwise(self, op: Op, other: Any) -> SparseTensor:
        return SparseTensor(self._indices, op(self._indices, self._values, self._dense_shape, other), self._dense_shape)

    def __mul__(self, other: Any) -> SparseTensor:
        """The elements times those of a dense tensor, which is broadcast."""
        return self._cwise(SPARSE_DENSE_CWISE_MUL, convert_to_tensor(other, self.dtype))

    def __rmul__(self, other: Any) -> SparseTensor:
        """A dense tensor times this; no Python number, as in TensorFlow."""
        return self * other if isinstance(other, Tensor) else NotImplemented

    def __truediv__(self, other: Any) -> SparseTensor:
        """The elements divided by those of a dense tensor, which is broadcast, as Python divides.

        Raises:
            TypeError: If the types differ or cannot be divided.
        """
        divisor = convert_to_tensor(other, self.dtype)
        target = division_type(self.dtype)
        return cast(self, target)._cwise(SPARSE_DENSE_CWISE_DIV, cast(divisor, target))

    def __repr__(self) -> str:
        return f"SparseTensor(indices={self._indices}, values={self._values}, dense_shape={self._dense_shape})"


class SparseTensorSpec(TypeSpec):
    """The type of ``tf.SparseTensor``.

    >>> tf.SparseTensorSpec([None, 3], tf.int32).is_compatible_with(tf.sparse.eye(3, dtype=tf.int32))
    True

    Args:
        shape: The static shape of the dense tensor.
        dtype: The type of the values.
    """

    __slots__ = ("_dtype", "_shape")

    def __init__(self, shape: Any = None, dtype: Any = dtypes.float32) -> None:
        self._shape = as_shape(shape)
        self._dtype = as_dtype(dtype)

    @classmethod
    def from_value(cls, value: Any) -> SparseTensorSpec:
        """The type of a sparse tensor or a ``SparseTensorValue``.

        Raises:
            TypeError: If ``value`` is neither.
        """
        return SparseTensor.from_value(value)._type_spec

    @property
    def shape(self) -> TensorShape:
        """The static shape of the dense tensor."""
        return self._shape

    @property
    def dtype(self) -> DType:
        """The type of the values."""
        return self._dtype

    @property
    def value_type(self) -> type[SparseTensor]:
        """``tf.SparseTensor``."""
        return SparseTensor

    def _serialize(self) -> tuple[Any, ...]:
        return self._shape, self._dtype

    @property
    def _component_specs(self) -> list[TensorSpec]:
        rank = self._shape.rank
        return [
            TensorSpec([None, rank], dtypes.int64),
            TensorSpec([None], self._dtype),
            TensorSpec([rank], dtypes.int64),
        ]

    def _to_components(self, value: Any) -> list[Any]:
        return [value.indices, value.values, value.dense_shape]

    def _from_components(self, components: Any) -> SparseTensor:
        made = SparseTensor(*components)
        made.set_shape(self._shape)
        return made

    @property
    def _flat_tensor_specs(self) -> list[TensorSpec]:
        return [TensorSpec(None, dtypes.variant)]

    def _to_tensor_list(self, value: SparseTensor) -> list[Tensor]:
        return [SERIALIZE_SPARSE(*self._to_components(value), out_type=dtypes.variant)]

    def _to_batched_tensor_list(self, value: SparseTensor) -> list[Tensor]:
        if self._shape.rank == 0:
            raise ValueError("Unbatching a sparse tensor is only supported for rank >= 1")
        return [SERIALIZE_MANY_SPARSE(*self._to_components(value), out_type=dtypes.variant)]

    def _from_compatible_tensor_list(self, tensors: list[Tensor]) -> SparseTensor:
        indices, values, shape = deserialized(tensors[0], self._dtype)
        rank = self._shape.rank
        if rank is not None:
            indices, shape = ensure_shape(indices, [None, rank]), ensure_shape(shape, [rank])
        return self._from_components([indices, values, shape])

    def _batch(self, batch_size: int | None) -> SparseTensorSpec:
        return SparseTensorSpec(TensorShape([batch_size]).concatenate(self._shape), self._dtype)

    def _unbatch(self) -> SparseTensorSpec:
        if self._shape.rank == 0:
            raise ValueError("Unbatching a sparse tensor is only supported for rank >= 1")
        return SparseTensorSpec(self._shape[1:], self._dtype)
