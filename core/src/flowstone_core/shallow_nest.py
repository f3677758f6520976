"""``nest`` below a shallower structure, and with the paths of leaves.

A shallow structure says how deep to go: where it has a leaf, whatever the other structure has there is one value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from flowstone_core.nest import children, is_composite, is_namedtuple, is_nested, rebuild

Path = tuple[Any, ...]


def is_mapping(obj: Any) -> bool:
    """Whether ``obj`` is a dictionary of some kind."""
    return isinstance(obj, Mapping)


def is_attrs(obj: Any) -> bool:
    """Whether ``obj`` is an instance of an attrs class."""
    return hasattr(type(obj), "__attrs_attrs__")


def is_nested_or_composite(seq: Any) -> bool:
    """Whether ``seq`` is a structure, or a value made of several tensors."""
    return is_nested(seq) or is_composite(seq)


def _is_namedtuple(instance: Any, strict: bool = False) -> bool:
    return is_namedtuple(instance)


def _sequence_like(instance: Any, args: Any) -> Any:
    return rebuild(instance, list(args))


def _yield_value(iterable: Any) -> Iterator[Any]:
    return (value for _, value in children(iterable))


def _yield_sorted_items(iterable: Any) -> Iterator[tuple[Any, Any]]:
    return iter(children(iterable))


def list_to_tuple(structure: Any) -> Any:
    """``structure`` with tuples for its lists."""
    if not is_nested(structure):
        return structure
    values = [list_to_tuple(value) for _, value in children(structure)]
    return tuple(values) if isinstance(structure, list) else rebuild(structure, values)


def assert_shallow_structure(
    shallow_tree: Any, input_tree: Any, check_types: bool = True, expand_composites: bool = False
) -> None:
    """Check that ``input_tree`` is nested as ``shallow_tree`` is, down to the latter's leaves.

    Raises:
        TypeError: A structure meets something that is none or, with ``check_types``, another type.
        ValueError: They differ in length or keys.
    """
    for _ in _walk(shallow_tree, [input_tree], check_types, ()):
        pass


def _walk(shallow: Any, inputs: list[Any], check_types: bool, path: Path) -> Iterator[tuple[Path, list[Any]]]:
    """The leaves of ``shallow``: where each is, and what the other structures have there."""
    if not is_nested(shallow):
        yield path, inputs
        return
    for other in inputs:
        _compare(shallow, other, check_types, path)
    branches = [dict(children(other)) if isinstance(other, Mapping) else list(_yield_value(other)) for other in inputs]
    for index, (key, value) in enumerate(children(shallow)):
        inner = [branch[key] if isinstance(branch, dict) else branch[index] for branch in branches]
        yield from _walk(value, inner, check_types, (*path, key))


def _compare(shallow: Any, other: Any, check_types: bool, path: Path) -> None:
    where = f"At {list(path)}: " if path else ""
    if not is_nested(other):
        raise TypeError(
            f"{where}the shallow structure has a {type(shallow).__name__}, the input has the leaf {other!r}."
        )
    same = type(shallow) is type(other) or (isinstance(shallow, Mapping) and isinstance(other, Mapping))
    if is_namedtuple(shallow) and is_namedtuple(other):
        same = shallow._fields == other._fields and type(shallow).__name__ == type(other).__name__
    if check_types and not same:
        raise TypeError(
            f"{where}the shallow structure is a {type(shallow).__name__}, the input a {type(other).__name__}."
        )
    if len(children(shallow)) != len(children(other)):
        raise ValueError(
            f"{where}the shallow structure has length {len(children(shallow))}, the input {len(children(other))}."
        )
    if isinstance(shallow, Mapping) and set(shallow) != set(other):
        raise ValueError(f"{where}the shallow structure has the keys {list(shallow)}, the input {list(other)}.")


def flatten_with_tuple_paths_up_to(
    shallow_tree: Any, input_tree: Any, check_types: bool = True, expand_composites: bool = False
) -> list[tuple[Path, Any]]:
    """Pairs of a path and the part of ``input_tree`` at each leaf of ``shallow_tree``."""
    return [(path, found[0]) for path, found in _walk(shallow_tree, [input_tree], check_types, ())]


def flatten_up_to(
    shallow_tree: Any, input_tree: Any, check_types: bool = True, expand_composites: bool = False
) -> list[Any]:
    """The parts of ``input_tree`` at the leaves of ``shallow_tree``.

    >>> flatten_up_to([0, 0], [1, (2, 3)])
    [1, (2, 3)]
    """
    return [value for _, value in flatten_with_tuple_paths_up_to(shallow_tree, input_tree, check_types)]


def flatten_with_tuple_paths(structure: Any, expand_composites: bool = False) -> list[tuple[Path, Any]]:
    """Pairs of a path and a leaf."""
    return flatten_with_tuple_paths_up_to(structure, structure)


def flatten_with_joined_string_paths(
    structure: Any, separator: str = "/", expand_composites: bool = False
) -> list[tuple[str, Any]]:
    """Pairs of a path, as text, and a leaf."""
    return [(separator.join(map(str, path)), leaf) for path, leaf in flatten_with_tuple_paths(structure)]


def yield_flat_paths(nest: Any, expand_composites: bool = False) -> Iterator[Path]:
    """The paths of the leaves."""
    return (path for path, _ in flatten_with_tuple_paths(nest))


def map_structure_with_tuple_paths_up_to(
    shallow_tree: Any, func: Callable[..., Any], *inputs: Any, **kwargs: Any
) -> Any:
    """``func(path, *parts)`` at each leaf of ``shallow_tree``, in a structure like it."""
    if not inputs:
        raise ValueError("There is no structure to map over: give at least one after the function.")
    kwargs.pop("expand_composites", None)
    check_types = kwargs.pop("check_types", True)
    if kwargs:
        raise ValueError(f"check_types and expand_composites are the only options, got {list(kwargs)}.")
    results = [func(path, *found) for path, found in _walk(shallow_tree, list(inputs), check_types, ())]
    return _packed(shallow_tree, iter(results))


def _packed(shallow: Any, leaves: Iterator[Any]) -> Any:
    if not is_nested(shallow):
        return next(leaves)
    return rebuild(shallow, [_packed(value, leaves) for _, value in children(shallow)])


def map_structure_up_to(shallow_tree: Any, func: Callable[..., Any], *inputs: Any, **kwargs: Any) -> Any:
    """``func(*parts)`` at each leaf of ``shallow_tree``, in a structure like it.

    >>> map_structure_up_to([0, 0], len, [(1,), (2, 3)])
    [1, 2]
    """
    return map_structure_with_tuple_paths_up_to(shallow_tree, lambda path, *parts: func(*parts), *inputs, **kwargs)


def map_structure_with_tuple_paths(func: Callable[..., Any], *structure: Any, **kwargs: Any) -> Any:
    """``func(path, *leaves)`` at each leaf."""
    return map_structure_with_tuple_paths_up_to(structure[0], func, *structure, **kwargs)


def map_structure_with_paths(func: Callable[..., Any], *structure: Any, **kwargs: Any) -> Any:
    """``func(path, *leaves)`` at each leaf, with paths as text."""

    def with_text(path: Path, *leaves: Any) -> Any:
        return func("/".join(map(str, path)), *leaves)

    return map_structure_with_tuple_paths_up_to(structure[0], with_text, *structure, **kwargs)


def get_traverse_shallow_structure(
    traverse_fn: Callable[[Any], Any], structure: Any, expand_composites: bool = False
) -> Any:
    """A shallow structure that goes on where ``traverse_fn(part)`` says True; its leaves are booleans.

    ``traverse_fn`` may also give a structure of booleans for what is directly inside.
    """
    go_on = traverse_fn(structure)
    if not is_nested(structure):
        if not isinstance(go_on, bool):
            raise TypeError(f"traverse_fn gave {go_on!r} for the leaf {structure!r}: give a bool.")
        return go_on
    if isinstance(go_on, bool):
        if not go_on:
            return False
        return rebuild(
            structure, [get_traverse_shallow_structure(traverse_fn, value) for _, value in children(structure)]
        )
    answers = [value for _, value in children(go_on)]
    below = [
        get_traverse_shallow_structure(traverse_fn, value) if answer else False
        for answer, (_, value) in zip(answers, children(structure), strict=True)
    ]
    return rebuild(structure, below)
