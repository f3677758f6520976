"""The variables of a loop in the graph: what goes in, what each iteration makes of it, what comes out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flowstone_graphfn.autograph import backend
from flowstone_graphfn.autograph.backend import GrowingList, Spec, Subgraph, is_symbolic
from flowstone_graphfn.autograph.operators.place import user_line
from flowstone_graphfn.autograph.operators.snapshot import Saved, elements


@dataclass
class Slots:
    """The tensors that a loop carries, in parallel lists.

    Attributes:
        initial: Before the loop.
        specs: What the body and the test receive.
        outputs: After one iteration.
    """

    initial: list[Any] = field(default_factory=list)
    specs: list[Spec] = field(default_factory=list)
    outputs: list[Any] = field(default_factory=list)

    def add(self, initial: Any, spec: Spec | None = None) -> int:
        """Add a tensor; its position."""
        self.initial.append(initial)
        self.specs.append(spec if spec is not None else backend.current().spec(initial))
        return len(self.initial) - 1


class Leaf:
    """One value of a variable that is no container."""

    def enter(self, inputs: Sequence[Any]) -> Any:
        """The value inside the loop (or after it), from the tensors of the slots."""
        raise NotImplementedError

    def leave(self, loop: Leaving, path: str, value: Any) -> None:
        """Take the value after one iteration."""
        raise NotImplementedError


@dataclass
class Fixed(Leaf):
    """A Python object that no iteration may change."""

    value: Any

    def enter(self, inputs: Sequence[Any]) -> Any:
        """The object."""
        return self.value

    def leave(self, loop: Leaving, path: str, value: Any) -> None:
        """Check that it is still the same."""
        if value is self.value or (type(value) is type(self.value) and _equal(value, self.value)):
            return
        if path.isidentifier() and is_symbolic(self.value):  # a variable: from now on it is its value
            loop.unset[path] = backend.current().convert(self.value)
            return
        before, after = _kind(self.value), _kind(value)
        if self.value is None:
            raise ValueError(
                f"'{path}' is None before the loop at {user_line()}, but {after} after one iteration. Give it a tensor "
                "before the loop."
            )
        raise TypeError(
            f"'{path}' is {before} before the loop at {user_line()}, and {after} after one iteration. In a loop over "
            "tensors a variable must be a tensor, a structure of tensors, or a Python object that stays the same."
        )


@dataclass
class Carried(Leaf):
    """A tensor that the loop carries.

    Attributes:
        position: Its slot.
        number: The Python number it was before the loop, or None.
    """

    position: int
    number: Any = None

    def enter(self, inputs: Sequence[Any]) -> Any:
        """The tensor."""
        return inputs[self.position]

    def leave(self, loop: Leaving, path: str, value: Any) -> None:
        """Take the tensor after one iteration: same type, a shape that fits."""
        graph, spec = backend.current(), loop.slots.specs[self.position]
        if value is None:
            raise ValueError(f"'{path}' is None after one iteration of the loop at {user_line()}. Give it a tensor.")
        output = loop.convert(path, value, spec.dtype)
        if output.dtype != spec.dtype:
            if self.number is not None:
                loop.retry[path] = output.dtype
                return
            raise TypeError(
                f"'{path}' has dtype {spec.dtype.name} before the loop, but dtype {output.dtype.name} after one "
                f"iteration of the loop at {user_line()}. Make them alike with tf.cast."
            )
        if not graph.fits(graph.spec(output), spec):
            if loop.loosens and path.isidentifier():
                loop.looser[path] = graph.common_shape(graph.spec(output), spec)
                return
            raise ValueError(
                f"'{path}' has shape {_shape(spec)} before the loop, but shape {_shape(graph.spec(output))} after one "
                f"iteration. Use tf.autograph.experimental.set_loop_options to set shape invariants: "
                f"set_loop_options(shape_invariants=[({path}, tf.TensorShape([...]))]) in the loop at {user_line()}."
            )
        loop.slots.outputs[self.position] = output


@dataclass
class Composite(Leaf):
    """A value made of several tensors, such as a TensorArray.

    Attributes:
        parts: Its tensors.
        rebuild: Makes it of tensors.
        kind: Its type.
    """

    parts: list[Carried]
    rebuild: Callable[[Sequence[Any]], Any]
    kind: type

    def enter(self, inputs: Sequence[Any]) -> Any:
        """The value of the loop's tensors."""
        return self.rebuild([part.enter(inputs) for part in self.parts])

    def leave(self, loop: Leaving, path: str, value: Any) -> None:
        """Take its tensors after one iteration."""
        with loop.body:
            after = backend.current().components(value)
        if after is None or len(after[0]) != len(self.parts) or type(value) is not self.kind:
            raise TypeError(
                f"'{path}' is a {self.kind.__name__} before the loop at {user_line()}, and {_kind(value)} after one "
                "iteration."
            )
        for part, tensor in zip(self.parts, after[0], strict=True):
            part.leave(loop, path, tensor)
        self.rebuild = after[1]


