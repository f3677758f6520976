"""Lists that a loop of the graph makes longer or shorter."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from flowstone_core import dtypes, nest
from flowstone_core.api import tf
from flowstone_core.conversion import convert_to_tensor
from flowstone_core.dtypes import DType
from flowstone_core.ops import tensor_list as ops
from flowstone_core.shapes import TensorShape
from flowstone_core.tensor import Tensor
from flowstone_core.type_spec import TensorSpec

from flowstone_graphfn.autograph.backend import GrowingList, Iteration


class GraphList(GrowingList):
    """What a Python list becomes where the graph decides how long it is.

    It does what a list does as far as a graph can: ``append``, ``extend``, ``pop``, ``len``, ``l[i]``, ``l[i] = v``,
    ``for``. As a tensor (``tf.stack``, or as a result of the function) it is its elements stacked. The elements are
    tensors, or structures of tensors, of one type.

    Args:
        handles: A TensorList for each tensor of an element's structure.
        kinds: The types of those tensors, and what is known of their shapes.
        structure: An element's structure.
    """

    def __init__(self, handles: Sequence[Tensor], kinds: Sequence[tuple[DType, TensorShape]], structure: Any) -> None:
        self.handles = list(handles)
        self._kinds = list(kinds)
        self._structure = structure

    @classmethod
    def of(cls, elements: Sequence[Any], like: Sequence[Any]) -> GraphList:
        """A list of ``elements``; ``like`` are all elements that are known it may have.

        Raises:
            TypeError: If they are no tensors, or not of one type.
            ValueError: If they differ in their structure.
        """
        examples = [each._example() if isinstance(each, GraphList) else each for each in like]
        structure = examples[0]
        for other in examples[1:]:
            nest.assert_same_structure(structure, other)
        columns = zip(*(nest.flatten(each) for each in examples), strict=True)
        kinds = [_kind(column) for column in columns]
        handles = [ops.EMPTY_TENSOR_LIST(_operand(shape), -1, element_dtype=dtype) for dtype, shape in kinds]
        made = cls(handles, kinds, structure)
        made.extend(elements)
        return made

    def with_handles(self, handles: Sequence[Tensor]) -> GraphList:
        """Another list of the same elements' type."""
        return GraphList(handles, self._kinds, self._structure)

    def _example(self) -> Any:
        """Something with the structure, types and shapes of an element."""
        return nest.pack_sequence_as(self._structure, [TensorSpec(shape, dtype) for dtype, shape in self._kinds])

    # -- as a list -------------------------------------------------------------------------------------------

    def append(self, item: Any) -> None:
        """Add an element at the end."""
        nest.assert_same_structure(self._structure, item)
        for index, part in enumerate(nest.flatten(item)):
            tensor = convert_to_tensor(part, self._kinds[index][0])
            self.handles[index] = ops.TENSOR_LIST_PUSH_BACK(self.handles[index], tensor)

    def extend(self, items: Iterable[Any]) -> None:
        """Add several elements at the end."""
        for item in items:
            self.append(item)

    def __iadd__(self, items: Iterable[Any]) -> GraphList:
        self.extend(items)
        return self

    def pop(self, index: Any = -1) -> Any:
        """Take the last element away; its value.

        Raises:
            NotImplementedError: If another element is asked for.
        """
        if not (isinstance(index, int) and index == -1):
            raise NotImplementedError("Only the last element of a list can be taken away in a loop of the graph.")
        taken = []
        for position, (dtype, shape) in enumerate(self._kinds):
            handle, tensor = ops.TENSOR_LIST_POP_BACK(self.handles[position], _operand(shape), element_dtype=dtype)
            self.handles[position] = handle
            taken.append(tensor)
        return nest.pack_sequence_as(self._structure, taken)

    def clear(self) -> None:
        """Take all elements away."""
        self.handles = [ops.EMPTY_TENSOR_LIST(_operand(shape), -1, element_dtype=dtype) for dtype, shape in self._kinds]

    def size(self) -> Tensor:
        """The number of elements."""
        count: Tensor = ops.TENSOR_LIST_LENGTH(self.handles[0])
        return count

    def __len__(self) -> int:
        raise TypeError("How long this list is, is only known when the function runs: len() works in converted code.")

    def _place(self, index: Any) -> Any:
        if isinstance(index, slice):
            raise NotImplementedError("Slices of this list are not supported: use tf.stack(list)[...].")
        place = convert_to_tensor(index, dtypes.int32)
        return tf.where(place < 0, place + self.size(), place)

    def __getitem__(self, index: Any) -> Any:
        place = self._place(index)
        found = [
            ops.TENSOR_LIST_GET_ITEM(handle, place, _operand(shape), element_dtype=dtype)
            for handle, (dtype, shape) in zip(self.handles, self._kinds, strict=True)
        ]
        return nest.pack_sequence_as(self._structure, found)

    def __setitem__(self, index: Any, item: Any) -> None:
        nest.assert_same_structure(self._structure, item)
        place = self._place(index)
        for position, part in enumerate(nest.flatten(item)):
            tensor = convert_to_tensor(part, self._kinds[position][0])
            self.handles[position] = ops.TENSOR_LIST_SET_ITEM(self.handles[position], place, tensor)

    def __iter__(self) -> Any:
        raise TypeError(
            "How long this list is, is only known when the function runs. Use a `for` statement in converted code, or "
            "tf.stack."
        )

    def __flowstone_iteration__(self) -> Iteration:
        return Elements(self.size(), lambda index: self[index])

    def __tf_tensor__(self, dtype: DType | None = None, name: str | None = None) -> Tensor:
        """The elements stacked, when they are single tensors."""
        if nest.is_nested(self._structure):
            raise ValueError("A list of structures is no tensor: take its elements one by one.")
        ((kind, shape),) = self._kinds
        whole: Tensor = ops.TENSOR_LIST_STACK(self.handles[0], _operand(shape), element_dtype=kind)
        return whole if dtype is None else whole.__tf_tensor__(dtype)

    @property
    def dtype(self) -> DType:
        """The type of the elements."""
        return self._kinds[0][0]

    def __getattr__(self, name: str) -> Any:
        if hasattr(list, name):
            raise AttributeError(
                f"A list that grows in a loop of the graph has no {name!r}; it has append, extend, pop, clear, len and "
                "items. Build it in another order, or stack it with tf.stack and go on with the tensor."
            )
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def __repr__(self) -> str:
        return f"<list of {', '.join(f'{dtype.name} {shape}' for dtype, shape in self._kinds)} in the graph>"


