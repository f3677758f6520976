"""``tf.nest``: structures of lists, tuples, named tuples, dictionaries, attrs and data classes.

Dictionaries are taken in the order of their sorted keys. Composite tensors (ragged, sparse, ...) are leaves
unless ``expand_composites`` asks for their parts; they say what those are by ``_type_spec``.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any


def is_nested(seq: Any) -> bool:
    """Whether ``seq`` is a structure rather than a leaf.

    >>> tf.nest.is_nested([1]), tf.nest.is_nested("text")
    (True, False)
    """
    kind = type(seq)
    if kind in _ATOMS:
        return False
    return isinstance(seq, (list, tuple, Mapping)) or _is_attrs(kind) or _is_dataclass(kind)


_ATOMS = frozenset({int, float, str, bytes, bool, type(None)})


def _is_attrs(kind: type) -> bool:
    return hasattr(kind, "__attrs_attrs__")


def _is_dataclass(kind: type) -> bool:
    return dataclasses.is_dataclass(kind) and hasattr(kind, "__tf_flatten__")


def is_namedtuple(value: Any) -> bool:
    """Whether ``value`` is an instance of a named tuple."""
    return isinstance(value, tuple) and hasattr(value, "_fields")


def is_composite(value: Any) -> bool:
    """Whether ``value`` is made of several tensors and says so by a ``_type_spec``."""
    return getattr(type(value), "__flowstone_composite__", False)


def sorted_keys(mapping: Mapping[Any, Any]) -> list[Any]:
    """The keys in sorted order.

    Raises:
        TypeError: If they cannot be sorted.
    """
    try:
        return sorted(mapping)
    except TypeError:
        raise TypeError("nest only supports dicts with sortable keys.") from None


def children(structure: Any) -> list[tuple[Any, Any]]:
    """The (key, value) pairs directly inside a structure, in nest's order."""
    if isinstance(structure, Mapping):
        return [(key, structure[key]) for key in sorted_keys(structure)]
    if is_namedtuple(structure):
        return list(zip(structure._fields, structure, strict=True))
    if isinstance(structure, (list, tuple)):
        return list(enumerate(structure))
    if _is_attrs(type(structure)):
        return [(attr.name, getattr(structure, attr.name)) for attr in type(structure).__attrs_attrs__]
    _, components = structure.__tf_flatten__()
    return list(enumerate(components))


def rebuild(structure: Any, values: Sequence[Any]) -> Any:
    """A structure like ``structure`` with ``values`` in the place of what is directly inside, in nest's order."""
    if isinstance(structure, Mapping):
        by_key = dict(zip(sorted_keys(structure), values, strict=True))
        ordered = {key: by_key[key] for key in structure}
        if type(structure) is dict:
            return ordered
        if hasattr(structure, "default_factory"):
            result = type(structure)(structure.default_factory)  # type: ignore[call-arg]
            result.update(ordered)  # type: ignore[attr-defined]
            return result
        return type(structure)(ordered)  # type: ignore[call-arg]
    if is_namedtuple(structure):
        return type(structure)(*values)
    if isinstance(structure, (list, tuple)):
        if type(structure) in (list, tuple):
            return type(structure)(values)
        return _rebuild_sequence(structure, values)
    if _is_attrs(type(structure)):
        names = [attr.name.lstrip("_") for attr in type(structure).__attrs_attrs__]
        return type(structure)(**dict(zip(names, values, strict=True)))
    metadata, _ = structure.__tf_flatten__()
    return type(structure).__tf_unflatten__(metadata, tuple(values))


def _rebuild_sequence(structure: Any, values: Sequence[Any]) -> Any:
    try:
        return type(structure)(values)
    except TypeError:
        return list(values) if isinstance(structure, list) else tuple(values)


def _parts(value: Any) -> Any:
    """The parts of a composite: a structure, whose leaves may be composites again."""
    return value._type_spec._to_components(value)


def iterate(structure: Any, expand_composites: bool = False) -> Iterator[Any]:
    """The leaves, in nest's order."""
    if is_nested(structure):
        for _, value in children(structure):
            yield from iterate(value, expand_composites)
    elif expand_composites and is_composite(structure):
        yield from iterate(_parts(structure), True)
    elif expand_composites and getattr(type(structure), "__flowstone_composite_spec__", False):
        yield from iterate(structure._component_specs, True)
    else:
        yield structure


def flatten(structure: Any, expand_composites: bool = False) -> list[Any]:
    """The leaves of a structure as a flat list.

    >>> tf.nest.flatten({"b": 1, "a": [2, (3, 4)]})
    [2, 3, 4, 1]
    """
    if type(structure) in (list, tuple) and all(type(item) in _ATOMS for item in structure):
        return list(structure)
    return list(iterate(structure, expand_composites))


