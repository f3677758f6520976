"""``tf.vectorized_map``: a function for each element of a batch, computed for all at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
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
        elems: A tensor, or a structure of tensors with the same first dimension (or 1); also ragged and sparse tensors
            and batchable extension types.
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
    sources = [_Source(leaf) for leaf in nest.flatten(elems)]
    flat = [tensor for source in sources for tensor in source.tensors]
    if not flat:
        raise ValueError("vectorized_map needs at least one tensor in `elems`.")
    size = _size(flat)
    rows = [BatchCall.repeated(leaf, size) if _is_one(leaf) and size != 1 else leaf for leaf in flat]
    structure: list[Any] = []

    def run(*elements: Any) -> list[Any]:
        rest = iter(elements)
        result = fn(nest.pack_sequence_as(elems, [source.element(rest) for source in sources]))
        specs = [_spec_of(leaf) for leaf in nest.flatten(result)]
        structure.extend((result, specs))
        pairs = zip(specs, nest.flatten(result), strict=True)
        return [tensor for spec, leaf in pairs for tensor in ([leaf] if spec is None else spec._to_tensor_list(leaf))]

    results = iter(vectorized(size, run, rows))
    result, specs = structure
    known = size if isinstance(size, int) else None
    return nest.pack_sequence_as(result, [_stack(spec, results, known) for spec in specs])


class _Source:
    """What is mapped over: a tensor, or a composite tensor by the tensors that its spec makes of its slices."""

    def __init__(self, value: Any) -> None:
        spec = _spec_of(value)
        self.spec = None if spec is None else spec._unbatch()
        self.tensors = [convert_to_tensor(value)] if spec is None else spec._to_batched_tensor_list(value)

    def element(self, tensors: Iterator[Any]) -> Any:
        """The element that the next tensors hold."""
        taken = [next(tensors) for _ in self.tensors]
        return taken[0] if self.spec is None else self.spec._from_compatible_tensor_list(taken)


def _spec_of(value: Any) -> Any:
    """The spec of a composite tensor that can be stacked and cut, else None."""
    spec = value._type_spec if nest.is_composite(value) else None
    return spec if hasattr(spec, "_to_batched_tensor_list") else None


def _stack(spec: Any, tensors: Iterator[Any], size: int | None) -> Any:
    """What the next tensors, which are stacks, hold."""
    if spec is None:
        return next(tensors)
    return spec._batch(size)._from_compatible_tensor_list([next(tensors) for _ in spec._flat_tensor_specs])


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
