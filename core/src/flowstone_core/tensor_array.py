"""``tf.TensorArray``: a list of tensors that loops write and read.

In eager mode it holds Python's list of tensors and is changed in place. In a graph it is a TensorList variant (its
``flow``), and every change gives a new TensorArray. Code that always goes on with what ``write`` returned works in
both.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from flowstone_core import dtypes
from flowstone_core.conversion import convert_to_tensor
from flowstone_core.dtypes import DType, as_dtype, int32, int64, variant
from flowstone_core.errors import InvalidArgumentError, OutOfRangeError
from flowstone_core.interpreter import building_graph
from flowstone_core.ops import tensor_list as ops
from flowstone_core.ops.array import identity
from flowstone_core.ops.cast import cast
from flowstone_core.ops.filling import zeros
from flowstone_core.ops.joining import concat, split, stack, unstack
from flowstone_core.shapes import TensorShape, as_shape
from flowstone_core.tensor import Tensor, TensorLike
from flowstone_core.type_spec import TensorSpec, TypeSpec


class TensorArray:
    """A list of tensors of one type, written and read by index.

    >>> ta = tf.TensorArray(tf.float32, size=0, dynamic_size=True)
    >>> for i in range(3):
    ...     ta = ta.write(i, float(i) ** 2)
    >>> ta.stack().numpy()
    array([0., 1., 4.], dtype=float32)

    Args:
        dtype: The type of the elements.
        size: How many elements it has.
        dynamic_size: Whether writing beyond the end makes it longer.
        clear_after_read: In eager mode, whether an element can be read only once (the default), which lets go of
            its memory.
        tensor_array_name: Ignored.
        handle: Not supported.
        flow: The TensorList of an existing array, instead of ``size``.
        infer_shape: Whether all elements must have the same shape, which the first one written tells.
        element_shape: What is known of that shape.
        colocate_with_first_write_call: Ignored.
        name: A name for the operation.

    Raises:
        ValueError: If neither ``size`` nor ``flow`` is given.
        TypeError: If ``flow`` is no variant tensor.
    """

    __flowstone_composite__ = True

    _implementation: _EagerList | _GraphList

    def __init__(
        self,
        dtype: Any,
        size: Any = None,
        dynamic_size: bool | None = None,
        clear_after_read: bool | None = None,
        tensor_array_name: str | None = None,
        handle: Any = None,
        flow: Any = None,
        infer_shape: bool = True,
        element_shape: Any = None,
        colocate_with_first_write_call: bool = True,
        name: str | None = None,
    ) -> None:
        if handle is not None:
            raise ValueError("TensorArray handles are not supported: give `flow`.")
        shape = TensorShape(element_shape)
        if flow is None and not building_graph():
            clears = clear_after_read is None or clear_after_read
            self._implementation = _EagerList(as_dtype(dtype), size, bool(dynamic_size), clears, infer_shape, shape)
        else:
            self._implementation = _GraphList(as_dtype(dtype), size, bool(dynamic_size), infer_shape, shape, flow, name)

    @classmethod
    def _of(cls, implementation: _EagerList | _GraphList) -> TensorArray:
        array = cls.__new__(cls)
        array._implementation = implementation
        return array

    def _after(self, implementation: _EagerList | _GraphList) -> TensorArray:
        return self if implementation is self._implementation else TensorArray._of(implementation)

    @property
    def flow(self) -> Tensor:
        """The tensor that stands for the array in graphs: a TensorList variant."""
        return self._implementation.flow

    @property
    def dtype(self) -> DType:
        """The type of the elements."""
        return self._implementation.dtype

    @property
    def handle(self) -> None:
        """None: kept for old code."""
        return

    @property
    def element_shape(self) -> TensorShape:
        """What is known of the shape of the elements."""
        return self._implementation.element_shape

    @property
    def dynamic_size(self) -> bool:
        """Whether writing beyond the end makes it longer."""
        return self._implementation.dynamic_size

    def identity(self) -> TensorArray:
        """An array with the same elements."""
        return self._after(self._implementation.identity())

    def grad(self, source: str, flow: Any = None, name: str | None = None) -> Any:
        """Not supported: gradients flow through the elements.

        Raises:
            NotImplementedError: Always.
        """
        raise NotImplementedError("TensorArray.grad is not supported; gradients flow through what is read and stacked.")

    def read(self, index: TensorLike, name: str | None = None) -> Tensor:
        """The element at ``index``; one never written counts as zeros.

        Raises:
            tf.errors.OutOfRangeError: Eagerly, if there is no such element (in a graph it is an
                ``InvalidArgumentError``).
            tf.errors.InvalidArgumentError: Eagerly, if it was read before and ``clear_after_read`` is set.
        """
        return self._implementation.read(index, name)

    def write(self, index: TensorLike, value: TensorLike, name: str | None = None) -> TensorArray:
        """The array with ``value`` at ``index``: go on with what this returns.

        Raises:
            ValueError: If the shape does not fit.
            tf.errors.OutOfRangeError: Eagerly, if there is no such element.
        """
        return self._after(self._implementation.write(index, value, name))

    def stack(self, name: str | None = None) -> Tensor:
        """All elements as one tensor with a new first dimension."""
        return self._implementation.stack(name)

    def gather(self, indices: TensorLike, name: str | None = None) -> Tensor:
        """The elements at ``indices`` as one tensor."""
        return self._implementation.gather(indices, name)

    def concat(self, name: str | None = None) -> Tensor:
        """All elements joined along their first dimension."""
        return self._implementation.concat(name)

    def unstack(self, value: TensorLike, name: str | None = None) -> TensorArray:
        """The array whose elements are the slices of ``value``."""
        return self._after(self._implementation.unstack(value, name))

    def scatter(self, indices: TensorLike, value: TensorLike, name: str | None = None) -> TensorArray:
        """The array with the slices of ``value`` at ``indices``."""
        return self._after(self._implementation.scatter(indices, value, name))

    def split(self, value: TensorLike, lengths: TensorLike, name: str | None = None) -> TensorArray:
        """The array whose elements are parts of ``value`` of these lengths."""
        return self._after(self._implementation.split(value, lengths, name))

    def size(self, name: str | None = None) -> Tensor:
        """The number of elements."""
        return self._implementation.size(name)

    def close(self, name: str | None = None) -> None:
        """Let go of the elements."""
        self._implementation.close()

    def _with_components(self, components: list[Any]) -> TensorArray:
        """The array with another flow: what is learnt of the elements' shape goes on being shared, as in loops."""
        if isinstance(self._implementation, _GraphList):
            return TensorArray._of(self._implementation.with_flow(components[0]))
        return self._type_spec._from_components(components)

    @property
    def _type_spec(self) -> TensorArraySpec:
        implementation = self._implementation
        return TensorArraySpec(self.element_shape, self.dtype, self.dynamic_size, implementation.infer_shape)


