"""Which elementwise operations and reductions share a loop.

A group works on one space of positions. A reduction over the last axes turns its group into a row program: the
outer axes count the rows, and what the reduction gives is one value a row. Operations join the groups that make
their operands, and join those groups together, where no other stage has to run in between.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from flowstone_kernels_simd.values import Shape, Value

LARGEST = 80
"""The most operations in a group: more would not fit into registers."""


class Group:
    """Operations on one space.

    Attributes:
        space: The shape of the positions.
        inner: How many of the last axes its reductions go over; None without reductions.
        members: What it computes, in order.
    """

    def __init__(self, space: Shape) -> None:
        self.space = space
        self.inner: int | None = None
        self.members: list[Value] = []
        self.needs: set[Any] = set()

    @property
    def row_shape(self) -> Shape | None:
        """The shape of a value that there is once for each row."""
        if self.inner is None:
            return None
        outer = len(self.space) - self.inner
        return (*self.space[:outer], *(1,) * self.inner)

    def fits(self, value: Value) -> bool:
        """Whether a value that is computed from members can be a member."""
        if len(self.members) >= LARGEST:
            return False
        if value.op == "reduce":
            inner = len(value.attrs["axes"])
            return value.inputs[0].shape == self.space and self.inner in (None, inner)
        if value.shape == self.space:
            return True
        if value.shape != self.row_shape:
            return False
        return all(operand.shape == value.shape or operand.size == 1 for operand in value.inputs)


def maker(value: Value) -> Any:
    """The group or stage that computes what a value looks at; None for what is there already."""
    base = value.base
    return base.group if base.computed else base.stage


class Grouper:
    """Puts computed values into groups, and groups and stages into an order in which they can run.

    Attributes:
        items: The groups and stages.
        needs: For each, those that must have run before it.
    """

    def __init__(self) -> None:
        self.items: dict[Any, None] = {}
        self.needs: dict[Any, set[Any]] = {}
        self.through_memory: dict[Any, set[Any]] = {}

    def add_all(self, values: Sequence[Value]) -> None:
        """Take values in, operands first. Those with a stage of their own have it in ``stage``."""
        for value in values:
            if value.computed:
                self.add(value)
            elif value.op == "stage" and value.stage not in self.items:
                self.add_stage(value.stage)

    def add_stage(self, stage: Any) -> None:
        """A stage of its own."""
        self.items[stage] = None
        self.needs[stage] = {maker(value) for value in stage.inputs} - {None}

    def add(self, value: Value) -> None:
        """Find a group for a value."""
        makers = {maker(operand) for operand in value.inputs} - {None}
        viewed = {maker(operand) for operand in value.inputs if not operand.computed} - {None}
        candidates: list[Group] = []
        for operand in value.inputs:
            found = operand.group
            if operand.computed and found not in candidates and found not in viewed and found.fits(value):
                candidates.append(found)
        chosen: Group | None = None
        for candidate in candidates:
            if chosen is None:
                if not self.between(candidate, makers - {candidate}):
                    chosen = candidate
            elif self.can_merge(chosen, candidate):
                self.merge(chosen, candidate)
                makers.discard(candidate)
        if chosen is None:
            chosen = Group(value.inputs[0].shape if value.op == "reduce" else value.shape)
            self.items[chosen] = None
            self.needs[chosen] = set()
            self.through_memory[chosen] = set()
        if value.op == "reduce":
            chosen.inner = len(value.attrs["axes"])
        chosen.members.append(value)
        value.group = chosen
        self.needs[chosen] |= makers - {chosen}
        self.through_memory[chosen] |= viewed

    def reaches(self, start: Iterable[Any], goal: Any) -> bool:
        """Whether something in ``start`` is, or depends on, ``goal``."""
        seen: set[Any] = set()
        left = list(start)
        while left:
            item = left.pop()
            if item is goal:
                return True
            if item not in seen:
                seen.add(item)
                left.extend(self.needs[item])
        return False

    def between(self, candidate: Group, others: set[Any]) -> bool:
        """Whether one of ``others`` runs after ``candidate``: what needs both cannot be in ``candidate``."""
        return self.reaches(others, candidate)

    def can_merge(self, one: Group, two: Group) -> bool:
        """Whether two groups of one space can be one."""
        if one.space != two.space or len(one.members) + len(two.members) > LARGEST:
            return False
        if one.inner is not None and two.inner is not None and one.inner != two.inner:
            return False
        if two in self.through_memory[one] or one in self.through_memory[two]:
            return False
        if self.reaches(self.needs[one] - {two}, two):
            return False
        return not self.reaches(self.needs[two] - {one}, one)

    def merge(self, one: Group, two: Group) -> None:
        """Move everything of ``two`` into ``one``; operands stay before what uses them."""
        first, second = (two, one) if two in self.needs[one] else (one, two)
        one.members = [*first.members, *second.members]
        for value in two.members:
            value.group = one
        one.inner = one.inner if one.inner is not None else two.inner
        self.through_memory[one] |= self.through_memory.pop(two)
        for viewed in self.through_memory.values():
            if two in viewed:
                viewed.discard(two)
                viewed.add(one)
        self.needs[one] = (self.needs[one] | self.needs.pop(two)) - {one, two}
        for needs in self.needs.values():
            if two in needs:
                needs.discard(two)
                needs.add(one)
        del self.items[two]

    def ordered(self) -> list[Any]:
        """All groups and stages, each after what it needs."""
        done: dict[Any, None] = {}

        def visit(item: Any) -> None:
            if item not in done:
                for other in self.items:
                    if other in self.needs[item]:
                        visit(other)
                done[item] = None

        for item in self.items:
            visit(item)
        return list(done)
