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
        packers: list[Packer] = []
        position = start
        plain = True
        for _, child in nest.children(structure):
            plain = plain and isinstance(child, Tensor)
            pack, position = _packer(child, position)
            packers.append(pack)
        if plain and type(structure) in (list, tuple):
            kind = type(structure)
            return (lambda tensors, end=position: kind(tensors[start:end])), position
        if type(structure) is list:
            return (lambda tensors: [pack(tensors) for pack in packers]), position
        if type(structure) is tuple:
            return (lambda tensors: tuple([pack(tensors) for pack in packers])), position
        if type(structure) is dict:
            by_key = dict(zip(nest.sorted_keys(structure), packers, strict=True))
            items = [(key, by_key[key]) for key in structure]  # the result has the keys in the structure's order
            return (lambda tensors: {key: pack(tensors) for key, pack in items}), position
        return (lambda tensors: nest.rebuild(structure, [pack(tensors) for pack in packers])), position
    if nest.is_composite(structure):
        end = start + len(flat_tensors(structure))
        return (lambda tensors: nest.pack_sequence_as(structure, list(tensors[start:end]), expand_composites=True)), end
    return (lambda tensors: tensors[start]), start + 1


def _nothing(tensors: Sequence[Any]) -> None:
    return None
