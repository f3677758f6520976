"""From the nodes of a part, with concrete shapes, to a program.

Each family's rules (``rules_*.py``) turn nodes into values; then values are grouped into loops, results get their
places in memory, variables are written last, and the stages' code is written.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from flowstone_core import dtypes
from flowstone_core.errors import SpecError
from flowstone_core.spec import Spec
from flowstone_graphfn.compilers import Part
from flowstone_graphfn.graph import Node, flat_specs, map_inputs
from flowstone_graphfn.symbolic import SymbolicTensor

from flowstone_kernels_simd import grouping, lists
from flowstone_kernels_simd.chains import chained
from flowstone_kernels_simd.columns import reduce_columns, write_copies
from flowstone_kernels_simd.ir import NARROW, SCALARS, Module
from flowstone_kernels_simd.loops import Loops
from flowstone_kernels_simd.program import Array, Program, plan_memory
from flowstone_kernels_simd.strict import strict
from flowstone_kernels_simd.values import (
    Buffer,
    Call,
    OwnStage,
    Shape,
    Unsupported,
    Value,
    View,
    contiguous_strides,
)

Rule = Callable[["Lowering", Node, list[Any]], Any]
"""Takes the node's inputs as values (a list for a list input, a ``Variable`` for a resource); gives its outputs."""

RULES: dict[str, Rule] = {}
REFUSALS: dict[str, Callable[[Node], str | None]] = {}
"""For some ops, what says before shapes are known why a node is not compiled."""


TAKES_NARROW: dict[str, bool] = {}
"""The ops that are compiled for 16-bit floats: whether they compute in float32 and round once, or see them as they are."""

LATE_SHAPES = (
    *("If", "StatelessIf", "While", "StatelessWhile"),
    *("TensorListGetItem", "TensorListPopBack", "TensorListStack"),
)
"""Ops whose results' shapes their rules find."""


def rule(*ops: str, widened: bool | None = None) -> Callable[[Rule], Rule]:
    """A decorator that registers how ops are lowered.

    Args:
        ops: Their names.
        widened: Whether 16-bit floats come and go as float32. False if the rule takes them as they are: because it only
            moves elements, or leaves the arithmetic to ``Lowering.op``. None if it does not take them.
    """

    def register(function: Rule) -> Rule:
        for op in ops:
            RULES[op] = function
            if widened is not None:
                TAKES_NARROW[op] = widened
        return function

    return register


@dataclass(eq=False)
class Variable:
    """A variable while a part is lowered: its present value, as operations so far have made it."""

    first: Value
    value: Value

    @property
    def written(self) -> bool:
        """Whether something was assigned."""
        return self.value is not self.first