class _EagerList:
    """The elements as Python's list, changed in place."""

    def __init__(
        self, dtype: DType, size: Any, dynamic_size: bool, clears: bool, infer_shape: bool, shape: TensorShape
    ) -> None:
        if size is None:
            raise ValueError("Size must be declared for TensorArrays when eager execution is enabled.")
        self.dtype = dtype
        self.dynamic_size = dynamic_size
        self.clears = clears
        self.infer_shape = infer_shape
        self.element_shape = shape
        self.items: list[Any] = [None] * int(size)
        self.cleared: set[int] = set()

    @property
    def flow(self) -> Tensor:
        """The elements as a TensorList."""
        return ops.TENSOR_LIST_FROM_TENSOR(self.stack(None), _shape_operand(self.element_shape))

    def identity(self) -> _EagerList:
        return self

    def _present(self, index: int) -> Any:
        if self.items[index] is None:
            self.items[index] = zeros(self.element_shape, self.dtype)
        return self.items[index]

    def _place(self, index: Any, verb: str) -> int:
        place = index if type(index) is int else int(np.asarray(index))
        if place < 0:
            raise OutOfRangeError(None, None, f"{verb} negative indices (index {place}) is not allowed.")
        return place

    def read(self, index: Any, name: str | None) -> Tensor:
        place = self._place(index, "Reading from")
        if place >= len(self.items):
            raise OutOfRangeError(None, None, f"Tried to read from index {place} but array size is: {len(self.items)}")
        if self.items[place] is None and place in self.cleared:
            raise InvalidArgumentError(
                None,
                None,
                f"Could not read index {place} twice because it was cleared after a previous read (perhaps try setting "
                "clear_after_read = false?)",
            )
        item: Tensor = self._present(place)
        if self.clears:
            self.items[place] = None
            self.cleared.add(place)
        return item

    def write(self, index: Any, value: Any, name: str | None) -> _EagerList:
        place = self._place(index, "Writing to")
        if place >= len(self.items):
            if not self.dynamic_size:
                raise OutOfRangeError(
                    None,
                    None,
                    f"Tried to write to index {place} but array is not resizeable and size is: {len(self.items)}",
                )
            self.items += [None] * (place + 1 - len(self.items))
        item = convert_to_tensor(value, None, self.dtype)
        if item.dtype is not self.dtype:
            raise InvalidArgumentError(
                None, None, f"TensorArray dtype is {self.dtype.name} but Op is trying to write dtype {item.dtype.name}"
            )
        if not self.element_shape.is_compatible_with(item.shape):
            raise ValueError(f"Incompatible shape for value ({item.shape}), expected ({self.element_shape})")
        if self.infer_shape:
            self.element_shape = self.element_shape.merge_with(item.shape)
        self.items[place] = item
        return self

    def stack(self, name: str | None) -> Tensor:
        if not self.items:
            shape = self.element_shape
            return zeros([0, *shape] if shape.is_fully_defined() else [0], self.dtype)
        return stack([self._present(index) for index in range(len(self.items))])

    def gather(self, indices: Any, name: str | None) -> Tensor:
        places = convert_to_tensor(indices).numpy().tolist()  # type: ignore[attr-defined]
        return stack([self._present(index) for index in places])

    def concat(self, name: str | None) -> Tensor:
        items = [self._present(index) for index in range(len(self.items))]
        scalar = next((index for index, item in enumerate(items) if not item.ndim), None)
        if scalar is not None:
            raise InvalidArgumentError(
                None, None, f"Concat saw a scalar shape at index {scalar} but requires at least vectors."
            )
        return concat(items, 0)

    def unstack(self, value: Any, name: str | None) -> _EagerList:
        parts = unstack(value)
        if len(parts) > len(self.items) and not self.dynamic_size:
            raise ValueError(f"Cannot unstack {len(parts)} tensors into a TensorArray of static size {len(self.items)}")
        self.items = list(parts)
        return self

    def scatter(self, indices: Any, value: Any, name: str | None) -> _EagerList:
        places = convert_to_tensor(indices).numpy().tolist()  # type: ignore[attr-defined]
        for place, part in zip(places, unstack(value), strict=False):
            self.write(place, part, None)
        return self

    def split(self, value: Any, lengths: Any, name: str | None) -> _EagerList:
        whole, sizes = convert_to_tensor(value), np.asarray(convert_to_tensor(lengths)).reshape(-1)
        if whole.ndim == 0 or int(sizes.sum()) != whole.shape[0]:
            raise InvalidArgumentError(
                None,
                None,
                f"Expected sum of lengths to be equal to values.shape[0], but sum of lengths is {sizes.sum()} and "
                f"value's shape is: {whole.shape}",
            )
        if not self.dynamic_size and len(sizes) != len(self.items):
            raise InvalidArgumentError(
                None,
                None,
                f"TensorArray's size is not equal to the size of lengths ({len(self.items)} vs. {len(sizes)}), and the "
                "TensorArray is not marked as dynamically resizeable",
            )
        self.items = list(split(whole, sizes))
        return self

    def size(self, name: str | None) -> Tensor:
        return convert_to_tensor(len(self.items))

    def close(self) -> None:
        self.items.clear()


