"""Loop variables that only an iteration brings into being: flags, return values, variables set inside the loop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flowstone_graphfn.autograph import backend
from flowstone_graphfn.autograph.operators.loop_vars import Leaf, Leaving, Slots, leaf_of
from flowstone_graphfn.autograph.operators.snapshot import Saved
from flowstone_graphfn.autograph.operators.undefined import MaybeUndefined, Undefined


@dataclass
class Flag(Leaf):
    """A flag that ends the loop: false in the body, since otherwise it would not run.

    Attributes:
        before: Its value before the loop.
        position: Its slot, once an iteration was seen to set it.
    """

    before: Any
    position: int | None = None

    def enter(self, inputs: Sequence[Any]) -> Any:
        """False in the body; then what the iteration made of it."""
        return False if self.position is None else inputs[self.position]

    def leave(self, loop: Leaving, path: str, value: Any) -> None:
        """Carry it if the iteration may set it."""
        if value is not False or self.before is not False:
            self.position = add_late(loop, backend.current().convert(self.before), value, path)


@dataclass
class FirstSet(Leaf):
    """A variable that has no value before the loop.

    Attributes:
        undefined: What it holds then.
        fresh: Whether each iteration sets it before it uses it.
        value: How its value is carried, once an iteration was seen to set it.
        flag: The slot that says whether it was set.
    """

    undefined: Undefined
    fresh: bool
    value: Leaf | None = None
    flag: int | None = None

    def enter(self, inputs: Sequence[Any]) -> Any:
        """No value in the body; then the value of the last iteration, with a flag."""
        if self.value is None:
            return self.undefined
        value = self.value.enter(inputs)
        return value if self.flag is None else MaybeUndefined(self.undefined.name, value, inputs[self.flag])

    def leave(self, loop: Leaving, path: str, value: Any) -> None:
        """Carry what the iteration set."""
        if isinstance(value, Undefined):
            return
        set_now = value.defined if isinstance(value, MaybeUndefined) else True
        content = value.value if isinstance(value, MaybeUndefined) else value
        if self.undefined.tracked and not self.fresh:
            loop.unset[path] = MaybeUndefined(self.undefined.name, _placeholders(content), False)
            return
        self.value = _late_leaf(loop, content, path)
        if self.undefined.tracked:
            self.flag = add_late(loop, backend.current().convert(False), set_now, path)


@dataclass
class Sometimes(Leaf):
    """A variable that may or may not have a value before the loop.

    Attributes:
        name: The variable.
        value: How its value is carried.
        flag: How it is carried whether it was set.
    """

    name: str
    value: Leaf
    flag: Leaf

    def enter(self, inputs: Sequence[Any]) -> Any:
        """The value and its flag."""
        return MaybeUndefined(self.name, self.value.enter(inputs), self.flag.enter(inputs))

    def leave(self, loop: Leaving, path: str, value: Any) -> None:
        """Take both after one iteration."""
        if isinstance(value, Undefined):  # deleted: what it was does not matter
            self.flag.leave(loop, path, False)
        elif isinstance(value, MaybeUndefined):
            self.value.leave(loop, path, value.value)
            self.flag.leave(loop, path, value.defined)
        else:
            self.value.leave(loop, path, value)
            self.flag.leave(loop, path, True)


def sometimes(entry: MaybeUndefined, slots: Slots, path: str, shape: Any) -> Sometimes:
    """How a variable that may have a value goes into the loop."""
    return Sometimes(entry.name, leaf_of(entry.value, slots, path, shape), leaf_of(entry.defined, slots, path))


def add_late(loop: Leaving, initial: Any, value: Any, path: str) -> int:
    """Carry one more tensor, which the body does not read."""
    graph = backend.current()
    output = loop.convert(path, value, None)
    position = loop.slots.add(initial, graph.spec(output))
    loop.body.add_input(loop.slots.specs[position])
    loop.slots.outputs.append(output)
    return position


def _late_leaf(loop: Leaving, value: Any, path: str) -> Leaf:
    """Carry a value that an iteration makes: its tensors in late slots, what is no tensor as it is."""
    graph = backend.current()
    if isinstance(value, Saved):
        return _LateContainer(value, [_late_leaf(loop, item, path) for item in value.items])
    if graph.is_tensor(value):
        return _LateTensor(add_late(loop, graph.placeholder(graph.spec(value)), value, path))
    with loop.body:
        composite = graph.components(value)
    if composite is not None:
        parts = [_late_leaf(loop, part, path) for part in composite[0]]
        return _LateComposite(parts, composite[1])
    return _Object(value)


@dataclass
class _Object(Leaf):
    value: Any

    def enter(self, inputs: Sequence[Any]) -> Any:
        """The object."""
        return self.value


@dataclass
class _LateTensor(Leaf):
    position: int

    def enter(self, inputs: Sequence[Any]) -> Any:
        """The tensor."""
        return inputs[self.position]


@dataclass
class _LateContainer(Leaf):
    saved: Saved
    items: list[Leaf]

    def enter(self, inputs: Sequence[Any]) -> Any:
        """A container like it."""
        return self.saved.with_items([item.enter(inputs) for item in self.items], in_place=True)


@dataclass
class _LateComposite(Leaf):
    parts: list[Leaf]
    rebuild: Any

    def enter(self, inputs: Sequence[Any]) -> Any:
        """A value like it."""
        return self.rebuild([part.enter(inputs) for part in self.parts])


def _placeholders(value: Any) -> Any:
    """A value like ``value`` that stands outside the loop; what it holds does not matter."""
    graph = backend.current()
    if isinstance(value, Saved):
        original = value.with_items([None] * len(value.items), in_place=False)
        return Saved(original, value.keys, [_placeholders(item) for item in value.items])
    if graph.is_tensor(value):
        return graph.placeholder(graph.spec(value))
    if (composite := graph.components(value)) is not None:
        return composite[1]([graph.placeholder(graph.spec(part)) for part in composite[0]])
    return value
