"""How ops of TensorLists are lowered: elements are copied to and from the memory of the list."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from flowstone_graphfn.graph import Node

from flowstone_kernels_simd.ir import SCALARS, SIZES, Module
from flowstone_kernels_simd.lists import COPIED_PER_NS, Blank, List, Place, begin, held
from flowstone_kernels_simd.loops import base_address
from flowstone_kernels_simd.lowering import Lowering, rule
from flowstone_kernels_simd.values import Call, Shape, Unsupported, Value, View, contiguous_strides
from flowstone_kernels_simd.vectors import Vectors


def _shape(spec: Any) -> Shape | None:
    shape = spec.handle[0].shape
    return None if shape is None or None in shape else tuple(shape)


# -- making ------------------------------------------------------------------------------------------------------------


@rule("EmptyTensorList")
def _empty(low: Lowering, node: Node, inputs: list[Any]) -> Blank:
    if int(low.known(node.inputs[1])) != -1:
        raise Unsupported("a list with a limit")
    return Blank(node.attrs["element_dtype"].name, _shape(low.specs[id(node.outputs[0])]), None)


@rule("TensorListReserve")
def _reserve(low: Lowering, node: Node, inputs: list[Any]) -> Blank:
    count = low.scalar(node.inputs[1])
    if count is None:
        raise Unsupported("a list of a size that is only known at the run")
    if count < 0:
        raise Unsupported("a list of a negative size")
    return Blank(node.attrs["element_dtype"].name, _shape(low.specs[id(node.outputs[0])]), count)


@rule("TensorListFromTensor")
def _from_tensor(low: Lowering, node: Node, inputs: list[Any]) -> List:
    (tensor, _) = inputs
    count, *shape = tensor.shape
    place = Place(low, tensor.dtype, tuple(shape), count)
    rows = low.op("Copy", tensor)  # computed right into its place
    rows.view = View(place.data.locate().buffer, rows.shape, contiguous_strides(rows.shape))
    (token,) = low.stage([rows, place.length, place.data], [((), "bool")], begin(place, count))
    return List(place, token)


# -- moving elements ---------------------------------------------------------------------------------------------------


class _Access:
    """The code of one stage that moves an element of a list.

    Args:
        low: The lowering of the stage.
        place: The list's memory.
    """

    def __init__(self, low: Lowering, place: Place) -> None:
        self.place = place
        self.length = low.capture(place.length, place.home)
        self.data = low.capture(place.data, place.home)
        self.memory = [self.length, self.data]

    def begin(self, module: Module) -> Vectors:
        """Before anything else."""
        module.declare("void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)")
        self.v = v = Vectors(module, 1)
        self.one = SCALARS[self.place.dtype]
        self.at_length = base_address(v, self.length.locate())
        self.count: str | int = self.place.count if self.place.count is not None else ""
        if self.count == "":
            self.count = v.value(f"load i64, ptr {self.at_length}, align 8")
        return v

    def address(self, index: str | int) -> str:
        """Where an element is."""
        start = base_address(self.v, self.data.locate())
        return self.v.element(self.one, start, self.v.mul(index, self.place.step))

    def copy(self, source: str, target: str) -> None:
        """Copy an element."""
        size = self.place.step * SIZES[self.place.dtype]
        if self.place.step == 1:
            got = self.v.value(f"load {self.one}, ptr {source}")
            self.v.do(f"store {self.one} {got}, ptr {target}")
        elif size:
            self.v.do(f"call void @llvm.memcpy.p0.p0.i64(ptr {target}, ptr {source}, i64 {size}, i1 false)")

    def end(self, name: str) -> Call:
        """After everything else."""
        self.v.finish(name, "ptr %table, i64 %low, i64 %high")
        return Call(name, 1, 1, 10 + self.place.step * SIZES[self.place.dtype] / COPIED_PER_NS)

    def index(self, index: Value, most: int | None = None) -> tuple[str, str]:
        """The number in an operand, and whether there is no such element; or could not be, where there are ``most``."""
        v, kind = self.v, SCALARS[index.dtype]
        number = v.value(f"load {kind}, ptr {base_address(v, index.locate())}")
        if kind != "i64":
            number = v.value(f"sext {kind} {number} to i64")
        return number, v.value(f"icmp uge i64 {number}, {self.count if most is None else most}")

    def note(self, bad: str, target: Value) -> str:
        """Note whether something is wrong; whether it is not."""
        v = self.v
        v.do(f"store i8 {v.value(f'zext i1 {bad} to i8')}, ptr {base_address(v, target.locate())}")
        return v.value(f"xor i1 {bad}, true")


@rule("TensorListPushBack")
def _push(low: Lowering, node: Node, inputs: list[Any]) -> List:
    handle, item = held(low, inputs[0]), inputs[1]
    place = handle.place
    if place.count is not None:
        raise Unsupported("a list of a fixed size that grows")
    place.take_shape(item.shape)
    times = low.times_since(place.home)
    if times is None:
        raise Unsupported("how often a loop pushes is not known")
    if place.foreign:
        raise Unsupported("a list from outside that grows")
    steady = low.outside(item, place.home)
    if place.most == 0:
        place.same = steady
    elif place.same is not steady:
        raise Unsupported("a list of what is always the same, and of something else")
    place.most += times
    item = low.contiguous(item)
    access = _Access(low, place)

    def write(module: Module, name: str, outputs: Sequence[Value]) -> Call:
        v = access.begin(module)
        if place.same is None:
            access.copy(base_address(v, item.locate()), access.address(access.count))
        v.do(f"store i64 {v.add(access.count, 1)}, ptr {access.at_length}, align 8")
        return access.end(name)

    (token,) = low.stage([*handle.before(), *handle.readers, item, *access.memory], [((), "bool")], write)
    return handle.changed(low, token)


@rule("TensorListPopBack")
def _pop(low: Lowering, node: Node, inputs: list[Any]) -> list[Any]:
    handle = held(low, inputs[0])
    place = handle.place
    shape = _element_shape(low, node, handle, 1)
    if place.count is not None:
        raise Unsupported("a list of a fixed size that shrinks")
    access = _Access(low, place)

    def write(module: Module, name: str, outputs: Sequence[Value]) -> Call:
        _, item, bad = outputs
        v = access.begin(module)
        with v.when(access.note(v.value(f"icmp sle i64 {access.count}, 0"), bad)):
            last = v.add(access.count, -1)
            if place.same is None:
                access.copy(access.address(last), base_address(v, item.locate()))
            v.do(f"store i64 {last}, ptr {access.at_length}, align 8")
        return access.end(name)

    results = [((), "bool"), (shape, place.dtype), ((), "bool")]
    token, item, bad = low.stage([*handle.before(), *handle.readers, *access.memory], results, write)
    low.checks.append(bad)
    if place.same is not None:
        item = low.capture(place.same, place.home)
    return [handle.changed(low, token), item]


@rule("TensorListSetItem")
def _set(low: Lowering, node: Node, inputs: list[Any]) -> List:
    handle, index, item = held(low, inputs[0]), low.contiguous(inputs[1]), inputs[2]
    place = handle.place
    growing = node.attrs["resize_if_index_out_of_bounds"]
    if place.foreign or place.same is not None:
        raise Unsupported("an element is set in a list of this kind")
    place.take_shape(item.shape)
    if growing:
        times = low.times_since(place.home)
        if times is None:
            raise Unsupported("how often a loop sets an element is not known")
        place.most += times
        place.grow()
    item = low.contiguous(item)
    access = _Access(low, place)

    def write(module: Module, name: str, outputs: Sequence[Value]) -> Call:
        v = access.begin(module)
        number, wrong = access.index(index, place.most if growing else None)
        with v.when(access.note(wrong, outputs[1])):
            if growing:
                _grow(v, access, number)
            access.copy(base_address(v, item.locate()), access.address(number))
        return access.end(name)

    inputs = [*handle.before(), *handle.readers, index, item, *access.memory]
    token, bad = low.stage(inputs, [((), "bool"), ((), "bool")], write)
    low.checks.append(bad)
    return handle.changed(low, token)


def _grow(v: Vectors, access: _Access, number: str) -> None:
    """Make a list long enough to have an element of this number; what is between is zeros."""
    v.module.declare("void @llvm.memset.p0.i64(ptr, i8, i64, i1)")
    with v.when(v.value(f"icmp sge i64 {number}, {access.count}")):
        size = access.place.step * SIZES[access.place.dtype]
        between = v.mul(v.value(f"sub i64 {number}, {access.count}"), size)
        v.do(f"call void @llvm.memset.p0.i64(ptr {access.address(access.count)}, i8 0, i64 {between}, i1 false)")
        v.do(f"store i64 {v.add(number, 1)}, ptr {access.at_length}, align 8")


@rule("TensorListGetItem")
def _get(low: Lowering, node: Node, inputs: list[Any]) -> Value:
    handle, index = held(low, inputs[0]), low.contiguous(inputs[1])
    place = handle.place
    shape = _element_shape(low, node, handle, 0)
    if place.same is not None:
        raise Unsupported("an element of a list of what is always the same")
    access = _Access(low, place)

    def write(module: Module, name: str, outputs: Sequence[Value]) -> Call:
        v = access.begin(module)
        number, wrong = access.index(index)
        with v.when(access.note(wrong, outputs[1])):
            access.copy(access.address(number), base_address(v, outputs[0].locate()))
        return access.end(name)

    results = [(shape, place.dtype), ((), "bool")]
    item, bad = low.stage([*handle.before(), index, *access.memory], results, write)
    low.checks.append(bad)
    handle.readers.append(item)
    return item


def _element_shape(low: Lowering, node: Node, handle: List, output: int) -> Shape:
    """The shape of an element that is read; the output's spec learns it."""
    tensor = node.outputs[output]
    known = low.specs[id(tensor)].shape
    if known is not None and None not in known:
        handle.place.take_shape(tuple(size for size in known if size is not None))
    if handle.place.shape is None:
        raise Unsupported("the shape of a list's elements is not known")
    low.specs[id(tensor)] = low.specs[id(tensor)].with_shape(handle.place.shape)
    return handle.place.shape