class _GraphList:
    """A TensorList variant; every change gives a new one.

    What is learnt of the elements' shape is shared by all arrays that come from one.
    """

    def __init__(
        self,
        dtype: DType,
        size: Any,
        dynamic_size: bool,
        infer_shape: bool,
        shape: TensorShape,
        flow: Any,
        name: str | None,
    ) -> None:
        if flow is not None and not (isinstance(flow, Tensor) and flow.dtype is variant):
            raise TypeError(f"Expected `flow` to be a variant tensor, but received {flow!r} instead.")
        if flow is None and size is None:
            raise ValueError("Argument `size` must be provided if argument `flow` is not provided.")
        self.dtype = dtype
        self.dynamic_size = dynamic_size
        self.infer_shape = infer_shape
        self.known_shape = [shape]
        self.count = size
        if flow is None:
            count = cast(convert_to_tensor(size, None, int32), int32)
            flow = ops.TENSOR_LIST_RESERVE(_shape_operand(shape), count, element_dtype=dtype, name=name)
        self.flow: Tensor = flow

    @property
    def element_shape(self) -> TensorShape:
        return self.known_shape[0]

    def with_flow(self, flow: Tensor) -> _GraphList:
        """The array after a change."""
        array = _GraphList.__new__(_GraphList)
        array.dtype, array.dynamic_size, array.infer_shape = self.dtype, self.dynamic_size, self.infer_shape
        array.known_shape, array.count, array.flow = self.known_shape, self.count, flow
        return array

    def _learn(self, shape: TensorShape) -> None:
        if not shape.is_compatible_with(self.element_shape):
            raise ValueError(f"Inconsistent shapes: saw {shape} but expected {self.element_shape}")
        if self.infer_shape:
            self.known_shape[0] = self.element_shape.merge_with(shape)

    def _value(self, value: Any) -> Tensor:
        tensor = convert_to_tensor(value, None, self.dtype)
        if tensor.dtype is not self.dtype:
            raise ValueError(
                f"Invalid data type; expected the TensorArray's {self.dtype.name}, got {tensor.dtype.name}: {tensor!r}"
            )
        return tensor

    def identity(self) -> _GraphList:
        return self.with_flow(identity(self.flow))

    def read(self, index: Any, name: str | None) -> Tensor:
        item: Tensor = ops.TENSOR_LIST_GET_ITEM(
            self.flow, index, _shape_operand(self.element_shape), element_dtype=self.dtype, name=name
        )
        return item

    def write(self, index: Any, value: Any, name: str | None) -> _GraphList:
        item = self._value(value)
        self._learn(item.shape)
        flow = ops.TENSOR_LIST_SET_ITEM(
            self.flow, index, item, resize_if_index_out_of_bounds=self.dynamic_size, name=name
        )
        return self.with_flow(flow)

    def _static_size(self) -> int | None:
        if self.dynamic_size or self.count is None:
            return None
        return convert_to_tensor(self.count).spec.scalar()

    def stack(self, name: str | None) -> Tensor:
        count = self._static_size()
        whole: Tensor = ops.TENSOR_LIST_STACK(
            self.flow,
            _shape_operand(self.element_shape),
            element_dtype=self.dtype,
            num_elements=-1 if count is None else count,
            name=name,
        )
        return whole

    def gather(self, indices: Any, name: str | None) -> Tensor:
        shape = _shape_operand(self.element_shape)
        parts: Tensor = ops.TENSOR_LIST_GATHER(self.flow, indices, shape, element_dtype=self.dtype, name=name)
        return parts

    def concat(self, name: str | None) -> Tensor:
        shape = self.element_shape
        open_shape = TensorShape(None) if shape.rank is None else TensorShape([None]).concatenate(shape[1:])
        leading = np.zeros(0, np.int64)
        whole, _ = ops.TENSOR_LIST_CONCAT_V2(
            self.flow, _shape_operand(open_shape), leading, element_dtype=self.dtype, name=name
        )
        return whole

    def unstack(self, value: Any, name: str | None) -> _GraphList:
        whole = self._value(value)
        self._learn(whole.shape[1:])
        return self.with_flow(ops.TENSOR_LIST_FROM_TENSOR(whole, _shape_operand(whole.shape[1:]), name=name))

    def scatter(self, indices: Any, value: Any, name: str | None) -> _GraphList:
        whole = self._value(value)
        self._learn(whole.shape[1:])
        return self.with_flow(ops.TENSOR_LIST_SCATTER_INTO_EXISTING_LIST(self.flow, whole, indices, name=name))

    def split(self, value: Any, lengths: Any, name: str | None) -> _GraphList:
        whole, sizes = self._value(value), cast(convert_to_tensor(lengths), int64)
        if whole.shape.rank is not None:
            known = sizes.spec.vector()
            equal = known is not None and None not in known and len(set(known)) == 1
            self._learn(TensorShape([known[0] if equal and known else None]).concatenate(whole.shape[1:]))
        return self.with_flow(ops.TENSOR_LIST_SPLIT(whole, _shape_operand(self.element_shape), sizes, name=name))

    def size(self, name: str | None) -> Tensor:
        if not self.dynamic_size and self.count is not None:
            return cast(convert_to_tensor(self.count, None, int32), int32)
        count: Tensor = ops.TENSOR_LIST_LENGTH(self.flow, name=name)
        return count

    def close(self) -> None:
        """Nothing: a graph lets go of values after their last use."""


