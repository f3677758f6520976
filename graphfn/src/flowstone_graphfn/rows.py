"""Rows of tensors and composite tensors, one by one, and results put together to rows: for ``tf.map_fn`` and its like."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flowstone_core import dtypes, nest
from flowstone_core.api import tf
from flowstone_core.conversion import convert_to_tensor
from flowstone_core.shapes import TensorShape
from flowstone_core.tensor import Tensor
from flowstone_core.tensor_array import TensorArray
from flowstone_core.type_spec import TensorSpec, TypeSpec

from flowstone_graphfn.symbolic import SymbolicTensor


class _Dense:
    """The rows of a tensor."""

    def __init__(self, tensor: Any) -> None:
        self.tensor = convert_to_tensor(tensor)
        if self.tensor.shape.rank == 0:
            raise ValueError("Elements in elems must be 1+ dimensional Tensors, not scalars")
        self.static: int | None = None if self.tensor.shape.rank is None else self.tensor.shape[0]
        self.row_type: Any = self.tensor.dtype

    def length(self) -> Any:
        """How many rows there are."""
        return tf.shape(self.tensor)[0]

    def reader(self, length: Any, what: str) -> Callable[[Any], Any]:
        """What gives the row of an index."""
        array = TensorArray(self.tensor.dtype, size=length, clear_after_read=False, name=what)
        return array.unstack(self.tensor).read


class _Ragged:
    """The rows of a ragged tensor."""

    def __init__(self, value: Any) -> None:
        self.value = value
        self.static: int | None = value.shape[0]
        self.row_type = tf.RaggedTensorSpec(value.shape[1:], value.dtype, value.ragged_rank - 1, value.row_splits.dtype)

    def length(self) -> Any:
        """How many rows there are."""
        return self.value.nrows(dtypes.int32)

    def reader(self, length: Any, what: str) -> Callable[[Any], Any]:
        """What gives the row of an index."""
        return lambda index: self.value[index]


class _Encoded:
    """The slices of another composite tensor, by the tensors that its spec makes of them.

    Raises:
        ValueError: If it has no slices.
    """

    def __init__(self, value: Any, spec: Any) -> None:
        self.row_type = spec._unbatch()
        self.parts = [_Dense(tensor) for tensor in spec._to_batched_tensor_list(value)]
        self.static = _common([part.static for part in self.parts])

    def length(self) -> Any:
        """How many slices there are."""
        return self.parts[0].length()

    def reader(self, length: Any, what: str) -> Callable[[Any], Any]:
        """What gives the slice of an index."""
        readers = [part.reader(length, what) for part in self.parts]
        return lambda index: self.row_type._from_compatible_tensor_list([read(index) for read in readers])


_Source = _Dense | _Ragged | _Encoded


class Rows:
    """Tensors and composite tensors in a structure, to be taken row by row.

    Raises:
        TypeError: If one is a composite tensor that has no rows.
        ValueError: If there is none, one is a scalar, or they have different numbers of rows.
    """

    def __init__(self, elems: Any, what: str) -> None:
        self.structure = elems
        self._sources = [_source(leaf, what) for leaf in nest.flatten(elems)]
        if not self._sources:
            raise ValueError(
                f"elems must be a Tensor or (possibly nested) sequence of Tensors. Got {elems}, which does not contain "
                "any Tensors."
            )
        self.static = _common([source.static for source in self._sources])
        self.length = self._sources[0].length() if self.static is None else self.static
        self._readers = [source.reader(self.length, what) for source in self._sources]

    @property
    def types(self) -> Any:
        """The structure of the rows' types."""
        return nest.pack_sequence_as(self.structure, [source.row_type for source in self._sources])

    def row(self, index: Any) -> Any:
        """The structure of the rows at ``index``."""
        return nest.pack_sequence_as(self.structure, [read(index) for read in self._readers])


def _source(leaf: Any, what: str) -> _Source:
    if _is_ragged(leaf):
        return _Ragged(leaf)
    spec = getattr(leaf, "_type_spec", None)
    if not nest.is_composite(leaf) or not isinstance(spec, TypeSpec):
        return _Dense(leaf)
    if not hasattr(spec, "_to_batched_tensor_list"):
        raise TypeError(f"{what}: values of type {spec} have no rows to take. Give their components one by one.")
    return _Encoded(leaf, spec)


def _common(sizes: Sequence[int | None]) -> int | None:
    """The size that all known ones are."""
    length = None
    for size in sizes:
        if length is not None and size is not None and size != length:
            raise ValueError(f"Dimensions {length} and {size} are not compatible")
        length = size if length is None else length
    return length


def _is_ragged(value: Any) -> bool:
    return hasattr(type(value), "nested_row_splits")