@rule("TensorListStack")
def _stack(low: Lowering, node: Node, inputs: list[Any]) -> Value:
    handle = held(low, inputs[0])
    place = handle.place
    (tensor,) = node.outputs
    shape = low.specs[id(tensor)].shape
    if shape is not None and None not in shape[1:]:
        place.take_shape(tuple(size for size in shape[1:] if size is not None))
    if place.shape is None or not place.exact or place.same is not None:
        raise Unsupported("how much a list holds is not known")
    count = place.most
    if node.attrs["num_elements"] not in (-1, count):
        raise Unsupported("a list of another length is stacked")
    whole = (count, *place.shape)
    low.specs[id(tensor)] = low.specs[id(tensor)].with_shape(whole)
    access = _Access(low, place)

    def write(module: Module, name: str, outputs: Sequence[Value]) -> Call:
        stacked, bad = outputs
        v = access.begin(module)
        wrong = v.value(f"icmp ne i64 {access.count}, {count}")
        with v.when(access.note(wrong, bad)):
            target, source = base_address(v, stacked.locate()), access.address(0)
            size = math.prod(whole) * SIZES[place.dtype]
            if size:
                v.do(f"call void @llvm.memcpy.p0.p0.i64(ptr {target}, ptr {source}, i64 {size}, i1 false)")
        access.end(name)
        return Call(name, 1, 1, 10 + math.prod(whole) * SIZES[place.dtype] / COPIED_PER_NS)

    stacked, bad = low.stage([*handle.before(), *access.memory], [(whole, place.dtype), ((), "bool")], write)
    low.checks.append(bad)
    handle.readers.append(stacked)
    return stacked


@rule("TensorListLength")
def _length(low: Lowering, node: Node, inputs: list[Any]) -> Value:
    (handle,) = inputs
    if isinstance(handle, Blank):
        return low.number("int32", handle.count or 0)
    if handle.place.count is not None:
        handle.place.pinned = True
        return low.number("int32", handle.place.count)
    access = _Access(low, handle.place)

    def write(module: Module, name: str, outputs: Sequence[Value]) -> Call:
        v = access.begin(module)
        number = v.value(f"trunc i64 {access.count} to i32")
        v.do(f"store i32 {number}, ptr {base_address(v, outputs[0].locate())}")
        return access.end(name)

    (number,) = low.stage([*handle.before(), *access.memory], [((), "int32")], write)
    handle.readers.append(number)
    return number