class Elements:
    """A walk by index."""

    consumes = False

    def __init__(self, length: Any, item: Callable[[Tensor], Any]) -> None:
        self._length = length
        self._item = item

    def start(self) -> list[Tensor]:
        """The first index."""
        return [tf.constant(0, dtypes.int32)]

    def more(self, variables: Sequence[Tensor]) -> Tensor:
        """Whether there is an element of the index."""
        return variables[0] < self._length

    def item(self, variables: Sequence[Tensor]) -> Any:
        """The element."""
        return self._item(variables[0])

    def advance(self, variables: Sequence[Tensor]) -> list[Tensor]:
        """The next index."""
        return [variables[0] + 1]


def _kind(column: Sequence[Any]) -> tuple[DType, TensorShape]:
    """The common type and shape of values."""
    tensors = [value for value in column if isinstance(value, (Tensor, TensorSpec))]
    dtype = tensors[0].dtype if tensors else convert_to_tensor(column[0]).dtype
    shape: TensorShape | None = None
    for value in column:
        each = value if isinstance(value, (Tensor, TensorSpec)) else convert_to_tensor(value, dtype)
        if each.dtype is not dtype:
            raise TypeError(f"The elements of a list have types {dtype.name} and {each.dtype.name}.")
        shape = each.shape if shape is None else shape.most_specific_compatible_shape(each.shape)
    return dtype, shape if shape is not None else TensorShape(None)


def _operand(shape: TensorShape) -> Any:
    sizes = shape.as_tuple()
    return np.array(-1 if sizes is None else [-1 if size is None else size for size in sizes], np.int32)