def pack_sequence_as(structure: Any, flat_sequence: Any, expand_composites: bool = False) -> Any:
    """A structure like ``structure`` whose leaves are those of ``flat_sequence``.

    >>> tf.nest.pack_sequence_as({"a": 0, "b": (0, 0)}, [1, 2, 3])
    {'a': 1, 'b': (2, 3)}

    Raises:
        ValueError: If the number of leaves differs.
        TypeError: If ``flat_sequence`` is no sequence.
    """
    if not isinstance(flat_sequence, (list, tuple)):
        raise TypeError(
            f"Attempted to pack value:\n  {flat_sequence}\ninto a structure, but found incompatible type "
            f"`{type(flat_sequence)}` instead."
        )
    needed = len(flatten(structure, expand_composites))
    if needed != len(flat_sequence):
        raise ValueError(
            f"Could not pack sequence. Structure had {needed} atoms, but flat_sequence had {len(flat_sequence)} "
            f"items. Structure: {structure}, flat_sequence: {list(flat_sequence)}."
        )
    return _pack(structure, iter(flat_sequence), expand_composites)


def _pack(structure: Any, leaves: Iterator[Any], expand_composites: bool) -> Any:
    if is_nested(structure):
        return rebuild(structure, [_pack(value, leaves, expand_composites) for _, value in children(structure)])
    if expand_composites and is_composite(structure):
        parts = _pack(_parts(structure), leaves, True)
        renewed = getattr(structure, "_with_components", None)  # what knows more of itself than its type spec says
        return structure._type_spec._from_components(parts) if renewed is None else renewed(parts)
    if expand_composites and getattr(type(structure), "__flowstone_composite_spec__", False):
        return structure._from_components(_pack(structure._component_specs, leaves, True))
    return next(leaves)


def map_structure(func: Callable[..., Any], *structure: Any, **kwargs: Any) -> Any:
    """Apply ``func`` to the leaves of one or several like structures; the result has the same structure.

    >>> tf.nest.map_structure(lambda x, y: x + y, {"a": 1}, {"a": 10})
    {'a': 11}

    Raises:
        TypeError: If ``func`` is not callable or structures' types differ.
        ValueError: If no structure is given or they differ.
    """
    if not callable(func):
        raise TypeError(f"func must be callable, got: {func}")
    if not structure:
        raise ValueError("Must provide at least one structure")
    check_types = kwargs.pop("check_types", True)
    expand_composites = kwargs.pop("expand_composites", False)
    if kwargs:
        raise ValueError(f"Only valid keyword arguments are `check_types` and `expand_composites`, not: {list(kwargs)}")
    for other in structure[1:]:
        assert_same_structure(structure[0], other, check_types=check_types, expand_composites=expand_composites)
    columns = zip(*(flatten(each, expand_composites) for each in structure), strict=True)
    return pack_sequence_as(structure[0], [func(*leaves) for leaves in columns], expand_composites)


def assert_same_structure(nest1: Any, nest2: Any, check_types: bool = True, expand_composites: bool = False) -> None:
    """Check that two structures are nested in the same way.

    Raises:
        ValueError: If they differ in the number or nesting of leaves.
        TypeError: If they differ in the types of their sequences (with ``check_types``).
    """
    try:
        _compare(nest1, nest2, check_types, expand_composites)
    except (ValueError, TypeError) as error:
        raise type(error)(
            "The two structures don't have the same nested structure.\n\n"
            f"First structure: type={type(nest1).__name__} str={nest1}\n\n"
            f"Second structure: type={type(nest2).__name__} str={nest2}\n\nMore specifically: {error}"
        ) from None


def _compare(a: Any, b: Any, check_types: bool, expand_composites: bool) -> None:
    nested_a, nested_b = is_nested(a), is_nested(b)
    if nested_a != nested_b:
        which, other = (a, b) if nested_a else (b, a)
        raise ValueError(f"{type(which).__name__} {which} is a sequence, but {other} is not.")
    if not nested_a:
        if expand_composites and (is_composite(a) or is_composite(b)):
            _compare_composites(a, b)
        return
    if check_types and not _same_kind(a, b):
        raise TypeError(f"they have types {type(a).__name__} and {type(b).__name__}.")
    ours, theirs = children(a), children(b)
    if len(ours) != len(theirs):
        raise ValueError(f"they have {len(ours)} and {len(theirs)} elements.")
    if isinstance(a, Mapping) and [key for key, _ in ours] != [key for key, _ in theirs]:
        raise ValueError(f"they have different keys: {sorted_keys(a)} and {sorted_keys(b)}.")
    for (_, x), (_, y) in zip(ours, theirs, strict=True):
        _compare(x, y, check_types, expand_composites)


def _compare_composites(a: Any, b: Any) -> None:
    alike = is_composite(a) and is_composite(b)
    if not alike or a._type_spec.most_specific_common_supertype([b._type_spec]) is None:
        raise ValueError(f"{type(a).__name__} {a} and {type(b).__name__} {b} have no type in common.")


def _same_kind(a: Any, b: Any) -> bool:
    if is_namedtuple(a) and is_namedtuple(b):
        return type(a).__name__ == type(b).__name__ and a._fields == b._fields
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        return True
    if isinstance(a, list) and isinstance(b, list):
        return True
    return type(a) is type(b)


def flatten_with_paths(structure: Any) -> list[tuple[tuple[Any, ...], Any]]:
    """The leaves with the keys and indices that lead to each."""
    found: list[tuple[tuple[Any, ...], Any]] = []

    def visit(value: Any, path: tuple[Any, ...]) -> None:
        if is_nested(value):
            for key, child in children(value):
                visit(child, (*path, key))
        else:
            found.append((path, value))

    visit(structure, ())
    return found