@dataclass
class Container(Leaf):
    """A list, dictionary or tuple.

    Attributes:
        saved: It, as it was before the loop.
        items: Its values.
    """

    saved: Saved
    items: list[Leaf]

    def enter(self, inputs: Sequence[Any]) -> Any:
        """The same container with the loop's values."""
        return self.saved.with_items([item.enter(inputs) for item in self.items], in_place=True)

    def leave(self, loop: Leaving, path: str, value: Any) -> None:
        """Take its values after one iteration: the structure stays."""
        if not isinstance(value, Saved) or value.kind is not self.saved.kind or value.keys != self.saved.keys:
            if self.saved.kind is list and loop.grow(path, self.saved, value):
                return
            after = f"a {value.kind.__name__} with {value.keys}" if isinstance(value, Saved) else _kind(value)
            raise ValueError(
                f"'{path}' does not have the same nested structure after one iteration of the loop at {user_line()}: "
                f"it was a {self.saved.kind.__name__} with {self.saved.keys}, and became {after}. Use a tf.TensorArray "
                "for what grows."
            )
        for key, item, new in zip(self.saved.keys, self.items, value.items, strict=True):
            item.leave(loop, f"{path}[{key!r}]", new)


class Leaving:
    """The end of one traced iteration.

    Attributes:
        slots: The loop's tensors.
        body: The graph of the body.
        retry: Variables that were numbers and turned out to have another type: the types.
        unset: Variables that some iteration sets and a later one may need: what they enter as.
        grown: Lists whose length changed: their elements before the loop, and all that they are known to have.
        loosens: Whether variables may lose what is known of their shape.
        looser: Variables that did: the shape that is left.
    """

    def __init__(self, slots: Slots, body: Subgraph, loosens: bool = False) -> None:
        self.slots = slots
        self.body = body
        self.loosens = loosens
        self.looser: dict[str, Any] = {}
        self.retry: dict[str, Any] = {}
        self.unset: dict[str, Any] = {}
        self.grown: dict[str, tuple[list[Any], list[Any]]] = {}

    def grow(self, path: str, before: Saved, after: Any) -> bool:
        """Note that a list changes its length, if it is a variable's."""
        if not path.isidentifier():
            return False
        if not isinstance(after, Saved) or not (after.kind is list or isinstance(after.original, GrowingList)):
            return False
        self.grown[path] = elements(before), elements(before) + elements(after)
        return True

    def convert(self, path: str, value: Any, dtype: Any) -> Any:
        """A value as a tensor of the body."""
        graph = backend.current()
        with self.body:
            try:
                return graph.convert(value, dtype if isinstance(value, (bool, int, float, complex)) else None)
            except (TypeError, ValueError):
                try:
                    return graph.convert(value)
                except (TypeError, ValueError) as error:
                    raise TypeError(
                        f"'{path}' is a tensor before the loop at {user_line()}, and {_kind(value)} after one "
                        "iteration."
                    ) from error


def leaf_of(value: Any, slots: Slots, path: str, shape: Any = None, dtypes: Mapping[str, Any] = {}) -> Leaf:
    """How a value before the loop goes into it.

    Args:
        value: A value of a snapshot.
        slots: Where its tensors go.
        path: The variable, with the keys that lead to the value.
        shape: Its shape invariant, or None.
        dtypes: The types that Python numbers must have, by path.
    """
    graph = backend.current()
    if isinstance(value, Saved):
        if value.kind is set:
            return Container(value, [Fixed(value.items[0])])
        shapes = _shapes_for(value, shape)
        parts = zip(value.keys, value.items, shapes, strict=True)
        return Container(value, [leaf_of(item, slots, f"{path}[{key!r}]", each, dtypes) for key, item, each in parts])
    if graph.is_tensor(value):
        return Carried(_slot(slots, value, shape))
    if isinstance(value, (bool, int, float, complex)):
        return Carried(_slot(slots, graph.convert(value, dtypes.get(path)), shape), value)
    if isinstance(value, (str, bytes)):
        return Carried(_slot(slots, graph.convert(value), shape))
    if (composite := graph.components(value)) is not None:
        tensors, rebuild = composite
        return Composite([Carried(_slot(slots, tensor, None)) for tensor in tensors], rebuild, type(value))
    return Fixed(value)


def _slot(slots: Slots, tensor: Any, shape: Any) -> int:
    graph = backend.current()
    tensor = graph.convert(tensor)
    spec = graph.spec(tensor)
    return slots.add(tensor, spec if shape is None else graph.with_shape(spec, shape))


def _shapes_for(value: Saved, shape: Any) -> list[Any]:
    if shape is None:
        return [None] * len(value.items)
    if isinstance(value.original, dict) and isinstance(shape, Mapping):
        return [shape[key] for key in value.keys]
    if isinstance(shape, (list, tuple)) and len(shape) == len(value.items):
        return list(shape)
    raise ValueError(f"The shape invariant {shape!r} does not have the structure of {value.original!r}.")


def _equal(first: Any, second: Any) -> bool:
    try:
        return bool(first == second)
    except (TypeError, ValueError):
        return False


def _kind(value: Any) -> str:
    return f"a {value.kind.__name__}" if isinstance(value, Saved) else f"of type {type(value).__name__}"


def _shape(spec: Spec) -> str:
    shape = spec.shape
    if not isinstance(shape, tuple):
        return str(shape)
    return f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"
