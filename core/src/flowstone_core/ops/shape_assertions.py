"""``tf.debugging.assert_*`` on types and shapes: decided at once where they are known, else when it runs."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from flowstone_core import dtypes
from flowstone_core.conversion import convert_to_tensor
from flowstone_core.dtypes import DType, as_dtype
from flowstone_core.nest import is_composite
from flowstone_core.ops import array, compare
from flowstone_core.ops.assertions import described, prefixed
from flowstone_core.ops.joining import concat
from flowstone_core.ops.reduce import reduce_any
from flowstone_core.ops.script import Assert
from flowstone_core.static_value import get_static_value
from flowstone_core.tensor import Tensor, TensorLike

# -- types -----------------------------------------------------------------------------------------------------------


def _converted(x: Any) -> Any:
    """``x`` as a tensor; what is made of several tensors stays as it is."""
    return x if is_composite(x) else convert_to_tensor(x)


def assert_integer(x: TensorLike, message: str | None = None, name: str | None = None) -> None:
    """Raise unless ``x`` is of integers.

    Raises:
        TypeError: If it is not.
    """
    x = convert_to_tensor(x)
    if not x.dtype.is_integer:
        raise TypeError(f'{prefixed(message)}Expected "x" to be integer type.  Found: {x!r} of dtype {x.dtype!r}')


def assert_type(tensor: Any, tf_type: Any, message: str | None = None, name: str | None = None) -> None:
    """Raise unless the elements of ``tensor`` have a type.

    Raises:
        TypeError: If they have another.
    """
    wanted = as_dtype(tf_type)
    tensor = _converted(tensor)
    if tensor.dtype != wanted:
        raise TypeError(f"{prefixed(message)}{described(tensor)} must be of type {wanted!r}; got {tensor.dtype!r}")


def assert_same_float_dtype(tensors: Iterable[Any] | None = None, dtype: Any = None) -> DType:
    """The type that all tensors (and ``dtype``) share, which must be a floating point type.

    >>> tf.debugging.assert_same_float_dtype([tf.constant(1.0), tf.constant(2.0)])
    tf.float32

    Args:
        tensors: Tensors; None among them is passed over.
        dtype: The wanted type; float32 if there is neither this nor a tensor.

    Raises:
        ValueError: If types differ or are not floating.
    """
    wanted = None if dtype is None else as_dtype(dtype)
    for tensor in tensors or ():
        if tensor is None:
            continue
        if wanted is None:
            wanted = tensor.dtype
        elif tensor.dtype != wanted:
            raise ValueError(f"{tensor!r}, type={tensor.dtype}, must be of the same type ({wanted}) as the others.")
    wanted = wanted or dtypes.float32
    if not wanted.is_floating:
        raise ValueError(f"Expected floating point type, got {wanted!r}.")
    return wanted


def is_numeric_tensor(tensor: Any) -> bool:
    """Whether ``tensor`` is a tensor of numbers.

    >>> tf.debugging.is_numeric_tensor(tf.constant(1)), tf.debugging.is_numeric_tensor(1)
    (True, False)
    """
    return isinstance(tensor, Tensor) and (
        tensor.dtype.is_floating or tensor.dtype.is_integer or tensor.dtype.is_complex or tensor.dtype.is_quantized
    )


def assert_proper_iterable(values: Any) -> None:
    """Raise unless ``values`` is an iterable of values: a list, but no tensor, array or text.

    Raises:
        TypeError: If it is not.
    """
    unwanted = isinstance(values, (Tensor, str, bytes)) or is_composite(values) or type(values).__name__ == "ndarray"
    if unwanted:
        raise TypeError(f'Expected argument "values" to be a "proper" iterable.  Found: {type(values)}')
    if not hasattr(values, "__iter__"):
        raise TypeError(f'Expected argument "values" to be iterable.  Found: {type(values)}')


# -- ranks -----------------------------------------------------------------------------------------------------------


def _assert_rank(
    x: Any, ranks: Sequence[TensorLike], phrase: str, fits: Callable[[Any, Any], Any], message: str | None
) -> None:
    """Raise unless the rank of ``x`` fits one of ``ranks``."""
    x = _converted(x)
    wanted = [convert_to_tensor(rank) for rank in ranks]
    for rank in wanted:
        assert_type(rank, dtypes.int32, message)
    known = [get_static_value(rank) for rank in wanted]
    if any(value is not None and getattr(value, "ndim", 0) for value in known):
        raise ValueError("Rank must be a scalar.")
    actual = x.shape.rank
    if actual is not None and all(value is not None for value in known):
        if not any(fits(actual, int(value)) for value in known):
            shown = int(known[0]) if phrase != "in" else tuple(int(value) for value in known)
            raise ValueError(
                f"{prefixed(message)}Tensor {described(x)} must have rank {phrase + ' ' if phrase else ''}{shown}.  "
                f"Received rank {actual}, shape {x.shape}"
            )
        return
    for rank, value in zip(wanted, known, strict=True):
        if value is None:
            _assert_rank(rank, [0], "", operator.eq, "The rank must be a scalar")
    found = array.rank(x)
    condition = reduce_any([fits(found, rank) for rank in wanted])
    data = [prefixed(message), f"Tensor {described(x)} must have rank {phrase}", *wanted, "Received shape: "]
    Assert(condition, [*data, array.shape(x)])


def assert_rank(x: Any, rank: TensorLike, message: str | None = None, name: str | None = None) -> None:
    """Raise unless ``x`` has ``rank`` dimensions.

    >>> tf.debugging.assert_rank([[1, 2]], 2)

    Args:
        x: A tensor.
        rank: A scalar of int32.
        message: What the error says first.
        name: A name for the operation.

    Raises:
        ValueError: If both ranks are known and differ.
        TypeError: If ``rank`` is not of int32.
        tf.errors.InvalidArgumentError: If it turns out when it runs.
    """
    _assert_rank(x, [rank], "", operator.eq, message)


def assert_rank_at_least(x: Any, rank: TensorLike, message: str | None = None, name: str | None = None) -> None:
    """Raise unless ``x`` has ``rank`` dimensions or more; see ``assert_rank``."""
    _assert_rank(x, [rank], "at least", operator.ge, message)


def assert_rank_in(x: Any, ranks: Iterable[TensorLike], message: str | None = None, name: str | None = None) -> None:
    """Raise unless the number of dimensions of ``x`` is one of ``ranks``; see ``assert_rank``."""
    _assert_rank(x, list(ranks), "in", operator.eq, message)


def assert_scalar(tensor: TensorLike, message: str | None = None, name: str | None = None) -> Tensor:
    """``tensor``, which must be known to be a scalar.

    Raises:
        ValueError: If it is not.
    """
    tensor = convert_to_tensor(tensor)
    if tensor.shape.rank != 0:
        raise ValueError(f"{prefixed(message)}Expected scalar shape, saw shape: {tensor.shape}.")
    return tensor


# -- shapes ----------------------------------------------------------------------------------------------------------


class _Constraint(NamedTuple):
    """What a tensor's shape must be: ``sizes`` has integers, symbols, and None or "." for any size."""

    tensor: Any
    innermost: bool
    sizes: tuple[Any, ...]

    def size(self, place: int) -> Any:
        """The size at one place of ``sizes``: an integer if known, else a tensor. Scalars count as ``[1]``."""
        axis = place - len(self.sizes) if self.innermost else place
        shape = self.tensor.shape
        if shape.rank == 0:
            return 1
        if shape.rank is not None and shape[axis] is not None:
            return int(shape[axis])
        return concat([array.shape(self.tensor), [1]][:: 1 if axis >= 0 else -1], 0)[axis]


