"""``tf.IndexedSlices``: some rows of a tensor, such as the gradient of what rows were gathered from."""

from __future__ import annotations

from typing import Any

from flowstone_core import dtypes
from flowstone_core.composite import CompositeTensor
from flowstone_core.conversion import to_tensor
from flowstone_core.dtypes import DType, as_dtype
from flowstone_core.ops.array import reshape
from flowstone_core.ops.cast import cast
from flowstone_core.ops.gathering import scatter_nd
from flowstone_core.ops.math import negative
from flowstone_core.shapes import TensorShape, as_shape
from flowstone_core.tensor import Tensor
from flowstone_core.type_spec import TensorSpec, TypeSpec


class IndexedSlices(CompositeTensor):
    """The rows ``indices`` of a tensor that is zero elsewhere; rows that occur twice add up.

    ``dense[indices[i], ...]`` is the sum of the ``values[i, ...]``. Functions of tensors take one as the dense
    tensor that it stands for.

    >>> slices = tf.IndexedSlices(tf.constant([[1., 2.]]), tf.constant([1]), tf.constant([3, 2]))
    >>> tf.convert_to_tensor(slices).numpy()
    array([[0., 0.],
           [1., 2.],
           [0., 0.]], dtype=float32)

    Args:
        values: A tensor of shape ``[count, ...]``.
        indices: A 1-d integer tensor of ``count`` rows.
        dense_shape: The shape of the dense tensor, or None if it is not known.
    """

    def __init__(self, values: Any, indices: Any, dense_shape: Any = None) -> None:
        self._values = values
        self._indices = indices
        self._dense_shape = dense_shape

    @property
    def values(self) -> Any:
        """The rows."""
        return self._values

    @property
    def indices(self) -> Any:
        """Where the rows belong."""
        return self._indices

    @property
    def dense_shape(self) -> Any:
        """The shape of the dense tensor, or None."""
        return self._dense_shape

    @property
    def shape(self) -> TensorShape:
        """The static shape of the dense tensor."""
        if self._dense_shape is None:
            return TensorShape(None)
        known = self._dense_shape.spec.vector()
        return TensorShape(known)

    @property
    def dtype(self) -> DType:
        """The type of the values."""
        dtype: DType = self._values.dtype
        return dtype

    @property
    def name(self) -> str:
        """The name of the values."""
        name: str = self._values.name
        return name

    @property
    def device(self) -> str:
        """The device of the values."""
        device: str = self._values.device
        return device

    @property
    def op(self) -> Any:
        """The operation that makes the values, in a graph."""
        return self._values.op

    @property
    def graph(self) -> Any:
        """The graph of the values."""
        return self._values.graph

    def consumers(self) -> list[Any]:
        """The operations that take the values, in a graph."""
        consumers: list[Any] = self._values.consumers()
        return consumers

    @property
    def _type_spec(self) -> IndexedSlicesSpec:
        return IndexedSlicesSpec(
            self.shape,
            self.dtype,
            self._indices.dtype,
            None if self._dense_shape is None else self._dense_shape.dtype,
            self._indices.shape,
        )

    def __neg__(self) -> IndexedSlices:
        return IndexedSlices(negative(self._values), self._indices, self._dense_shape)

    def __tf_tensor__(self, dtype: DType | None = None, name: str | None = None) -> Tensor:
        """The dense tensor.

        Raises:
            ValueError: If the dense shape is not known, or another type is asked for.
        """
        if dtype is not None and dtype is not self.dtype:
            raise ValueError(
                f"Incompatible tensor conversion requested to `dtype` {dtype.name} for IndexedSlices ({self}) with "
                f"dtype {self.dtype.name}. Use tf.cast."
            )
        if self._dense_shape is None:
            raise ValueError(f"Tensor conversion requested for IndexedSlices without dense_shape: {self}.")
        places = to_tensor(self._indices)
        if places.dtype not in (dtypes.int32, dtypes.int64):
            places = cast(places, dtypes.int32)
        shape = cast(self._dense_shape, places.dtype)
        return scatter_nd(reshape(places, [-1, 1]), self._values, shape, bad_indices_policy="IGNORE", name=name)

    def __repr__(self) -> str:
        shape = "" if self._dense_shape is None else f", dense_shape={self._dense_shape}"
        return f"IndexedSlices(indices={self._indices}, values={self._values}{shape})"


class IndexedSlicesSpec(TypeSpec):
    """The type of ``tf.IndexedSlices``.

    Args:
        shape: The static shape of the dense tensor.
        dtype: The type of the values.
        indices_dtype: The type of the indices.
        dense_shape_dtype: The type of the dense shape; None if there is none.
        indices_shape: The static shape of the indices.
    """

    __slots__ = ("_dense_shape_dtype", "_dtype", "_indices_dtype", "_indices_shape", "_shape")

    def __init__(
        self,
        shape: Any = None,
        dtype: Any = dtypes.float32,
        indices_dtype: Any = dtypes.int64,
        dense_shape_dtype: Any = None,
        indices_shape: Any = None,
    ) -> None:
        self._shape = as_shape(shape)
        self._dtype = as_dtype(dtype)
        self._indices_dtype = as_dtype(indices_dtype)
        self._dense_shape_dtype = None if dense_shape_dtype is None else as_dtype(dense_shape_dtype)
        self._indices_shape = as_shape(indices_shape).with_rank(1)

    @property
    def value_type(self) -> type[IndexedSlices]:
        """``tf.IndexedSlices``."""
        return IndexedSlices

    def _serialize(self) -> tuple[Any, ...]:
        return self._shape, self._dtype, self._indices_dtype, self._dense_shape_dtype, self._indices_shape

    @property
    def _component_specs(self) -> tuple[TensorSpec, ...]:
        values = self._indices_shape.concatenate(self._shape[1:] if self._shape.rank is not None else None)
        specs = [TensorSpec(values, self._dtype), TensorSpec(self._indices_shape, self._indices_dtype)]
        if self._dense_shape_dtype is not None:
            specs.append(TensorSpec([self._shape.rank], self._dense_shape_dtype))
        return tuple(specs)

    def _to_components(self, value: IndexedSlices) -> tuple[Any, ...]:
        parts = (value.values, value.indices)
        return parts if value.dense_shape is None else (*parts, value.dense_shape)

    def _from_components(self, components: Any) -> IndexedSlices:
        return IndexedSlices(*components)