class Lowering:
    """Lowers one part for concrete shapes.

    Args:
        part: The part.
        shapes: The shape of each input's array, of its variable's for a resource; the list itself for a list.
        outer: What the part, a body of it, belongs to.
        times: How often it runs, at most, whenever ``outer`` runs once; None if nobody knows.
        steady: By the number of the input: the values of ``outer`` that each run gets.
    """

    def __init__(
        self,
        part: Part,
        shapes: Sequence[Any],
        outer: Lowering | None = None,
        times: int | None = 1,
        steady: Mapping[int, Value] | None = None,
    ) -> None:
        self.part = part
        self.outer = outer
        self.times = times
        self.values: list[Value] = []
        self.specs: dict[int, Spec] = {}
        self.found: dict[int, Any] = {}
        self.variables: list[Variable] = []
        self.constants: list[Any] = []
        self.constant_buffers: list[Buffer] = []
        self.input_arrays: list[Array] = []
        self.output_arrays: list[Array] = []
        self.input_buffers: list[Buffer] = []
        self.uses: dict[str, None] = {}
        self.imports: dict[str, int] = {}
        self.copies: dict[Any, Value] = {}
        self.checks: list[Value] = []
        self.captured: dict[Value, tuple[Value, Value]] = {}
        self.places: list[Any] = []
        self.newest: dict[Any, Any] = {}
        self.steady: dict[Value, Value] = {}
        self.late: list[tuple[Value, View]] = []
        self.items: list[Any] = []
        self.arena = 0
        for number, (tensor, shape) in enumerate(zip(part.inputs, shapes, strict=True)):
            self._input(tensor, shape)
            if steady and number in steady:
                self.steady[self.found[id(tensor)].first] = steady[number]
        for node in part.constants:
            self._constant(node)
        for node in part.nodes:
            self._node(node)

    # -- what comes in -----------------------------------------------------------------------------------------------

    def _input(self, tensor: SymbolicTensor, shape: Any) -> None:
        resource = tensor.dtype is dtypes.resource
        if tensor.dtype is dtypes.variant:
            if isinstance(shape, tuple):
                shape = lists.taken_in(self, self._pointed(tensor._spec.handle[0].dtype.name, shape))
            self.found[id(tensor)] = shape
            self.specs[id(tensor)] = Spec((), dtypes.variant, handle=(shape.spec,))
            return
        dtype = tensor._spec.handle[0].dtype if resource else tensor.dtype
        name = dtype.name
        if name not in SCALARS:
            raise Unsupported(f"{name} is not compiled")
        value = self._pointed(name, shape)
        if resource:
            variable = Variable(value, value)
            self.variables.append(variable)
            self.found[id(tensor)] = variable
            self.specs[id(tensor)] = Spec((), dtypes.resource, handle=(Spec(shape, dtype),))
        else:
            self.found[id(tensor)] = value
            self.specs[id(tensor)] = Spec(shape, dtype, tensor._spec.value)

    def _pointed(self, dtype: str, shape: Shape) -> Value:
        """An array whose address the call brings."""
        value = Value("leaf", shape, dtype)
        buffer = Buffer(dtype, value.size, "input", len(self.input_buffers))
        value.view = View(buffer, value.shape, contiguous_strides(value.shape))
        self.values.append(value)
        self.input_arrays.append(Array(dtype, value.shape))
        self.input_buffers.append(buffer)
        return value

    def capture(self, value: Value, home: Lowering) -> Value:
        """A value in memory of the lowering ``home``, which this one is part of, as a value here."""
        if home is self:
            return value
        if value not in self.captured:
            assert self.outer is not None
            outside = self.outer.capture(value, home)
            self.captured[value] = (outside, self._pointed(value.dtype, value.shape))
        return self.captured[value][1]

    def outside(self, value: Value, home: Lowering) -> Value | None:
        """The value of the lowering ``home`` that this one is in every run; None if it changes."""
        low = self
        while low is not home:
            if low.outer is None or value not in low.steady:
                return None
            value, low = low.steady[value], low.outer
        return value if low is not self else None

    def times_since(self, home: Lowering) -> int | None:
        """How often this runs, at most, whenever ``home`` runs once."""
        if home is self:
            return 1
        assert self.outer is not None
        before = self.outer.times_since(home)
        return None if before is None or self.times is None else before * self.times

    def place_of(self, dtype: str, size: int) -> Value:
        """Memory that stages share."""
        value = Value("leaf", (size,), dtype)
        value.view = View(Buffer(dtype, size), value.shape, contiguous_strides(value.shape))
        return value

    def _constant(self, node: Node) -> None:
        (tensor,) = node.outputs
        array = node.attrs["value"]._array
        spec = tensor._spec
        self.specs[id(tensor)] = spec
        self.found[id(tensor)] = array if tensor.dtype.name not in SCALARS else self.array(array)

    def array(self, array: Any) -> Value:
        """A constant array."""
        array = np.asarray(array, order="C")
        if array.size == 1:
            return self.number(array.dtype.name, array.reshape(())[()], array.shape)
        return self.array_in_memory(array)

    def array_in_memory(self, array: Any) -> Value:
        """A constant array that is passed to the program as it is."""
        value = Value("leaf", array.shape, array.dtype.name, content=array)
        buffer = Buffer(value.dtype, value.size, "constant", len(self.constants))
        value.view = View(buffer, value.shape, contiguous_strides(value.shape))
        self.constants.append(array)
        self.constant_buffers.append(buffer)
        self.values.append(value)
        return value

    def number(self, dtype: str, number: Any, shape: Shape = ()) -> Value:
        """One number."""
        value = Value("constant", shape, dtype, number=number)
        self.values.append(value)
        return value

    # -- nodes -------------------------------------------------------------------------------------------------------

    def _node(self, node: Node) -> None:
        specs = map_inputs(lambda tensor: self.specs[id(tensor)], node.inputs)
        given = [list(spec) if type(spec) is tuple else spec for spec in specs]
        try:
            inferred = flat_specs(node.op.infer(*given, **node.attrs))
        except SpecError as error:
            raise Unsupported(f"{node.op.name}: {error}") from None
        for tensor, spec in zip(node.outputs, inferred, strict=True):
            if (
                (spec.shape is None or None in spec.shape)
                and node.op.name not in LATE_SHAPES
                and tensor.dtype.name in SCALARS
            ):
                raise Unsupported(f"the shape of {node.name!r} ({node.op.name}) depends on values")
            self.specs[id(tensor)] = spec
        inputs = [
            [self.found[id(t)] for t in tensors] if type(tensors) is tuple else self.found[id(tensors)]
            for tensors in node.inputs
        ]
        if node.op.name not in TAKES_NARROW and any(
            tensor.dtype.name in NARROW for tensor in (*node.flat_inputs(), *node.outputs)
        ):
            raise Unsupported(f"{node.op.name} of 16-bit floats")
        wide = TAKES_NARROW.get(node.op.name, False)
        if wide:
            inputs = [
                [self.wide(v) for v in value] if isinstance(value, list) else self.wide(value) for value in inputs
            ]
        made = RULES[node.op.name](self, node, inputs)
        results = list(made) if isinstance(made, (list, tuple)) else [made]
        if wide:
            results = [
                self.op("Cast", value, dtype=tensor.dtype.name, to=tensor.dtype.name)
                if tensor.dtype.name in NARROW and value.dtype == "float32"
                else value
                for tensor, value in zip(node.outputs, results, strict=True)
            ]
        for tensor, value in zip(node.outputs, results, strict=True) if node.outputs else ():
            if isinstance(value, Value) and (
                value.shape != self.specs[id(tensor)].shape or value.dtype != tensor.dtype.name
            ):
                raise Unsupported(f"{node.op.name} became {value}, not {self.specs[id(tensor)]}")
            self.found[id(tensor)] = value

    def known(self, tensor: SymbolicTensor) -> Any:
        """The value of a tensor that is known before the run, as an array.

        Raises:
            Unsupported: If it is not.
        """
        if tensor.node.op.name == "Const":
            return tensor.node.attrs["value"]._array
        spec = self.specs[id(tensor)]
        if spec.value is None or (isinstance(spec.value, tuple) and _has_unknown(spec.value)):
            raise Unsupported(f"{tensor.name!r} is only known at the run")
        return np.array(spec.value, spec.dtype.numpy_dtype)

    def partly_known(self, tensor: SymbolicTensor) -> list[int | None]:
        """The entries of a vector of integers, None for those that are only known at the run."""
        if tensor.node.op.name == "Const":
            return list(tensor.node.attrs["value"]._array.tolist())
        spec = self.specs[id(tensor)]
        if isinstance(spec.value, tuple):
            return list(spec.value)
        (count,) = spec.shape or (None,)
        if count is None:
            raise Unsupported(f"{tensor.name!r} is only known at the run")
        return [None] * count

    def scalar(self, tensor: SymbolicTensor) -> int | None:
        """The integer that a tensor will be, if that is known."""
        value = self.found.get(id(tensor))
        if isinstance(value, Value) and value.shape == ():
            if value.op == "constant":
                return int(value.attrs["number"])
            if "known" in value.attrs:
                return int(value.attrs["known"])
        try:
            found = self.known(tensor)
        except Unsupported:
            return None
        return int(found) if found.shape == () else None

    def shape_of(self, node: Node, index: int = 0) -> Shape:
        """The shape of a node's output."""
        shape = self.specs[id(node.outputs[index])].shape or ()
        return tuple(size for size in shape if size is not None)

    # -- values ------------------------------------------------------------------------------------------------------

    def op(self, name: str, *operands: Value, dtype: str | None = None, **attrs: Any) -> Value:
        """An elementwise operation; of 16-bit floats in float32, rounded."""
        if name not in ("Copy", "Cast") and any(operand.dtype in NARROW for operand in operands):
            result = dtype or operands[0].dtype
            attrs = {key: "float32" if value in NARROW else value for key, value in attrs.items()}
            inner = "float32" if result in NARROW else result
            made = self.op(name, *(self.wide(operand) for operand in operands), dtype=inner, **attrs)
            return self.op("Cast", made, dtype=result, to=result) if result in NARROW else made
        shape = np.broadcast_shapes(*[operand.shape for operand in operands])
        value = Value(name, shape, dtype or operands[0].dtype, operands, **attrs)
        self.values.append(value)
        return value

    def wide(self, value: Any) -> Any:
        """A 16-bit float as float32; other values as they are."""
        if not isinstance(value, Value) or value.dtype not in NARROW:
            return value
        if value.op == "constant":
            return self.number("float32", float(value.attrs["number"]), value.shape)
        key = ("wide", value)
        if key not in self.copies:
            self.copies[key] = self.op("Cast", value, dtype="float32", to="float32")
        return self.copies[key]

    def reduce(self, how: str, value: Value, axes: Sequence[int]) -> Value:
        """A reduction that keeps its axes with size 1."""
        axes = sorted({axis % len(value.shape) for axis in axes}) if value.shape else []
        axes = [axis for axis in axes if value.shape[axis] != 1]
        while axes:
            block = [axes.pop()]
            while axes and axes[-1] == block[0] - 1:
                block.insert(0, axes.pop())
            value = self._reduce_block(how, value, block)
        return value

    def _reduce_block(self, how: str, value: Value, block: list[int]) -> Value:
        shape = list(value.shape)
        for axis in block:
            shape[axis] = 1
        last = block[-1] + 1
        if all(size == 1 for size in value.shape[last:]):
            block = list(range(block[0], len(value.shape)))
            if block[0] == 0 and len(block) > 1 and value.size > 16384 and not strict() and value.shape[0] != 1:
                rows = self._reduce_block(how, value, block[1:])  # so that rows can be spread over threads
                return self._reduce_block(how, rows, [0]) if rows.shape[0] != 1 else rows
            made = Value("reduce", tuple(shape), value.dtype, [value], how=how, axes=tuple(block))
            self.values.append(made)
            return made
        from_ = self.contiguous(value)
        before, count = math.prod(value.shape[: block[0]]), math.prod(value.shape[a] for a in block)
        after = math.prod(value.shape[last:])

        return reduce_columns(self, how, from_, before, count, after, tuple(shape))

    def view(self, value: Value, shape: Shape, change: Callable[[View], View]) -> Value:
        """The same memory looked at differently."""
        made = Value("view", shape, value.dtype, [value], change=change)
        self.values.append(made)
        return made

    def layout(self, value: Value) -> View:
        """The strides of a value: its base is always contiguous."""
        if value.op != "view":
            return View(Buffer(value.dtype, value.size), value.shape, contiguous_strides(value.shape))
        change: Callable[[View], View] = value.attrs["change"]
        return change(self.layout(value.inputs[0]))

    def contiguous(self, value: Value) -> Value:
        """The value in memory of its own, in row-major order."""
        if value.op == "constant":
            return self.copied(value)
        layout = self.layout(value)
        if value.op == "view" and not (layout.contiguous and layout.offset == 0):
            return self.copied(value)
        return value

    def copied(self, value: Value) -> Value:
        """A contiguous copy, made once."""
        if value not in self.copies:
            self.copies[value] = self.op("Copy", value)
        return self.copies[value]

    def reshape(self, value: Value, shape: Shape) -> Value:
        """The same elements in another shape."""
        shape = tuple(shape)
        if shape == value.shape:
            return value
        if value.op == "constant" and math.prod(shape) == 1:
            return self.number(value.dtype, value.attrs["number"], shape)
        if value.op == "Copy" and value.inputs[0].size == 1 and value.size != 1:  # a number that was spread
            return self.spread(self.reshape(value.inputs[0], ()), shape)
        if self.layout(value).reshaped(shape) is None or value.op == "constant":
            value = self.copied(value)

        def change(view: View) -> View:
            made = view.reshaped(shape)
            assert made is not None
            return made

        return self.view(value, shape, change)

    def spread(self, value: Value, shape: Shape) -> Value:
        """The value broadcast to a shape."""
        if tuple(shape) == value.shape:
            return value
        made = Value("Copy", tuple(shape), value.dtype, [value])
        self.values.append(made)
        return made

    def stage(
        self,
        inputs: Sequence[Value],
        outputs: Sequence[tuple[Shape, str]],
        writer: Callable[[Module, str, Sequence[Value]], Call],
        scratch: Sequence[Buffer] = (),
        rows: int | None = None,
    ) -> list[Value]:
        """A stage of its own: ``writer`` gets the module, the function's name and the outputs.

        With ``rows``, each work item makes one block of so many rows of the only output after the other.
        """
        made = [Value("stage", shape, dtype) for shape, dtype in outputs]
        stage = OwnStage(list(inputs), made, lambda module, name: writer(module, name, made), list(scratch), rows)
        for value in made:
            value.view = View(Buffer(value.dtype, value.size), value.shape, contiguous_strides(value.shape))
            value.stage = stage
            self.values.append(value)
        return made

    def check(self, failing: Value) -> Value:
        """Have kernels execute the part, before anything is written, if ``failing`` (bools) holds anywhere."""
        found = self.reduce("any", failing, range(len(failing.shape)))
        if not found.computed:
            found = self.op("Copy", found)
        self.checks.append(found)
        return found

    # -- the program -------------------------------------------------------------------------------------------------

    def program(self) -> Program:
        """The program."""
        results: list[Value] = []
        for tensor in self.part.outputs:
            found = self.found[id(tensor)]
            results += [found] if isinstance(found, Value) else lists.given_out(self, found)
        self.prepare(results, [variable for variable in self.variables if variable.written])
        module = Module()
        calls, guards = self.emit(module, "stage")
        return Program(
            module,
            calls,
            guards,
            self.input_arrays,
            self.output_arrays,
            self.constants,
            self.arena,
            tuple(self.uses),
            self.imports,
        )

    def prepare(self, results: Sequence[Value], written: Sequence[Variable] = (), keep: Sequence[Value] = ()) -> None:
        """Everything but writing code: groups, their order, and the places of all results in memory.

        Args:
            results: What comes out.
            written: The variables to be written at the end.
            keep: What is computed besides, for what it does.
        """
        for place in self.places:
            place.settle()
        outputs = [self._own_result(value) for value in results]
        for variable in written:
            if not variable.value.computed or variable.value in outputs:
                variable.value = self.op("Copy", variable.value)
        needed = self._needed([*outputs, *self.checks, *keep, *(variable.value for variable in written)])
        grouper = grouping.Grouper()
        grouper.add_all([value for value in self.values if value in needed])
        self._mark_exports(needed, outputs)
        first_output = len(self.input_buffers)
        for index, value in enumerate(outputs):
            if value.op == "stage":  # the memory of a stage's result becomes the caller's
                buffer = value.locate().buffer
                buffer.place, buffer.number = "output", first_output + index
            else:
                buffer = Buffer(value.dtype, value.size, "output", first_output + index)
                value.view = View(buffer, value.shape, contiguous_strides(value.shape))
            self.output_arrays.append(Array(value.dtype, value.shape))
        for buffer in self.constant_buffers:
            buffer.number += first_output + len(outputs)
        self.late = self._place_variables(written, grouper, needed)
        self.items = chained(grouper.ordered(), grouper.needs, self.checks)
        self._plan()

    def _own_result(self, value: Value) -> Value:
        """A value that can be computed right into the memory of a result."""
        if value.op == "stage" and value not in self.copies:
            self.copies[value] = value  # once only
            return value
        return self.op("Copy", value)

    def _needed(self, roots: Sequence[Value]) -> set[Value]:
        needed: set[Value] = set()
        left = list(roots)
        while left:
            value = left.pop()
            if value not in needed:
                needed.add(value)
                left.extend(value.inputs)
                if value.stage is not None:
                    left.extend(value.stage.inputs)
                    left.extend(value.stage.outputs)
        return needed

    def _mark_exports(self, needed: set[Value], outputs: Sequence[Value]) -> None:
        """Which computed values go to memory."""
        for value in needed:
            users = value.inputs if value.computed or value.op == "view" else ()
            for operand in users:
                if operand.computed and (not value.computed or operand.group is not value.group):
                    operand.exported = True
            if value.stage is not None:
                for operand in value.stage.inputs:
                    if operand.base.computed:
                        operand.base.exported = True
        for value in [*outputs, *self.checks]:
            value.exported = value.computed

    def _place_variables(
        self, written: Sequence[Variable], grouper: grouping.Grouper, needed: set[Value]
    ) -> list[tuple[Value, View]]:
        """Write variables in place where the old value is read no more; the others are copied at the end."""
        late: list[tuple[Value, View]] = []
        for variable in written:
            value, old = variable.value, variable.first
            assert old.view is not None
            value.exported = True
            if value.view is None and self._place(value, old, grouper, needed):
                value.view = old.view
            else:
                if value.view is None:
                    value.view = View(Buffer(value.dtype, value.size), value.shape, contiguous_strides(value.shape))
                late.append((value, old.view))
        return late

    def _place(self, value: Value, old: Value, grouper: grouping.Grouper, needed: set[Value]) -> bool:
        group = value.group
        if group.inner is not None or value.shape != group.space or old.shape != value.shape:
            return False
        after: set[Any] = set()
        for user in needed:
            operands = [*user.inputs, *(user.stage.inputs if user.stage is not None else ())]
            if not any(operand.base is old for operand in operands):
                continue
            reader = grouping.maker(user) if user.op != "view" else None
            if reader is group:
                if any(operand.op == "view" and operand.base is old for operand in operands):
                    return False
            elif reader is not None:
                after.add(reader)
        after |= {grouping.maker(check) for check in self.checks} - {group}
        if any(check.group is group for check in self.checks):
            return False
        if any(grouper.reaches([reader], group) for reader in after):
            return False
        grouper.needs[group] |= after
        return True

    def _plan(self) -> None:
        """Give what is written to memory its place there."""
        used: dict[Buffer, None] = {}

        def use(buffer: Buffer, number: int) -> None:
            if buffer.place == "arena":
                used[buffer] = None
                buffer.first = number if buffer.first < 0 else buffer.first
                buffer.last = max(buffer.last, number)

        parts = [(n, part) for n, item in enumerate(self.items) for part in getattr(item, "parts", (item,))]
        for number, item in parts:
            if isinstance(item, grouping.Group):
                for value in item.members:
                    if value.exported and value.view is None:
                        buffer = Buffer(value.dtype, value.size)
                        value.view = View(buffer, value.shape, contiguous_strides(value.shape))
                    if value.exported:
                        use(value.locate().buffer, number)
                    for operand in value.inputs:
                        if operand.op != "constant" and operand.group is not item:
                            use(operand.locate().buffer, number)
            else:
                for value in [*item.inputs, *item.outputs]:
                    use(value.locate().buffer, number)
                for buffer in item.scratch:
                    use(buffer, number)
        for value, _ in self.late:
            use(value.locate().buffer, len(self.items))
        for check in self.checks:
            check.locate().buffer.last = len(self.items)
        self.arena = plan_memory(list(used), len(self.items) + 1)

    def emit(self, module: Module, prefix: str) -> tuple[list[Call], dict[int, list[View]]]:
        """Write the stages' functions; the calls in order, and after which of them which bools must be false."""
        calls: list[Call] = []
        guards: dict[int, list[View]] = {}
        for number, item in enumerate(self.items):
            name = f"{prefix}{number}"
            found = [check.locate() for check in self.checks if grouping.maker(check) is item]
            if found:
                guards[number] = found
            if isinstance(item, grouping.Group):
                calls.append(Loops(item, module, name).emit())
            else:
                calls.append(item.emit(module, name))
        if self.late:
            calls.append(write_copies(module, f"{prefix}late", self.late))
        return calls, guards


def refuse_tensor(tensor: SymbolicTensor) -> str | None:
    """Why a tensor is of a type that is not compiled."""
    if not tensor.dtype.is_handle:
        return None if tensor.dtype.name in SCALARS else f"{tensor.dtype.name} is not compiled"
    held = tensor._spec.handle
    what = "variable" if tensor.dtype is dtypes.resource else "list"
    if not held or held[0].dtype.name not in SCALARS:
        return f"the {what}'s type is not known, or not compiled"
    return None


def _has_unknown(value: Any) -> bool:
    return any(_has_unknown(item) if isinstance(item, tuple) else item is None for item in value)
