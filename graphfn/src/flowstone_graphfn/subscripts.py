"""How plans write ``StridedSlice`` and the small tensors around it: as Python's own subscripts.

``x[i, 1:, None]`` is traced as ``StridedSlice(x, Pack([i, 1, 0]), ...)`` with masks. Where the strides are constant
and each begin and end is a constant or a scalar of the graph, that is again ``x[i, 1:, None]`` on the array.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from flowstone_core.kernels import gathering, indexing, joining

from flowstone_graphfn.graph import Node
from flowstone_graphfn.symbolic import SymbolicTensor
from flowstone_graphfn.writer import Writer, constant_value, is_scalar, kernel_of

Entry = int | SymbolicTensor
"""One begin or end: known, or a scalar of the graph."""


def _subscript(node: Node) -> list[Any] | None:
    """The entries of the subscript that a ``StridedSlice`` is; None if it is too dynamic for one."""
    _, begin, end, strides = node.inputs
    steps = constant_value(strides)
    if steps is None or kernel_of(node) is not indexing.strided_slice:
        return None
    masks = {key: int(value) for key, value in node.attrs.items()}
    return _entries(masks, _parts(begin, len(steps)), _parts(end, len(steps)), steps.tolist())


def strided_slice(writer: Writer, node: Node) -> None:
    """``StridedSlice`` as a subscript, if its operands allow it."""
    entries = _subscript(node)
    if entries is None:
        return writer.write_kernel(node)
    array = writer.array(node.inputs[0])
    if all(not isinstance(entry, (SymbolicTensor, _Slice)) for entry in entries):
        index = writer.constant(tuple(entries))
    else:
        index = ", ".join(_written(writer, entry) for entry in entries) + ","
    name = writer.local()
    writer.write(f"{name} = {array}[{index}]", node, (array, *(None for _ in node.inputs[1:])))
    _bind(writer, node, name)
    return None


def _bind(writer: Writer, node: Node, name: str) -> None:
    """Note the name of an item or slice: an item is a numpy scalar."""
    (output,) = node.outputs
    if is_scalar(output):
        writer.forms.scalar[id(output)] = name
    else:
        writer.bind(output, name)


def reads_of_slice(node: Node) -> list[SymbolicTensor]:
    """What a ``StridedSlice`` needs: not the vectors of its ends, if it is written as a subscript."""
    entries = _subscript(node)
    if entries is None:
        return node.flat_inputs()
    read = [node.inputs[0]]
    for entry in entries:
        for part in entry.parts if isinstance(entry, _Slice) else (entry,):
            if isinstance(part, SymbolicTensor):
                read.append(part)
    return read


class _Slice:
    """A slice one of whose ends is only known when the function runs."""

    def __init__(self, begin: Entry | None, end: Entry | None, step: int) -> None:
        self.parts = (begin, end, step)


def _parts(tensor: SymbolicTensor, count: int) -> list[Entry | None]:
    """The entries of a begin or end; None for those that are not known one by one."""
    known = constant_value(tensor)
    if known is not None:
        return [int(value) for value in known]
    node = tensor.node
    if node.op.name != "Pack" or len(node.inputs[0]) != count:
        return [None] * count
    parts: list[Entry | None] = []
    for item in node.inputs[0]:
        value = constant_value(item)
        parts.append(int(value) if value is not None else item if is_scalar(item) else None)
    return parts


def _entries(
    masks: dict[str, int], begin: list[Entry | None], end: list[Entry | None], steps: list[int]
) -> list[Any] | None:
    """The entries of the subscript; None if one of them cannot be written."""
    entries: list[Any] = []
    for place, step in enumerate(steps):
        bit = 1 << place
        if masks["ellipsis_mask"] & bit:
            entries.append(...)
        elif masks["new_axis_mask"] & bit:
            entries.append(None)
        elif masks["shrink_axis_mask"] & bit:
            if begin[place] is None or step <= 0:
                return None
            entries.append(begin[place])
        else:
            first = None if masks["begin_mask"] & bit else begin[place]
            last = None if masks["end_mask"] & bit else end[place]
            if (first is None and not masks["begin_mask"] & bit) or (last is None and not masks["end_mask"] & bit):
                return None
            if step == 0 or (step < 0 and not (isinstance(first, int | None) and isinstance(last, int | None))):
                return None
            if isinstance(first, int | None) and isinstance(last, int | None):
                entries.append(slice(first, last, step))
            else:
                entries.append(_Slice(first, last, step))
    return entries


def _written(writer: Writer, entry: Any) -> str:
    if isinstance(entry, SymbolicTensor):
        return writer.scalar(entry)
    if isinstance(entry, _Slice):
        parts = [
            writer.scalar(part) if isinstance(part, SymbolicTensor) else writer.constant(part) for part in entry.parts
        ]
        return f"{parts[0]}:{parts[1]}:{parts[2]}"
    return writer.constant(entry)


def gather(writer: Writer, node: Node) -> None:
    """A row of a tensor, taken by a scalar of the graph."""
    source, index, axis = node.inputs
    if (
        kernel_of(node) is not gathering.gather_v2
        or node.attrs.get("batch_dims")
        or not is_scalar(index)
        or constant_value(axis) is None
        or int(constant_value(axis)) != 0
    ):
        return writer.write_kernel(node)
    array, place = writer.array(source), writer.scalar(index)
    name = writer.local()
    take = writer.constant(row)
    writer.write(f"{name} = {take}({array}, {place})", node, (array, place, None))
    _bind(writer, node, name)
    return None


def row(array: Any, index: Any) -> Any:
    """``array[index]`` for an index that must not be negative.

    Raises:
        IndexError: If it is.
    """
    if index < 0:
        raise IndexError(f"index {index} is out of range [0, {len(array)})")
    return array[index]


def pack(writer: Writer, node: Node) -> None:
    """A vector of scalars."""
    items = node.inputs[0]
    if kernel_of(node) is not joining.pack or not all(map(is_scalar, items)) or node.attrs["axis"] not in (0, -1):
        return writer.write_kernel(node)
    names = tuple(map(writer.scalar, items))
    name = writer.local()
    make, kind = writer.constant(np.array), writer.constant(items[0].dtype.numpy_dtype)
    writer.write(f"{name} = {make}(({', '.join(names)},), {kind})", node, (names,))
    writer.bind(node.outputs[0], name)
    return None


def split(writer: Writer, node: Node) -> None:
    """Parts of a tensor, where all their ends are known: a subscript each."""
    value, axis = (node.inputs[1], node.inputs[0]) if node.op.name == "Split" else (node.inputs[0], node.inputs[2])
    ends = _ends(value, constant_value(axis), node.outputs)
    if kernel_of(node) not in (joining.split, joining.split_v) or ends is None:
        return writer.write_kernel(node)
    place, extents = ends
    array, first = writer.array(value), 0
    for output, extent in zip(node.outputs, extents, strict=True):
        part = slice(first, first + extent)
        first += extent
        if writer.uses.consumers.get(id(output)) or any(output is result for result in writer.graph.outputs):
            name = writer.local()
            writer.write(f"{name} = {array}[{writer.constant((*[slice(None)] * place, part))}]", node)
            writer.bind(output, name)
    return None


def _ends(value: SymbolicTensor, axis: Any, parts: Sequence[SymbolicTensor]) -> tuple[int, list[int]] | None:
    """The axis and the sizes of parts along it; None if they are not known to make up the whole."""
    shape = value._spec.shape
    if shape is None or axis is None or not -len(shape) <= axis < len(shape):
        return None
    place = int(axis) % len(shape)
    sizes = [None if part._spec.shape is None else part._spec.shape[place] for part in parts]
    known = [size for size in sizes if size is not None]
    return (place, known) if len(known) == len(sizes) and shape[place] == sum(known) else None


Writer.native.update({"StridedSlice": strided_slice, "GatherV2": gather, "Pack": pack, "Split": split, "SplitV": split})
Writer.reads["StridedSlice"] = reads_of_slice