class _Stacked:
    """Collects tensors, which become one with a new first dimension."""

    count = 1

    def __init__(self, spec: TensorSpec, rows: Rows, infer_shape: bool) -> None:
        self._length = rows.static
        shape, size = spec.shape, rows.length
        self.arrays = [TensorArray(spec.dtype, size=size, element_shape=shape, infer_shape=infer_shape)]

    def write(self, arrays: Sequence[TensorArray], index: Any, value: Any) -> list[TensorArray]:
        """The arrays with one more value."""
        return [arrays[0].write(index, value)]

    def whole(self, arrays: Sequence[TensorArray]) -> Any:
        """All values."""
        return stacked(arrays[0], self._length)


class _Joined:
    """Collects ragged tensors, or tensors of different lengths, which become the rows of a ragged one.

    Its arrays hold flat values, and the row lengths of each ragged dimension; each is joined in the end.
    """

    def __init__(self, spec: Any, rows: Rows) -> None:
        self._splits_dtype, self._depth = spec.row_splits_dtype, spec.ragged_rank
        if spec.shape.rank == 0:
            raise ValueError("map_fn: results of rank 0 need no RaggedTensorSpec; give their type.")
        inner = None if spec.shape.rank is None else spec.shape[spec.ragged_rank + 1 :]
        flat = TensorArray(
            spec.dtype, size=rows.length, element_shape=TensorShape([None]).concatenate(inner), infer_shape=False
        )
        counts = TensorArray(self._splits_dtype, size=rows.length, element_shape=[])
        lengths = [
            TensorArray(self._splits_dtype, size=rows.length, element_shape=[None], infer_shape=False)
            for _ in range(self._depth)
        ]
        self.arrays = [flat, counts, *lengths]
        self.count = len(self.arrays)

    def write(self, arrays: Sequence[TensorArray], index: Any, value: Any) -> list[TensorArray]:
        """The arrays with one more value.

        Raises:
            ValueError: If it has another ragged rank than was told.
        """
        depth = value.ragged_rank if _is_ragged(value) else 0
        if depth != self._depth:
            raise ValueError(f"map_fn: fn returned a value of ragged rank {depth}, its signature says {self._depth}.")
        value = value.with_row_splits_dtype(self._splits_dtype) if depth else value
        flat = value.flat_values if depth else convert_to_tensor(value)
        count = value.nrows() if depth else tf.shape(flat, out_type=self._splits_dtype)[0]
        parts = [flat, count, *(value.nested_row_lengths() if depth else ())]
        return [array.write(index, part) for array, part in zip(arrays, parts, strict=True)]

    def whole(self, arrays: Sequence[TensorArray]) -> Any:
        """All values as rows."""
        flat, counts, *lengths = arrays
        nested = [counts.stack(), *(each.concat() for each in lengths)]
        return tf.RaggedTensor.from_nested_row_lengths(flat.concat(), nested, validate=False)


class _Encodings:
    """Collects composite tensors that their spec can stack, by the tensors that it makes of them."""

    def __init__(self, spec: Any, rows: Rows) -> None:
        self._spec: Any = spec
        self._length = rows.static
        self.arrays = [
            TensorArray(flat.dtype, size=rows.length, element_shape=flat.shape) for flat in spec._flat_tensor_specs
        ]
        self.count = len(self.arrays)

    def write(self, arrays: Sequence[TensorArray], index: Any, value: Any) -> list[TensorArray]:
        """The arrays with one more value.

        Raises:
            ValueError: If it is of another type than was told.
        """
        own: Any = getattr(value, "_type_spec", None)
        if type(own) is not type(self._spec) or not self._spec.is_compatible_with(own):
            raise ValueError(f"map_fn: fn returned {value!r}, its signature says {self._spec}.")
        tensors = self._spec._to_tensor_list(value)
        return [array.write(index, tensor) for array, tensor in zip(arrays, tensors, strict=True)]

    def whole(self, arrays: Sequence[TensorArray]) -> Any:
        """All values, stacked."""
        tensors = [stacked(array, self._length) for array in arrays]
        return self._spec._batch(self._length)._from_compatible_tensor_list(tensors)


def collector(leaf: Any, rows: Rows, infer_shape: bool) -> _Stacked | _Joined | _Encodings:
    """What puts results of a type together.

    Raises:
        TypeError: If they cannot be.
    """
    if hasattr(leaf, "ragged_rank"):
        return _Joined(leaf, rows)
    if isinstance(leaf, TensorSpec):
        return _Stacked(leaf, rows, infer_shape)
    if isinstance(leaf, TypeSpec):
        if not hasattr(leaf, "_to_tensor_list"):
            raise TypeError(f"map_fn cannot stack results of type {leaf}. Return their components from fn.")
        return _Encodings(leaf, rows)
    return _Stacked(TensorSpec(None, leaf), rows, infer_shape)


def stacked(array: TensorArray, length: int | None) -> Tensor:
    """All elements of an array; their number is known."""
    whole = array.stack()
    if isinstance(whole, SymbolicTensor) and whole.spec.shape is not None:
        whole.set_shape(TensorShape([length]).concatenate(whole.shape[1:]))
    return whole
