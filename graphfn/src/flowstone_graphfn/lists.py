"""How plans hold TensorLists: as plain Python lists, as long as one plan makes, fills and reads them.

A list may be changed in place where nobody looks at its earlier state: where the changing op is the last that uses
it. Elsewhere a copy is changed. An op that has no line of its own here gets a ``TensorList`` object.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from flowstone_core import dtypes
from flowstone_core.kernels.tensor_list import rows
from flowstone_core.ops.control import STATELESS_WHILE, WHILE
from flowstone_core.shapes import Dims, TensorShape, merge
from flowstone_core.tensor_list import TensorList, mistake

from flowstone_graphfn.compilers import Compiled
from flowstone_graphfn.graph import Graph, Node
from flowstone_graphfn.symbolic import SymbolicTensor
from flowstone_graphfn.syntax import OPERATOR_TYPES
from flowstone_graphfn.writer import Writer, is_scalar

_LOOPS = (WHILE, STATELESS_WHILE)
_READERS = frozenset({"TensorListGetItem", "TensorListLength", "TensorListStack"})
_ZEROS = "ZerosLike"
_CHANGERS = frozenset({"TensorListPushBack", "TensorListPopBack", "TensorListSetItem"})


def is_plain(tensor: SymbolicTensor) -> bool:
    """Whether a tensor is a list of arrays of a type that is known."""
    handle = tensor._spec.handle
    return (
        tensor.dtype is dtypes.variant
        and tensor._spec.shape == ()
        and bool(handle)
        and (handle[0].dtype in OPERATOR_TYPES)
    )


def element(tensor: SymbolicTensor) -> Any:
    """The spec of a list's elements."""
    return tensor._spec.handle[0]


def prefers_plain(writer: Writer, graph: Graph, tensor: SymbolicTensor) -> bool:
    """Whether everything that ``graph`` does with a list is done here."""
    if not is_plain(tensor):
        return False
    return all(_is_native(writer, node, tensor) for node in writer.uses_of(graph).consumers.get(id(tensor), ()))


def _is_native(writer: Writer, node: Node | Compiled, tensor: SymbolicTensor) -> bool:
    if isinstance(node, Compiled):
        return False
    if node.op.name in _READERS:
        return True
    if node.op.name == _ZEROS:
        return _known_shape(tensor) is not None
    if node.op.name in _CHANGERS:
        return node.inputs[0] is tensor and all(other is not tensor for other in node.inputs[1:])
    if node.op in _LOOPS:
        places = [index for index, given in enumerate(node.inputs[0]) if given is tensor]
        return all(plain_variable(writer, node, index) for index in places)
    return False


def plain_variable(writer: Writer, node: Node, index: int) -> bool:
    """Whether a loop holds one of its variables as a plain list."""
    body: Graph = node.attrs["body"].optimized().graph
    test: Graph = node.attrs["cond"].optimized().graph
    given = body.inputs[index]
    if not is_plain(given) or not is_plain(node.outputs[index]):
        return False
    key = (id(node), index)
    known = writer.plain_variables.get(key)
    if known is None:
        writer.plain_variables[key] = True  # while it is being decided: a loop that hands it on agrees with itself
        known = prefers_plain(writer, body, given) and prefers_plain(writer, test, test.inputs[index])
        result = body.outputs[index]
        known = known and (result is given or (is_plain(result) and _is_made_here(result)))
        writer.plain_variables[key] = known
    return known


def _is_made_here(tensor: SymbolicTensor) -> bool:
    """Whether a list comes from an op that has a line of its own here."""
    name = tensor.node.op.name
    return name in _CHANGERS or name in _MAKERS or tensor.node.op in _LOOPS or name == "Placeholder"


_MAKERS = frozenset({"EmptyTensorList", "TensorListReserve", "TensorListFromTensor", _ZEROS})


def plain(writer: Writer, tensor: SymbolicTensor, node: Node | None) -> str:
    """The name of a list that ``node`` (or the end of a body) may change: its own, or that of a copy."""
    held = writer.forms.plain.get(id(tensor))
    if held is None:
        source, name = writer.array(tensor), writer.local()
        writer.write(f"{name} = {source}.items", node)
        return name
    if writer.uses.is_last(tensor, node):
        return held
    name = writer.local()
    writer.write(f"{name} = {held}.copy()")
    return name


def objected(writer: Writer, tensor: SymbolicTensor, name: str) -> str:
    """The name of a ``TensorList`` object with what a plain list holds now."""
    made, spec = writer.local(), element(tensor)
    writer.write(f"{made} = {writer.constant(_object_maker(spec.dtype, spec.shape))}({name})")
    return made


