"""Products and what follows on their results: a block of rows is finished while it is in the cache.

A stage whose work items make one block of rows of its result after the other, and the group that reads this result row by
row (a bias and an activation, a residual, a softmax), become one item: for each block the stage, then the group.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flowstone_kernels_simd.cpu import cpu
from flowstone_kernels_simd.grouping import Group, maker
from flowstone_kernels_simd.ir import Module
from flowstone_kernels_simd.loops import Loops
from flowstone_kernels_simd.values import Call, OwnStage, Value
from flowstone_kernels_simd.vectors import Vectors


@dataclass(eq=False)
class Chain:
    """A stage and the group that follows on its rows.

    Attributes:
        outer: How many of the first axes of the group's space count the rows.
    """

    stage: OwnStage
    group: Group
    outer: int

    @property
    def parts(self) -> Sequence[Any]:
        """Both, in order."""
        return (self.stage, self.group)

    def emit(self, module: Module, name: str) -> Call:
        """Write both functions, and one that calls them in turn."""
        first = self.stage.emit(module, f"{name}_product")
        second = Loops(self.group, module, f"{name}_rest", self.outer).emit()
        rows = second.count
        v = Vectors(module, 1)
        with v.loop("%low", "%high") as item:
            v.do(f"call void @{first.name}(ptr %table, i64 {item}, i64 {v.add(item, 1)})")
            start = v.mul(item, first.height)
            end = v.minimum(v.add(start, first.height), rows)
            v.do(f"call void @{second.name}(ptr %table, i64 {start}, i64 {end})")
        v.finish(name, "ptr %table, i64 %low, i64 %high")
        return Call(name, first.count, first.grain, first.cost + second.cost)


def chained(items: Sequence[Any], needs: dict[Any, set[Any]], checks: Iterable[Value]) -> list[Any]:
    """Groups and stages in order, with chains where a group can follow right on a stage."""
    checked = {maker(value) for value in checks}
    position = {item: number for number, item in enumerate(items)}
    found: list[Any] = []
    moved: set[Any] = set()
    for number, item in enumerate(items):
        if item in moved:
            continue
        group, outer = _follower(item, items[number + 1 :], needs, position, number) if _in_rows(item) else (None, 0)
        if group is None or group in moved or {item, group} & checked:
            found.append(item)
            continue
        moved.add(group)
        position[group] = number
        found.append(Chain(item, group, outer))
    return found


def _in_rows(item: Any) -> bool:
    return isinstance(item, OwnStage) and item.rows is not None


def _follower(
    stage: OwnStage, later: Sequence[Any], needs: dict[Any, set[Any]], position: dict[Any, int], number: int
) -> tuple[Group | None, int]:
    """The first group that reads a stage's result, if all else that it needs is there before the stage runs."""
    for item in later:
        if stage in needs[item]:
            if not isinstance(item, Group) or any(position[need] >= number for need in needs[item] - {stage}):
                return None, 0
            outer = _rows_of(stage, item)
            return (item, outer) if outer else (None, 0)
    return None, 0


def _rows_of(stage: OwnStage, group: Group) -> int:
    """How many axes of the group's space count the stage's rows; 0 if it does not go along with them."""
    size = math.prod(group.space)
    rows = stage.rows or 0
    most = len(group.space) - (group.inner or 0)
    fitting = [outer for outer in range(1, most + 1) if math.prod(group.space[:outer]) == rows]
    if not fitting or size < rows * cpu().lanes:
        return 0
    if group.inner is not None and math.prod(group.space[fitting[0] : most]) != 1:  # several reductions a row
        return 0
    (result,) = stage.outputs
    for member in group.members:
        for operand in member.inputs:
            if operand.base is result and not (operand.locate().contiguous and operand.size == size):
                return 0
    written = {value.view.buffer for value in group.members if value.view is not None}
    read = {value.locate().buffer for value in stage.inputs if value.base.view is not None}
    return 0 if written & read else fitting[0]


__all__ = ["Chain", "chained"]
