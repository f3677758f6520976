"""``tf.vectorized_map``: a function for each element of a batch, computed for all at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flowstone_core import nest
from flowstone_core.conversion import convert_to_tensor
from flowstone_core.errors import InvalidArgumentError
from flowstone_core.ops.array import shape

from flowstone_autodiff.batch_registry import BatchCall
from flowstone_autodiff.batched import vectorized
from flowstone_autodiff.static import dims


def vectorized_map(fn: Callable[[Any], Any], elems: Any, fallback_to_while_loop: bool = True, warn: bool = True) -> Any:
    """Apply ``fn`` to each element of ``elems`` (along the first dimension), for all elements at once.

    Each op of ``fn`` is executed once, for the whole batch; only ops that cannot are executed element by element.

    >>> x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    >>> tf.vectorized_map(lambda row: row / tf.reduce_sum(row), x).numpy()
    array([[0.33333334, 0.6666667 ],
           [0.42857143, 0.5714286 ]], dtype=float32)

    Args:
        fn: A function of one element (a structure like ``elems``) that returns a structure of tensors. As in a
            ``tf.function``, tensors have no values in it, so Python cannot branch on them.
        elems: A tensor, or a structure of tensors with the same first dimension (or 1).
        fallback_to_while_loop: Accepted.
        warn: Accepted.

    Returns:
        What ``fn`` returns, stacked along a new first dimension; what does not depend on the element is repeated.

    Raises:
        ValueError: If ``elems`` holds nothing.
        IndexError: If a tensor in ``elems`` is a scalar.
        tf.errors.InvalidArgumentError: If first dimensions differ.
        TypeError: If ``fn`` is not callable.
    """
    if not callable(fn):
        raise TypeError(f"{type(fn).__name__!r} object is not callable: vectorized_map takes a function, got {fn!r}.")
    flat = [convert_to_tensor(leaf) for leaf in nest.flatten(elems, expand_composites=True)]
    if not flat:
        raise ValueError("vectorized_map needs at least one tensor in `elems`.")
    size = _size(flat)
    rows = [BatchCall.repeated(leaf, size) if _is_one(leaf) and size != 1 else leaf for leaf in flat]
    structure: list[Any] = []

    def run(*elements: Any) -> list[Any]:
        result = fn(nest.pack_sequence_as(elems, list(elements), expand_composites=True))
        structure.append(result)
        return nest.flatten(result)

    results = vectorized(size, run, rows)
    return nest.pack_sequence_as(structure[0], results)


def _is_one(tensor: Any) -> bool:
    known = dims(tensor)
    return known is not None and known[0] == 1


def _size(tensors: list[Any]) -> Any:
    """The common first dimension: a number if it is known, else a scalar tensor."""
    sizes = set()
    for tensor in tensors:
        known = dims(tensor)
        if known == ():
            raise IndexError(f"vectorized_map maps over the first dimension, but {tensor!r} is a scalar.")
        if known is not None and known[0] is not None:
            sizes.add(known[0])
    if len(sizes - {1}) > 1:
        raise InvalidArgumentError(
            None, None, f"All tensors of `elems` must have the same first dimension, got {sorted(sizes)}."
        )
    larger = sizes - {1}
    if larger:
        return larger.pop()
    unknown = [tensor for tensor in tensors if (known := dims(tensor)) is None or known[0] is None]
    return shape(unknown[0])[0] if unknown else 1