def _object_maker(dtype: Any, shape: Dims) -> Callable[[list[Any]], TensorList]:
    return lambda items: TensorList(items, dtype, shape)


# -- making ----------------------------------------------------------------------------------------------------


def _make(writer: Writer, node: Node) -> None:
    (output,) = node.outputs
    graph = writer.graph
    if not prefers_plain(writer, graph, output) or not writer.uses_of(graph).consumers.get(id(output)):
        return writer.write_kernel(node)
    name = writer.local()
    if node.op.name == "TensorListFromTensor":
        source = writer.array(node.inputs[0])
        writer.write(f"{name} = {writer.constant(rows)}({source})", node, (source, None))
    elif node.op.name == "TensorListReserve":
        size = writer.either(node.inputs[1])
        writer.write(f"{name} = {writer.constant(blanks)}({size})", node, (None, size))
    else:
        limit = node.inputs[1].node
        if limit.op.name != "Const" or int(limit.attrs["value"]._array) != -1:
            return writer.write_kernel(node)
        writer.write(f"{name} = []", node)
    writer.forms.plain[id(output)] = name
    return None


def _zeros(writer: Writer, node: Node) -> None:
    """A list of zeros for each element of a list; they are one array, for nothing changes elements in place."""
    (source,), (output,) = node.inputs, node.outputs
    shape = _known_shape(source) if id(source) in writer.forms.plain else None
    if shape is None or not prefers_plain(writer, writer.graph, output):
        return writer.write_kernel(node)
    zero = np.zeros(shape, element(source).dtype.numpy_dtype)
    name = writer.local()
    writer.write(f"{name} = [{writer.constant(zero)}] * len({writer.forms.plain[id(source)]})", node)
    writer.forms.plain[id(output)] = name
    return None


def _known_shape(tensor: SymbolicTensor) -> tuple[int, ...] | None:
    """The shape of a list's elements, if it is known."""
    shape = element(tensor).shape
    return None if shape is None or None in shape else shape


def blanks(count: Any) -> list[None]:
    """A list of missing elements."""
    if count < 0:
        raise mistake(f"The num_elements to reserve must be a non negative number, but got {count}.")
    return [None] * int(count)


# -- changing --------------------------------------------------------------------------------------------------


def _is_held(writer: Writer, node: Node) -> bool:
    return id(node.inputs[0]) in writer.forms.plain


def _item(writer: Writer, node: Node, tensor: SymbolicTensor) -> str:
    """The name of an item to be stored, checked if its shape is not known to fit."""
    name = writer.array(tensor)
    shape, known = element(node.inputs[0]).shape, tensor._spec.shape
    if shape is None or (known is not None and None not in known):
        return name
    made = writer.local()
    writer.write(f"{made} = {writer.constant(_checker(shape, node.op.name))}({name})", node)
    return made


def _checker(shape: Dims, what: str) -> Callable[[Any], Any]:
    def check(item: Any) -> Any:
        try:
            merge(shape, item.shape)
        except ValueError:
            raise mistake(
                f"{what}: the element has shape {TensorShape(item.shape)}, those of the list have {TensorShape(shape)}."
            ) from None
        return item

    return check


def _push(writer: Writer, node: Node) -> None:
    if not _is_held(writer, node):
        return writer.write_kernel(node)
    item = _item(writer, node, node.inputs[1])
    name = plain(writer, node.inputs[0], node)
    writer.write(f"{name}.append({item})", node)
    writer.forms.plain[id(node.outputs[0])] = name
    return None


def _pop(writer: Writer, node: Node) -> None:
    if not _is_held(writer, node):
        return writer.write_kernel(node)
    rest, item = node.outputs
    name = plain(writer, node.inputs[0], node)
    value = writer.local()
    take = writer.constant(_taker(element(node.inputs[0])))
    writer.write(f"{value} = {take}({name})", node)
    writer.forms.plain[id(rest)] = name
    _bind_item(writer, item, value)
    return None


def _bind_item(writer: Writer, item: SymbolicTensor, name: str) -> None:
    """Note the name of an item that was read: a scalar is held as a numpy scalar."""
    if is_scalar(item):
        writer.forms.scalar[id(item)] = value = writer.local()
        writer.write(f"{value} = {name}[()]")
    writer.forms.array[id(item)] = name