def assert_shapes(
    shapes: Any,
    data: Sequence[TensorLike] | None = None,
    summarize: int | None = None,
    message: str | None = None,
    name: str | None = None,
) -> None:
    """Raise unless tensors have shapes that agree.

    >>> x, y = tf.ones([2, 3]), tf.ones([3])
    >>> tf.debugging.assert_shapes([(x, ("N", "D")), (y, ("D",))])

    Args:
        shapes: Pairs (or a dictionary) of a tensor and its shape: integers, symbols that stand for one size each, or
            None and "." for any. ``...`` or "*" in the first place stands for any leading dimensions; None in place of
            a shape for no demand.
        data: What the error shows.
        summarize: How many elements of it.
        message: What the error says first.
        name: A name for the operation.

    Raises:
        ValueError: If what is known does not fit.
        tf.errors.InvalidArgumentError: If it turns out when it runs.
    """
    pairs = shapes.items() if isinstance(shapes, Mapping) else shapes
    constraints = [_constraint(_converted(x), shape, message) for x, shape in pairs if shape is not None]
    for tensor, innermost, sizes in constraints:
        if innermost and len(sizes) > 1:
            assert_rank_at_least(tensor, len(sizes), message)
        elif not innermost:
            assert_rank_in(tensor, [0, 1] if len(sizes) < 2 else [len(sizes)], message)
    meaning: dict[Any, tuple[Any, str]] = {}
    for constraint in constraints:
        for place, symbol in enumerate(constraint.sizes):
            if symbol is None or symbol == ".":
                continue
            actual = constraint.size(place)
            number = _number(symbol)
            if number is None and symbol not in meaning:
                meaning[symbol] = actual, f"Specified by tensor {described(constraint.tensor)} dimension {place}"
                continue
            wanted, said = (number, "Specified explicitly") if number is not None else meaning[symbol]
            _assert_size(constraint, place, actual, wanted, said, data, summarize, message)


def _constraint(tensor: Any, shape: Any, message: str | None) -> _Constraint:
    if not hasattr(shape, "__iter__"):
        raise ValueError(
            f"{prefixed(message)}Tensor {described(tensor)}.  Specified shape must be an iterable.  Received specified "
            f"shape: {shape}"
        )
    sizes = tuple(shape)
    innermost = bool(sizes) and _is_rest(sizes[0])
    sizes = sizes[1:] if innermost else sizes
    if any(map(_is_rest, sizes)):
        raise ValueError(
            f"{prefixed(message)}Tensor {described(tensor)} specified shape {shape}: Symbol `...` or `*` for a variable "
            "number of unspecified dimensions is only allowed as the first entry"
        )
    return _Constraint(tensor, innermost, sizes or (1,))


def _is_rest(symbol: Any) -> bool:
    return symbol is Ellipsis or (isinstance(symbol, str) and symbol == "*")


def _number(symbol: Any) -> int | None:
    try:
        return int(symbol)
    except (ValueError, TypeError):
        return None


def _assert_size(
    constraint: _Constraint,
    place: int,
    actual: Any,
    wanted: Any,
    said: str,
    data: Sequence[TensorLike] | None,
    summarize: int | None,
    message: str | None,
) -> None:
    x = constraint.tensor
    if isinstance(actual, int) and isinstance(wanted, int):
        if actual != wanted:
            raise ValueError(
                f"{prefixed(message)}{said}.  Tensor {described(x)} dimension {place} must have size {wanted}.  "
                f"Received size {actual}, shape {x.shape}"
            )
        return
    if data is None:
        told = [prefixed(message), said, f"Tensor {described(x)} dimension", place]
        data = [*told, "must have size", wanted, "Received shape: ", array.shape(x)]
    Assert(compare.equal(actual, wanted), data, summarize=summarize)