def _shape_operand(shape: TensorShape) -> Any:
    """``shape`` as an ``element_shape`` operand."""
    sizes = shape.as_tuple()
    if sizes is None:
        return np.array(-1, np.int32)
    return np.array([-1 if size is None else size for size in sizes], np.int32)


class TensorArraySpec(TypeSpec):
    """The type of a ``tf.TensorArray``.

    Args:
        element_shape: What is known of the shape of the elements.
        dtype: The type of the elements.
        dynamic_size: Whether writing beyond the end makes it longer.
        infer_shape: Whether all elements must have the same shape.
    """

    __slots__ = ("_dtype", "_dynamic_size", "_element_shape", "_infer_shape")

    def __init__(
        self,
        element_shape: Any = None,
        dtype: Any = dtypes.float32,
        dynamic_size: bool = False,
        infer_shape: bool = True,
    ) -> None:
        self._element_shape = as_shape(element_shape)
        self._dtype = as_dtype(dtype)
        self._dynamic_size = dynamic_size
        self._infer_shape = infer_shape

    @classmethod
    def from_value(cls, value: TensorArray) -> TensorArraySpec:
        """The spec of ``value``."""
        return value._type_spec

    @property
    def value_type(self) -> type[TensorArray]:
        """``tf.TensorArray``."""
        return TensorArray

    def _serialize(self) -> tuple[Any, ...]:
        return self._element_shape, self._dtype, self._dynamic_size, self._infer_shape

    @property
    def _component_specs(self) -> list[TensorSpec]:
        return [TensorSpec([], variant)]

    def _to_components(self, value: TensorArray) -> list[Any]:
        return [value.flow]

    def _from_components(self, components: Any) -> TensorArray:
        return TensorArray(
            self._dtype,
            flow=components[0],
            dynamic_size=self._dynamic_size,
            infer_shape=self._infer_shape,
            element_shape=self._element_shape,
        )
