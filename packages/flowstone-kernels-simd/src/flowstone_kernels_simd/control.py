"""Branches and loops inside a program: their bodies are programs of their own, in the same module."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flowstone_core.ops import control
from flowstone_graphfn.compilers import Part
from flowstone_graphfn.graph import Graph, Node
from flowstone_graphfn.writer import needed_nodes

from flowstone_kernels_simd.ir import SCALARS, Function, Module
from flowstone_kernels_simd.loops import base_address, table_slot
from flowstone_kernels_simd.lowering import REFUSALS, RULES, Lowering, rule
from flowstone_kernels_simd.program import emit_call
from flowstone_kernels_simd.values import Buffer, Call, Shape, Unsupported, Value
from flowstone_kernels_simd.vectors import Vectors

_COST = 1e6
"""The cost of what nobody knows the length of."""


class Body:
    """A function of the graph, lowered for inputs of given shapes.

    Args:
        low: The lowering that it belongs to: it keeps the constants.
        graph: The function's optimized graph.
        shapes: The shapes of its inputs.
        outputs: The numbers of the outputs that are wanted.
    """

    def __init__(self, low: Lowering, graph: Graph, shapes: Sequence[Shape], outputs: Sequence[int]) -> None:
        nodes = needed_nodes(graph)
        constants = tuple(node for node in nodes if node.op is control.CONST)
        rest = tuple(node for node in nodes if node.op not in (control.CONST, control.PLACEHOLDER))
        wanted = tuple(graph.outputs[index] for index in outputs)
        part = Part(graph.name, rest, constants, tuple(graph.inputs), wanted, _nothing)
        self.inner = inner = Lowering(part, shapes)
        if inner.checks:
            raise Unsupported("a check inside a branch or loop")
        inner.prepare()
        low.uses.update(inner.uses)
        low.imports.update(inner.imports)
        self.memory = Buffer("uint8", max(64, inner.arena))
        self.constants = [low.array_in_memory(array) for array in inner.constants]
        self.shapes = [array.shape for array in inner.output_arrays]

    def emit(self, module: Module, name: str) -> str:
        """Write the function that runs it, given its table."""
        calls, _ = self.inner.emit(module, f"{name}_")
        f = Function(module, 1)
        pool = f.value(f"load ptr, ptr {f.element('ptr', '%table', -1)}")
        for call in calls:
            emit_call(f, call, "%table", pool)
        f.finish(name, "ptr %table")
        return name

    def table(self, v: Vectors, inputs: Sequence[str], outputs: Sequence[str]) -> str:
        """Its table, filled."""
        table = v.slot("ptr", 8, 2 + len(inputs) + len(outputs) + len(self.constants))
        table = v.element("ptr", table, 1)
        pool = v.value(f"load ptr, ptr {v.element('ptr', '%table', -1)}")
        arena = v.value(f"load ptr, ptr {v.element('ptr', '%table', 0)}")
        constants = [base_address(v, constant.locate()) for constant in self.constants]
        rest = [*inputs, *outputs, *constants]
        for index, pointer in enumerate([pool, v.element("i8", arena, self.memory.offset), *rest]):
            v.do(f"store ptr {pointer}, ptr {v.element('ptr', table, index - 1)}")
        return table


def _nothing(*arrays: Any) -> Any:
    raise AssertionError("bodies are not run by themselves")


@rule("If", "StatelessIf")
def _if(low: Lowering, node: Node, inputs: list[Any]) -> list[Value]:
    condition, operands = inputs
    operands = [low.contiguous(operand) for operand in operands]
    shapes = [operand.shape for operand in operands]
    count = range(len(node.outputs))
    branches = [Body(low, node.attrs[name].optimized().graph, shapes, count) for name in ("then_branch", "else_branch")]
    results = [
        (tuple(shape), tensor.dtype.name) for shape, tensor in zip(branches[0].shapes, node.outputs, strict=True)
    ]
    if branches[0].shapes != branches[1].shapes:
        raise Unsupported("branches that give different shapes")
    for tensor, (shape, _) in zip(node.outputs, results, strict=True):
        low.specs[id(tensor)] = low.specs[id(tensor)].with_shape(shape)
    condition = low.contiguous(condition)

    def write(module: Module, name: str, outputs: Sequence[Value]) -> Call:
        functions = [
            branch.emit(module, f"{name}_{word}") for branch, word in zip(branches, ("then", "else"), strict=True)
        ]
        v = Vectors(module, 1)
        given = [base_address(v, operand.locate()) for operand in operands]
        made = [base_address(v, output.locate()) for output in outputs]
        flag = v.value(f"load i8, ptr {base_address(v, condition.locate())}")
        holds = v.value(f"icmp ne i8 {flag}, 0")
        for branch, function, wanted in zip(
            branches, functions, (holds, v.value(f"xor i1 {holds}, true")), strict=True
        ):
            table = branch.table(v, given, made)
            with v.when(wanted):
                v.do(f"call void @{function}(ptr {table})")
        v.finish(name, "ptr %table, i64 %low, i64 %high")
        return Call(name, 1, 1, _COST)

    scratch = [branch.memory for branch in branches]
    constants = [constant for branch in branches for constant in branch.constants]
    return low.stage([condition, *operands, *constants], results, write, scratch)


@rule("While", "StatelessWhile")
def _while(low: Lowering, node: Node, inputs: list[Any]) -> list[Value]:
    operands = [low.contiguous(operand) for operand in inputs[0]]
    shapes = [operand.shape for operand in operands]
    body, test = (node.attrs[name].optimized().graph for name in ("body", "cond"))
    changing = [i for i, (out, given) in enumerate(zip(body.outputs, body.inputs, strict=True)) if out is not given]
    steps = Body(low, body, shapes, changing)
    condition = Body(low, test, shapes, [0])
    if steps.shapes != [shapes[index] for index in changing]:
        raise Unsupported("a loop variable whose shape changes")
    for tensor, shape in zip(node.outputs, shapes, strict=True):
        low.specs[id(tensor)] = low.specs[id(tensor)].with_shape(shape)
    pairs = [[Buffer(operands[index].dtype, operands[index].size) for _ in (0, 1)] for index in changing]
    flag = Buffer("bool", 1)

    def write(module: Module, name: str, outputs: Sequence[Value]) -> Call:
        module.declare("void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)")
        run, check = steps.emit(module, f"{name}_body"), condition.emit(module, f"{name}_cond")
        v = Vectors(module, 1)
        arena = v.value(f"load ptr, ptr {v.element('ptr', '%table', 0)}")
        given = [base_address(v, operand.locate()) for operand in operands]
        places = [[v.element("i8", arena, buffer.offset) for buffer in pair] for pair in pairs]
        for (here, _), index in zip(places, changing, strict=True):
            v.do(
                f"call void @llvm.memcpy.p0.p0.i64(ptr {here}, ptr {given[index]}, i64 {_bytes(operands[index])}, i1 false)"
            )
            given[index] = here
        held = v.element("i8", arena, flag.offset)
        tables = [
            (
                condition.table(v, _with(given, changing, places, side), [held]),
                steps.table(v, _with(given, changing, places, side), [pair[1 - side] for pair in places]),
            )
            for side in (0, 1)
        ]
        labels = [v.label() for _ in range(4)]
        ends = [v.label() for _ in (0, 1)]
        v.do(f"br label %{labels[0]}")
        done = v.label()
        for side in (0, 1):
            v.at(labels[2 * side])
            v.do(f"call void @{check}(ptr {tables[side][0]})")
            holds = v.value(f"icmp ne i8 {v.value(f'load i8, ptr {held}')}, 0")
            v.do(f"br i1 {holds}, label %{labels[2 * side + 1]}, label %{ends[side]}")
            v.at(labels[2 * side + 1])
            v.do(f"call void @{run}(ptr {tables[side][1]})")
            v.do(f"br label %{labels[2 - 2 * side]}")
        for side in (0, 1):
            v.at(ends[side])
            final = _with(given, changing, places, side)
            for output, pointer in zip(outputs, final, strict=True):
                target = base_address(v, output.locate())
                v.do(f"call void @llvm.memcpy.p0.p0.i64(ptr {target}, ptr {pointer}, i64 {_bytes(output)}, i1 false)")
            v.do(f"br label %{done}")
        v.at(done)
        v.finish(name, "ptr %table, i64 %low, i64 %high")
        return Call(name, 1, 1, _COST)

    results = [(shape, tensor.dtype.name) for shape, tensor in zip(shapes, node.outputs, strict=True)]
    scratch = [steps.memory, condition.memory, flag, *(buffer for pair in pairs for buffer in pair)]
    return low.stage([*operands, *steps.constants, *condition.constants], results, write, scratch)


def _with(given: Sequence[str], changing: Sequence[int], places: Sequence[Sequence[str]], side: int) -> list[str]:
    """The inputs of an iteration: what changes is on one of two sides."""
    found = list(given)
    for index, pair in zip(changing, places, strict=True):
        found[index] = pair[side]
    return found


def _bytes(value: Value) -> int:
    return Buffer(value.dtype, value.size).bytes


def _refuse(node: Node) -> str | None:
    """Why a branch or loop is executed by Python: something in it is not compiled."""
    names = ("cond", "body") if "body" in node.attrs else ("then_branch", "else_branch")
    if "body" not in node.attrs and node.inputs[0].dtype.name != "bool":
        return "a condition that is no bool"
    for name in names:
        graph = node.attrs[name].optimized().graph
        if name == "cond" and (graph.outputs[0].dtype.name != "bool" or graph.outputs[0]._spec.shape != ()):
            return "a condition that is no scalar bool"
        for inner in needed_nodes(graph):
            if inner.op in (control.CONST, control.PLACEHOLDER):
                continue
            if inner.op.name not in RULES:
                return f"{inner.op.name} in it is not compiled"
            if any(tensor.dtype.name not in SCALARS for tensor in (*inner.flat_inputs(), *inner.outputs)):
                return f"a {inner.op.name} in it is of a type that is not compiled"
            refusal = REFUSALS.get(inner.op.name)
            if refusal is not None and (reason := refusal(inner)):
                return f"{inner.op.name} in it: {reason}"
    return None


for _name in ("If", "StatelessIf", "While", "StatelessWhile"):
    REFUSALS[_name] = _refuse

__all__ = ["Body", "table_slot"]
