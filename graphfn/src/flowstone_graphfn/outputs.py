"""What a traced function returns: tensors in a structure, and how to put computed ones in their place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flowstone_core import nest
from flowstone_core.conversion import convert_to_tensor
from flowstone_core.tensor import Tensor
from flowstone_core.variable import Variable

Packer = Callable[[Sequence[Any]], Any]
"""Makes the structured result from the flat tensors."""


def converted(result: Any, function_name: str) -> Any:
    """``result`` with every leaf a tensor, a composite tensor or None.

    Raises:
        TypeError: If a leaf cannot become one.
    """

    def convert(leaf: Any) -> Any:
        if leaf is None or isinstance(leaf, Tensor) or nest.is_composite(leaf):
            return leaf
        if isinstance(leaf, Variable):
            return leaf.value()
        try:
            return convert_to_tensor(leaf)
        except (TypeError, ValueError):
            raise TypeError(
                "To be compatible with tf.function, Python functions must return zero or more Tensors or "
                f"ExtensionTypes or None values; in compilation of {function_name}, found return value of type "
                f"{type(leaf).__name__}, which is not a Tensor or ExtensionType."
            ) from None

    return nest.map_structure(convert, result)


def flat_tensors(structure: Any) -> list[Any]:
    """The tensors in a converted result."""
    return [leaf for leaf in nest.flatten(structure, expand_composites=True) if leaf is not None]


def packer(structure: Any) -> Packer:
    """A function that makes a structure like ``structure`` from the tensors that ``flat_tensors`` lists."""
    pack, _ = _packer(structure, 0)
    return pack


def _packer(structure: Any, start: int) -> tuple[Packer, int]:
    """The packer of a part whose tensors begin at ``start``; where the next part's begin."""
    if structure is None:
        return _nothing, start
    if nest.is_nested(structure):
        return _structure_packer(structure, start)
    if nest.is_composite(structure):
        end = start + len(flat_tensors(structure))
        return (lambda tensors: nest.pack_sequence_as(structure, list(tensors[start:end]), expand_composites=True)), end
    return (lambda tensors: tensors[start]), start + 1


def _structure_packer(structure: Any, start: int) -> tuple[Packer, int]:
    kind, position = type(structure), start
    leaves: list[tuple[Any, int]] = []
    others: list[tuple[Any, Packer]] = []
    pairs = nest.children(structure)
    for place, (key, child) in enumerate(pairs):
        where = key if kind is dict else place
        if isinstance(child, Tensor):
            leaves.append((where, position))
            position += 1
        else:
            pack, position = _packer(child, position)
            others.append((where, pack))
    if not others and kind in (list, tuple):
        return (lambda tensors: kind(tensors[start:position])), position
    blank: Any = dict.fromkeys(structure) if kind is dict else [None] * len(pairs)  # a dict's keys keep their order

    def fill(tensors: Sequence[Any]) -> Any:
        made = blank.copy()
        for where, index in leaves:
            made[where] = tensors[index]
        for where, pack in others:
            made[where] = pack(tensors)
        return made

    if kind in (list, dict):
        return fill, position
    if kind is tuple:
        return (lambda tensors: tuple(fill(tensors))), position
    return (lambda tensors: nest.rebuild(structure, fill(tensors))), position


def _nothing(tensors: Sequence[Any]) -> None:
    return None
