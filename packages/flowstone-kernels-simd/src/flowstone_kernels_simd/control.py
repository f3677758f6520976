"""Branches and loops inside a program: their bodies are programs of their own, in the same module.

What bodies assign to variables, and push on lists, becomes a result of the branch or loop: variables are written when
the whole program has succeeded. A check that fails in a body ends the loop, and the program.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flowstone_core import dtypes
from flowstone_core.ops import control
from flowstone_graphfn.compilers import Part
from flowstone_graphfn.graph import Graph, Node
from flowstone_graphfn.symbolic import SymbolicTensor
from flowstone_graphfn.writer import needed_nodes

from flowstone_kernels_simd.grouping import Group
from flowstone_kernels_simd.handles import BODIES
from flowstone_kernels_simd.ir import SCALARS, Function, Module
from flowstone_kernels_simd.lists import Blank, List, Place, held
from flowstone_kernels_simd.loops import base_address, table_slot
from flowstone_kernels_simd.lowering import REFUSALS, RULES, Lowering, Variable, refuse_tensor, rule
from flowstone_kernels_simd.program import emit_call
from flowstone_kernels_simd.trips import Trips, countable
from flowstone_kernels_simd.values import Buffer, Call, Unsupported, Value
from flowstone_kernels_simd.vectors import Vectors

_SMALL = 8
"""Bodies with more stages are called, not written into the loop."""

_COST = 1e6
"""The cost of what nobody knows the length of."""


class Operands:
    """What a branch or loop takes: arrays by their addresses, lists by what they are.

    Attributes:
        given: A value, a variable or a list for each input.
        arrays: The values in memory, for the inputs that are not lists.
        lists: The lists.
    """

    def __init__(self, low: Lowering, given: Sequence[Any]) -> None:
        self.given: list[Any] = [held(low, each) if isinstance(each, (Blank, List)) else each for each in given]
        self.arrays: list[Value] = []
        self.slots: list[int] = []
        for each in self.given:
            self.slots.append(-1 if isinstance(each, List) else len(self.arrays))
            if not isinstance(each, List):
                value = each.value if isinstance(each, Variable) else each
                self.arrays.append(low.contiguous(value))
        self.lists = [each for each in self.given if isinstance(each, List)]
        if len({each.place for each in self.lists}) < len(self.lists):
            raise Unsupported("a list that is given twice")

    def shapes(self) -> list[Any]:
        """What bodies are lowered for."""
        return [
            List(each.place) if isinstance(each, List) else self.arrays[slot].shape
            for each, slot in zip(self.given, self.slots, strict=True)
        ]

    def steady(self, graph: Graph) -> dict[int, Value]:
        """By their number: the inputs of a body that are the same in every iteration; variables that are only read."""
        touched = {id(t) for node in graph.nodes if node.op.name != "ReadVariableOp" for t in node.flat_inputs()}
        return {
            number: self.arrays[self.slots[number]]
            for number, tensor in enumerate(graph.inputs)
            if tensor.dtype is dtypes.resource and id(tensor) not in touched
        }

    def order(self) -> list[Value]:
        """What must have run before."""
        return [value for each in self.lists for value in (*each.before(), *each.readers)]


class Body:
    """A function of the graph, lowered for operands.

    Args:
        low: The lowering that it belongs to: it keeps the constants.
        graph: The function's optimized graph.
        operands: What it takes.
        outputs: The numbers of the outputs that are wanted.
        times: How often it runs, at most; None if nobody knows.

    Attributes:
        assigned: The numbers of the inputs that are variables, which it assigns.
        results: The values that come out: of the outputs that are arrays, then of these variables.
        failing: What ends it early.
    """

    def __init__(
        self, low: Lowering, graph: Graph, operands: Operands, outputs: Sequence[int], times: int | None = 1
    ) -> None:
        nodes = needed_nodes(graph, all_inputs=True)
        constants = tuple(node for node in nodes if node.op is control.CONST)
        rest = tuple(node for node in nodes if node.op not in (control.CONST, control.PLACEHOLDER))
        wanted = tuple(graph.outputs[index] for index in outputs)
        part = Part(graph.name, rest, constants, tuple(graph.inputs), wanted, _nothing)
        given = operands.shapes()
        self.inner = inner = Lowering(part, given, low, times, operands.steady(graph))
        made = [inner.found[id(tensor)] for tensor in wanted]
        self.outputs = dict(zip(outputs, made, strict=True))
        self.variables = {
            number: inner.found[id(tensor)]
            for number, tensor in enumerate(graph.inputs)
            if tensor.dtype is dtypes.resource
        }
        self.lists = {
            number: (each, inner.newest.get(each.place, each))
            for number, each in enumerate(given)
            if isinstance(each, List)
        }

    @property
    def assigned(self) -> list[int]:
        """The numbers of the inputs that are variables, which it assigns."""
        return [number for number, variable in self.variables.items() if variable.written]

    def finish(self, results: Sequence[Value]) -> None:
        """Settle what comes out, in this order."""
        inner = self.inner
        keep = [newest.token for _, newest in self.lists.values() if newest.token is not None]
        inner.prepare(results, keep=keep)
        low = inner.outer
        assert low is not None
        low.uses.update(inner.uses)
        low.imports.update(inner.imports)
        self.failing = bool(inner.checks)
        self.memory = Buffer("uint8", max(64, inner.arena))
        self.constants = [low.array_in_memory(array) for array in inner.constants]
        self.captured = [outside for outside, _ in inner.captured.values()]

    @property
    def small(self) -> bool:
        """Whether it is a few groups of elementwise operations, and nothing else."""
        items = self.inner.items
        return len(items) <= _SMALL and all(isinstance(item, Group) for item in items)

    def reads(self) -> list[Value]:
        """What it reads besides its operands."""
        return [*self.constants, *self.captured]

    def emit(self, module: Module, name: str) -> str:
        """Write the function that runs it, given its table; it tells whether a check failed."""
        calls, guards = self.inner.emit(module, f"{name}_")
        f = Function(module, 1)
        pool = f.value(f"load ptr, ptr {f.element('ptr', '%table', -1)}")
        for index, call in enumerate(calls):
            emit_call(f, call, "%table", pool)
            for view in guards.get(index, ()):
                pointer = f.value(f"load ptr, ptr {f.element('ptr', '%table', table_slot(view.buffer))}")
                pointer = f.element("i8", pointer, view.buffer.offset + view.offset)
                failed, on = f.label(), f.label()
                bad = f.value(f"icmp ne i8 {f.value(f'load i8, ptr {pointer}')}, 0")
                f.do(f"br i1 {bad}, label %{failed}, label %{on}")
                f.at(failed)
                f.do("ret i1 true")
                f.at(on)
        f.finish(name, "ptr %table", "i1", "false")
        return name

    def table(self, v: Vectors, inputs: Sequence[str], outputs: Sequence[str]) -> str:
        """Its table, filled."""
        table = v.slot("ptr", 8, 2 + len(inputs) + len(outputs) + len(self.captured) + len(self.constants))
        table = v.element("ptr", table, 1)
        pool = v.value(f"load ptr, ptr {v.element('ptr', '%table', -1)}")
        arena = v.value(f"load ptr, ptr {v.element('ptr', '%table', 0)}")
        captured = [base_address(v, value.locate()) for value in self.captured]
        constants = [base_address(v, constant.locate()) for constant in self.constants]
        rest = [*inputs, *captured, *outputs, *constants]
        for index, pointer in enumerate([pool, v.element("i8", arena, self.memory.offset), *rest]):
            v.do(f"store ptr {pointer}, ptr {v.element('ptr', table, index - 1)}")
        return table


def _nothing(*arrays: Any) -> Any:
    raise AssertionError("bodies are not run by themselves")


def _same_list(found: Any, place: Place, newest: List) -> None:
    """See that an output is the newest version of the list that came in."""
    if not isinstance(found, List) or found.place is not place or found is not newest:
        raise Unsupported("a list that takes the place of another")


def _after(low: Lowering, operands: Operands, changed: Sequence[int], done: Value) -> dict[int, List]:
    """The lists after something that changed those with these numbers, and read the others."""
    lists: dict[int, List] = {}
    for number, each in enumerate(operands.given):
        if isinstance(each, List):
            lists[number] = each.changed(low, done) if number in changed else each
            if number not in changed:
                each.readers.append(done)
    return lists


# -- branches ----------------------------------------------------------------------------------------------------------


@rule("If", "StatelessIf")
def _if(low: Lowering, node: Node, inputs: list[Any]) -> list[Any]:
    condition = low.contiguous(inputs[0])
    operands = Operands(low, inputs[1])
    count = range(len(node.outputs))
    names = ("then_branch", "else_branch")
    branches = [Body(low, node.attrs[name].optimized().graph, operands, count) for name in names]
    arrays = [number for number in count if isinstance(branches[0].outputs[number], Value)]
    sources: dict[int, int] = {}
    for number in count:
        if number not in arrays:
            sources[number] = _source(branches, operands, number)
    assigned = sorted({number for branch in branches for number in branch.assigned})
    for branch in branches:
        variables = [branch.variables[number].value for number in assigned]
        branch.finish([*(branch.outputs[number] for number in arrays), *variables])
    results = [(branches[0].outputs[number].shape, node.outputs[number].dtype.name) for number in arrays]
    if results != [(branches[1].outputs[number].shape, node.outputs[number].dtype.name) for number in arrays]:
        raise Unsupported("branches that give different shapes")
    for number, (shape, _) in zip(arrays, results, strict=True):
        tensor = node.outputs[number]
        low.specs[id(tensor)] = low.specs[id(tensor)].with_shape(shape)
    results += [(operands.given[number].value.shape, operands.given[number].value.dtype) for number in assigned]

    def write(module: Module, name: str, outputs: Sequence[Value]) -> Call:
        functions = [
            branch.emit(module, f"{name}_{word}") for branch, word in zip(branches, ("then", "else"), strict=True)
        ]
        v = Vectors(module, 1)
        given = [base_address(v, operand.locate()) for operand in operands.arrays]
        *rest, done = outputs
        made = [base_address(v, output.locate()) for output in rest]
        flag = v.value(f"load i8, ptr {base_address(v, condition.locate())}")
        failed = base_address(v, done.locate())
        holds = v.value(f"icmp ne i8 {flag}, 0")
        otherwise = v.value(f"xor i1 {holds}, true")
        for branch, function, wanted in zip(branches, functions, (holds, otherwise), strict=True):
            table = branch.table(v, given, made)
            with v.when(wanted):
                bad = v.value(f"call i1 @{function}(ptr {table})")
                v.do(f"store i8 {v.value(f'zext i1 {bad} to i8')}, ptr {failed}")
        v.finish(name, "ptr %table, i64 %low, i64 %high")
        return Call(name, 1, 1, _COST)

    scratch = [branch.memory for branch in branches]
    reads = [condition, *operands.arrays, *operands.order(), *branches[0].reads(), *branches[1].reads()]
    *made, done = low.stage(reads, [*results, ((), "bool")], write, scratch)
    if any(branch.failing for branch in branches):
        low.checks.append(done)
    for number, value in zip(assigned, made[len(arrays) :], strict=True):
        operands.given[number].value = value
    changed = {n for branch in branches for n, (first, newest) in branch.lists.items() if newest is not first}
    lists = _after(low, operands, sorted(changed), done)
    found: dict[int, Any] = dict(zip(arrays, made, strict=False))
    for number, source in sources.items():
        found[number] = lists[source] if source in lists else operands.given[source]
    return [found[number] for number in count]


def _source(branches: Sequence[Body], operands: Operands, number: int) -> int:
    """Which operand it is, a variable or a list, that both branches give as an output."""
    found = set()
    for branch in branches:
        output = branch.outputs[number]
        for index, (_, newest) in branch.lists.items():
            if output is newest:
                found.add(index)
        for index, variable in branch.variables.items():
            if output is variable:
                found.add(index)
    if len(found) != 1:
        raise Unsupported("branches that give different lists")
    return found.pop()


# -- loops -------------------------------------------------------------------------------------------------------------


@rule("While", "StatelessWhile")
def _while(low: Lowering, node: Node, inputs: list[Any]) -> list[Any]:
    operands = Operands(low, inputs[0])
    body, test = (node.attrs[name].optimized().graph for name in ("body", "cond"))
    trips = Trips(low, node, test, body)
    changing = [i for i, (out, given) in enumerate(zip(body.outputs, body.inputs, strict=True)) if out is not given]
    before = {each.place: each.place.most for each in operands.lists}
    steps = Body(low, body, operands, changing, trips.most)
    condition = Body(low, test, operands, [0])
    for number, (first, newest) in steps.lists.items():
        _same_list(steps.outputs.get(number, first), first.place, newest)
        if not trips.exact and first.place.most != before[first.place]:
            first.place.exact = False
    if any(newest is not first for first, newest in condition.lists.values()) or condition.assigned:
        raise Unsupported("a condition that changes something")
    changed = [number for number, (first, newest) in steps.lists.items() if newest is not first]
    arrays = [number for number in changing if number not in steps.lists]
    if any(number in steps.variables for number in arrays):
        raise Unsupported("a loop variable that is a variable")
    moving = [*arrays, *steps.assigned]
    results = [*(steps.outputs[number] for number in arrays), *(steps.variables[n].value for n in steps.assigned)]
    for number, value in zip(moving, results, strict=True):
        operand = operands.arrays[operands.slots[number]]
        if value.shape != operand.shape:
            raise Unsupported("a loop variable whose shape changes")
    steps.finish(results)
    condition.finish([condition.outputs[0]])
    for tensor, each, slot in zip(node.outputs, operands.given, operands.slots, strict=True):
        if isinstance(each, Value):
            low.specs[id(tensor)] = low.specs[id(tensor)].with_shape(operands.arrays[slot].shape)
    slots = [operands.slots[number] for number in moving]
    pairs = [[Buffer(operands.arrays[slot].dtype, operands.arrays[slot].size) for _ in (0, 1)] for slot in slots]
    flag = Buffer("bool", 1)
    scalar = all(operands.arrays[slot].size == 1 for slot in slots) and steps.small and condition.small

    def write(module: Module, name: str, outputs: Sequence[Value]) -> Call:
        module.declare("void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)")
        module.inlined = scalar
        run, check = steps.emit(module, f"{name}_body"), condition.emit(module, f"{name}_cond")
        module.inlined = False
        v = Vectors(module, 1)
        *made, done = outputs
        arena = v.value(f"load ptr, ptr {v.element('ptr', '%table', 0)}")
        given = [base_address(v, operand.locate()) for operand in operands.arrays]

        def room(buffer: Buffer) -> str:  # scalars on the stack, which LLVM turns into registers
            return v.slot(SCALARS[buffer.dtype], 8) if scalar else v.element("i8", arena, buffer.offset)

        places = [[room(buffer) for buffer in pair] for pair in pairs]
        failed = base_address(v, done.locate())
        v.do(f"store i8 0, ptr {failed}")
        for (here, _), slot in zip(places, slots, strict=True):
            _copy(v, here, given[slot], _bytes(operands.arrays[slot]))
        held_ = room(flag)
        tables = [
            (
                condition.table(v, _with(given, slots, places, side), [held_]),
                steps.table(v, _with(given, slots, places, side), [pair[1 - side] for pair in places]),
            )
            for side in (0, 1)
        ]
        labels = [v.label() for _ in range(4)]
        ends = [v.label() for _ in (0, 1)]
        failing, done_ = v.label(), v.label()
        v.do(f"br label %{labels[0]}")
        for side in (0, 1):
            v.at(labels[2 * side])
            on, more = v.label(), v.label()
            bad = v.value(f"call i1 @{check}(ptr {tables[side][0]})")
            v.do(f"br i1 {bad}, label %{failing}, label %{on}")
            v.at(on)
            holds = v.value(f"icmp ne i8 {v.value(f'load i8, ptr {held_}')}, 0")
            v.do(f"br i1 {holds}, label %{labels[2 * side + 1]}, label %{ends[side]}")
            v.at(labels[2 * side + 1])
            bad = v.value(f"call i1 @{run}(ptr {tables[side][1]})")
            v.do(f"br i1 {bad}, label %{failing}, label %{more}")
            v.at(more)
            v.do(f"br label %{labels[2 - 2 * side]}")
        for side in (0, 1):
            v.at(ends[side])
            for output, place in zip(made, places, strict=True):
                _copy(v, base_address(v, output.locate()), place[side], _bytes(output))
            v.do(f"br label %{done_}")
        v.at(failing)
        v.do(f"store i8 1, ptr {failed}")
        v.do(f"br label %{done_}")
        v.at(done_)
        v.finish(name, "ptr %table, i64 %low, i64 %high")
        return Call(name, 1, 1, _COST)

    shapes = [(operands.arrays[slot].shape, operands.arrays[slot].dtype) for slot in slots]
    scratch = [steps.memory, condition.memory]
    if not scalar:
        scratch += [flag, *(buffer for pair in pairs for buffer in pair)]
    reads = [*operands.arrays, *operands.order(), *steps.reads(), *condition.reads()]
    *made, done = low.stage(reads, [*shapes, ((), "bool")], write, scratch)
    if steps.failing or condition.failing:
        low.checks.append(done)
    found: list[Any] = list(operands.given)
    for number, value in zip(moving, made, strict=True):
        if isinstance(found[number], Variable):
            found[number].value = value
        else:
            found[number] = value
            if number in trips.final:
                value.attrs["known"] = trips.final[number]
    for number, after in _after(low, operands, changed, done).items():
        found[number] = after
    return found


def _copy(v: Vectors, target: str, source: str, size: int) -> None:
    if size:
        v.do(f"call void @llvm.memcpy.p0.p0.i64(ptr {target}, ptr {source}, i64 {size}, i1 false)")


def _with(given: Sequence[str], moving: Sequence[int], places: Sequence[Sequence[str]], side: int) -> list[str]:
    """The inputs of an iteration: what changes is on one of two sides."""
    found = list(given)
    for index, pair in zip(moving, places, strict=True):
        found[index] = pair[side]
    return found


def _bytes(value: Value) -> int:
    return Buffer(value.dtype, value.size).bytes


def _refuse(node: Node) -> str | None:
    """Why a branch or loop is executed by Python: something in it is not compiled."""
    names = ("cond", "body") if "body" in node.attrs else ("then_branch", "else_branch")
    if "body" not in node.attrs and node.inputs[0].dtype.name != "bool":
        return "a condition that is no bool"
    if "body" in node.attrs:
        body, test = (node.attrs[name].optimized().graph for name in ("body", "cond"))
        if _grows(body) and not countable(node, test, body):
            return "a list grows in it, and nobody knows how often it runs"
    for name in names:
        graph = node.attrs[name].optimized().graph
        if name == "cond" and (graph.outputs[0].dtype.name != "bool" or graph.outputs[0]._spec.shape != ()):
            return "a condition that is no scalar bool"
        for inner in needed_nodes(graph, all_inputs=True):
            if inner.op in (control.CONST, control.PLACEHOLDER):
                continue
            if inner.op.name not in RULES:
                return f"{inner.op.name} in it is not compiled"
            if any(_refuse_inside(tensor) for tensor in (*inner.flat_inputs(), *inner.outputs)):
                return f"a {inner.op.name} in it is of a type that is not compiled"
            refusal = REFUSALS.get(inner.op.name)
            if refusal is not None and (reason := refusal(inner)):
                return f"{inner.op.name} in it: {reason}"
    return None


def _grows(graph: Graph) -> bool:
    """Whether something in a body makes a list longer."""
    for node in graph.nodes:
        if node.op.name == "TensorListPushBack" or node.attrs.get("resize_if_index_out_of_bounds"):
            return True
        if any(name in node.attrs and _grows(node.attrs[name].optimized().graph) for name in BODIES):
            return True
    return False


def _refuse_inside(tensor: SymbolicTensor) -> bool:
    """Whether a tensor of a body is not compiled; what handles hold is known from outside."""
    return not (tensor.dtype.is_handle and not tensor._spec.handle) and refuse_tensor(tensor) is not None


for _name in ("If", "StatelessIf", "While", "StatelessWhile"):
    REFUSALS[_name] = _refuse

__all__ = ["Body"]
