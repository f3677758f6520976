"""Two branches of the graph, one set of variables: what each variable is after an ``if`` of tensors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from flowstone_graphfn.autograph import backend
from flowstone_graphfn.autograph.backend import Subgraph
from flowstone_graphfn.autograph.operators.growth import after_branches
from flowstone_graphfn.autograph.operators.place import label, user_line
from flowstone_graphfn.autograph.operators.snapshot import Saved
from flowstone_graphfn.autograph.operators.undefined import MaybeUndefined, Undefined

Rebuild: TypeAlias = Callable[[Sequence[Any]], Any]
"""Makes a variable's value from the outputs of the conditional."""

ARMS = ("main", "else")
_MISSING = Undefined("nothing", tracked=False)


class Merge:
    """Unifies the values of variables after two branches.

    Values that both branches share stay what they are. Different ones become outputs: tensors of one type. A
    variable that one branch leaves without a value gets an arbitrary one there, and a flag.
    """

    def __init__(self, branches: tuple[Subgraph, Subgraph]) -> None:
        self.branches = branches
        self.pairs: list[tuple[str, Any, Any]] = []
        self._plans: dict[tuple[int, int], Any] = {}
        self._made: list[Any] = []  # keeps alive what the plans know by identity

    def run(self, predicate: Any, names: Sequence[str], main: Sequence[Any], orelse: Sequence[Any]) -> list[Any]:
        """Build the conditional; the variables' values after it.

        Args:
            predicate: A scalar bool tensor.
            names: The variables.
            main: Their snapshots after the first branch.
            orelse: Their snapshots after the second.

        Raises:
            TypeError: If a variable has different types.
            ValueError: If it has no value, or None, in one branch only.
        """
        plans = [self._variable(label(name), a, b) for name, a, b in zip(names, main, orelse, strict=True)]
        outputs = backend.current().cond(predicate, self.branches, self._tensors())
        return [plan(outputs) for plan in plans]

    # -- what each variable becomes ------------------------------------------------------------------------

    def _variable(self, name: str, a: Any, b: Any) -> Rebuild:
        if isinstance(a, Undefined) and isinstance(b, Undefined):
            return lambda _: a
        value_a, defined_a = _parts(a)
        value_b, defined_b = _parts(b)
        value = self._value(name, value_a, value_b)
        if (defined_a is True and defined_b is True) or not _tracked(a, b):
            return value
        if "." in name:
            missing = ARMS[0] if isinstance(a, Undefined) else ARMS[1]
            raise ValueError(f"'{name}' must also be set in the {missing} branch of the condition at {user_line()}.")
        defined = self._value(name, defined_a, defined_b)
        return lambda outputs: MaybeUndefined(name, value(outputs), defined(outputs))

    def _value(self, path: str, a: Any, b: Any) -> Rebuild:
        if isinstance(a, Saved) or isinstance(b, Saved):
            return self._container(path, a, b)
        if a is b or (b is _MISSING and not self._becomes_tensor(a)):
            return lambda _: a
        if a is _MISSING and not self._becomes_tensor(b):
            return lambda _: b
        if type(a) is type(b) and _is_plain(a) and a == b:
            return lambda _: a
        if (composite := self._composite(path, a, b)) is not None:
            return composite
        position = len(self.pairs)
        self.pairs.append((path, a, b))
        return lambda outputs: outputs[position]

    def _becomes_tensor(self, value: Any) -> bool:
        graph = backend.current()
        return graph.is_tensor(value) or graph.components(value) is not None

    def _container(self, path: str, a: Any, b: Any) -> Rebuild:
        if (key := (id(a), id(b))) in self._plans:
            known = self._plans[key]
            return lambda outputs: known[0](outputs)
        if path.isidentifier() and (grown := after_branches(self.branches, a, b)) is not None:
            a, b = grown
            self._made.append(grown)
            key = (id(a), id(b))
        plan = self._plans[key] = []
        model = a if isinstance(a, Saved) else b
        others = [_MISSING] * len(model.items)
        if a is not _MISSING and b is not _MISSING:
            self._check_alike(path, a, b)
        items_a = a.items if isinstance(a, Saved) else others
        items_b = b.items if isinstance(b, Saved) else others
        pairs = zip(model.keys, items_a, items_b, strict=True)
        items = [self._value(f"{path}[{key!r}]", x, y) for key, x, y in pairs]
        in_place = items_a is others or items_b is others or a.original is b.original
        plan.append(lambda outputs: model.with_items([item(outputs) for item in items], in_place))
        return plan[0]

    def _check_alike(self, path: str, a: Any, b: Any) -> None:
        for arm, value, other in ((ARMS[0], a, b), (ARMS[1], b, a)):
            if value is None:
                raise _none(path, arm)
            if not isinstance(value, Saved) or (isinstance(other, Saved) and value.kind is not other.kind):
                raise TypeError(
                    f"'{path}' does not have the same nested structure in the main and else branches of the condition "
                    f"at {user_line()}: {_kind(a)} and {_kind(b)}."
                )
            if isinstance(other, Saved) and isinstance(value.original, dict):
                for key in other.keys:
                    if key not in value.keys:
                        raise ValueError(
                            f"'{path}[{key!r}]' must also be initialized in the {arm} branch of the condition at "
                            f"{user_line()}."
                        )
        if len(a.keys) != len(b.keys) or a.keys != b.keys:
            raise ValueError(
                f"'{path}' has {len(a.keys)} elements in the main branch, but {len(b.keys)} in the else branch of the "
                f"condition at {user_line()}. Give it the same structure in both, or use a tf.TensorArray."
            )

    def _composite(self, path: str, a: Any, b: Any) -> Rebuild | None:
        graph = backend.current()
        parts_a = None if a is _MISSING else graph.components(a)
        parts_b = None if b is _MISSING else graph.components(b)
        model = parts_a or parts_b
        if model is None:
            return None
        if (
            (a is not _MISSING and parts_a is None)
            or (b is not _MISSING and parts_b is None)
            or (
                parts_a is not None
                and parts_b is not None
                and (type(a) is not type(b) or len(parts_a[0]) != len(parts_b[0]))
            )
        ):
            if a is None or b is None:
                raise _none(path, ARMS[0] if a is None else ARMS[1])
            raise TypeError(
                f"'{path}' does not have the same nested structure in the main and else branches of the condition at "
                f"{user_line()}: {_kind(a)} and {_kind(b)}."
            )
        others = [_MISSING] * len(model[0])
        columns = zip(parts_a[0] if parts_a else others, parts_b[0] if parts_b else others, strict=True)
        items = [self._value(path, x, y) for x, y in columns]
        return lambda outputs: model[1]([item(outputs) for item in items])

    # -- outputs ---------------------------------------------------------------------------------------------

    def _tensors(self) -> tuple[list[Any], list[Any]]:
        """The outputs of both branches, converted where they belong."""
        outputs: tuple[list[Any], list[Any]] = ([], [])
        for path, a, b in self.pairs:
            known: list[Any] = [None, None]
            for arm, value, other in ((0, a, b), (1, b, a)):
                if value is not _MISSING:
                    known[arm] = self._tensor(path, arm, value, other)
            for arm in (0, 1):
                if known[arm] is None:
                    spec = backend.current().spec(known[1 - arm])
                    with self.branches[arm]:
                        known[arm] = backend.current().placeholder(spec)
            if known[0].dtype != known[1].dtype:
                raise TypeError(
                    f"'{path}' has dtype {known[0].dtype.name} in the main branch, but dtype {known[1].dtype.name} in "
                    f"the else branch of the condition at {user_line()}. Make them alike with tf.cast."
                )
            outputs[0].append(known[0])
            outputs[1].append(known[1])
        return outputs

    def _tensor(self, path: str, arm: int, value: Any, other: Any) -> Any:
        graph = backend.current()
        dtype = other.dtype if _is_number(value) and graph.is_tensor(other) else None
        if value is None:
            raise _none(path, ARMS[arm])
        with self.branches[arm]:
            try:
                return graph.convert(value, dtype)
            except (TypeError, ValueError) as error:
                if dtype is None:
                    raise TypeError(
                        f"'{path}' is {_kind(value)} at the end of the {ARMS[arm]} branch of the condition at "
                        f"{user_line()}, and something else at the end of the other. Under a tensor condition a "
                        "variable must be a tensor, a structure of tensors, or the same Python object in both branches."
                    ) from error
                return graph.convert(value)


def _parts(value: Any) -> tuple[Any, Any]:
    """A variable's value and whether it has one."""
    if isinstance(value, Undefined):
        return _MISSING, False
    if isinstance(value, MaybeUndefined):
        return value.value, value.defined
    return value, True


def _tracked(a: Any, b: Any) -> bool:
    return all(value.tracked for value in (a, b) if isinstance(value, Undefined))


def _is_plain(value: Any) -> bool:
    return isinstance(value, (bool, int, float, complex, str, bytes, frozenset, range, slice))


def _is_number(value: Any) -> bool:
    return isinstance(value, (bool, int, float, complex))


def _kind(value: Any) -> str:
    if isinstance(value, Saved):
        return f"a {value.kind.__name__} of {len(value.items)}"
    return f"of type {type(value).__name__}"


def _none(path: str, arm: str) -> ValueError:
    if path == "the return value":
        return ValueError(
            f"the {arm} branch of the condition at {user_line()} must also have a return statement that returns a "
            "value."
        )
    return ValueError(
        f"'{path}' is None at the end of the {arm} branch of the condition at {user_line()}, but not at the end of the "
        "other."
    )