def _taker(spec: Any) -> Callable[[list[Any]], Any]:
    missing = _missing(spec)

    def take(items: list[Any]) -> Any:
        if not items:
            raise mistake("Trying to pop from an empty list.")
        item = items.pop()
        return missing() if item is None else item

    return take


def _missing(spec: Any) -> Callable[[], Any]:
    """What stands for an element that was never set."""
    shape, kind = spec.shape, spec.dtype.numpy_dtype

    def zeros() -> Any:
        if shape is None or None in shape:
            raise mistake(f"An element that was never set is read, and its shape {TensorShape(shape)} is not known.")
        return np.zeros(shape, kind)

    return zeros


def _set(writer: Writer, node: Node) -> None:
    if not _is_held(writer, node):
        return writer.write_kernel(node)
    handle, index, tensor = node.inputs
    item, place = _item(writer, node, tensor), writer.either(index)
    name = plain(writer, handle, node)
    change = writer.constant(grow_and_put if node.attrs["resize_if_index_out_of_bounds"] else put)
    writer.write(f"{change}({name}, {place}, {item})", node)
    writer.forms.plain[id(node.outputs[0])] = name
    return None


def put(items: list[Any], index: Any, item: Any) -> None:
    """Set an element."""
    if not 0 <= index < len(items):
        raise mistake(f"Trying to modify element {index} in a list with {len(items)} elements.")
    items[index] = item


def grow_and_put(items: list[Any], index: Any, item: Any) -> None:
    """Set an element; the list becomes longer if need be."""
    if index >= len(items):
        items.extend([None] * (int(index) + 1 - len(items)))
    put(items, index, item)


# -- reading ---------------------------------------------------------------------------------------------------


def _get(writer: Writer, node: Node) -> None:
    if not _is_held(writer, node):
        return writer.write_kernel(node)
    place, name = writer.either(node.inputs[1]), writer.forms.plain[id(node.inputs[0])]
    value = writer.local()
    read = writer.constant(_reader(_narrowed(node)))
    writer.write(f"{value} = {read}({name}, {place})", node)
    _bind_item(writer, node.outputs[0], value)
    return None


def _narrowed(node: Node) -> Any:
    """The spec of the elements, with what the output tells of their shape."""
    spec, output = element(node.inputs[0]), node.outputs[0]
    return spec.with_shape(output._spec.shape) if output._spec.shape is not None else spec


def _reader(spec: Any) -> Callable[[list[Any], Any], Any]:
    missing = _missing(spec)

    def read(items: list[Any], index: Any) -> Any:
        if not 0 <= index < len(items):
            raise mistake(f"Trying to access element {index} in a list with {len(items)} elements.")
        item = items[index]
        return missing() if item is None else item

    return read


def _length(writer: Writer, node: Node) -> None:
    if not _is_held(writer, node):
        return writer.write_kernel(node)
    value = writer.local()
    count = writer.constant(np.int32)
    writer.write(f"{value} = {count}(len({writer.forms.plain[id(node.inputs[0])]}))", node)
    writer.forms.scalar[id(node.outputs[0])] = value
    return None


def _stack(writer: Writer, node: Node) -> None:
    output = node.outputs[0]
    shape = output._spec.shape
    if not _is_held(writer, node) or shape is None or None in shape[1:]:
        return writer.write_kernel(node)
    value = writer.local()
    stack = writer.constant(_stacker(shape[1:], output.dtype.numpy_dtype, node.attrs["num_elements"]))
    writer.write(f"{value} = {stack}({writer.forms.plain[id(node.inputs[0])]})", node)
    writer.forms.array[id(output)] = value
    return None


def _stacker(shape: Sequence[Any], kind: Any, count: int) -> Callable[[list[Any]], Any]:
    whole = tuple(shape)

    def stack(items: list[Any]) -> Any:
        if count not in (-1, len(items)):
            raise mistake(f"Operation expected a list with {count} elements but got a list with {len(items)} elements.")
        result = np.zeros((len(items), *whole), kind)
        for index, item in enumerate(items):
            if item is not None:
                if item.shape != whole:
                    raise mistake("Tried to stack elements of a list, which differ in shape.")
                result[index] = item
        return result

    return stack


Writer.objected = objected
Writer.native.update(
    {
        "EmptyTensorList": _make,
        "TensorListReserve": _make,
        _ZEROS: _zeros,
        "TensorListFromTensor": _make,
        "TensorListPushBack": _push,
        "TensorListPopBack": _pop,
        "TensorListSetItem": _set,
        "TensorListGetItem": _get,
        "TensorListLength": _length,
        "TensorListStack": _stack,
    }
)
