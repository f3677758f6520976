"""Static shapes: ``tf.TensorShape``, ``tf.Dimension`` and the broadcasting rule."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeAlias

Dims: TypeAlias = tuple[int | None, ...] | None
"""A raw static shape: None for an unknown rank, None entries for unknown sizes."""


class Dimension:
    """One size of a shape, or unknown; kept for code that still speaks of ``Dimension``."""

    __slots__ = ("_value",)

    def __init__(self, value: Any) -> None:
        self._value = dimension_value(value)

    @property
    def value(self) -> int | None:
        """The size, or None."""
        return self._value

    def is_compatible_with(self, other: Any) -> bool:
        """Whether both could be the same size."""
        other = dimension_value(other)
        return self._value is None or other is None or self._value == other

    def __eq__(self, other: object) -> bool | None:  # type: ignore[override]
        return self._with(other, operator.eq)

    def __lt__(self, other: Any) -> Any:
        return self._with(other, operator.lt)

    def __le__(self, other: Any) -> Any:
        return self._with(other, operator.le)

    def __gt__(self, other: Any) -> Any:
        return self._with(other, operator.gt)

    def __ge__(self, other: Any) -> Any:
        return self._with(other, operator.ge)

    def __add__(self, other: Any) -> Dimension:
        return Dimension(self._with(other, operator.add))

    def __sub__(self, other: Any) -> Dimension:
        return Dimension(self._with(other, operator.sub))

    def __mul__(self, other: Any) -> Dimension:
        return Dimension(self._with(other, operator.mul))

    def __floordiv__(self, other: Any) -> Dimension:
        return Dimension(self._with(other, operator.floordiv))

    def __mod__(self, other: Any) -> Dimension:
        return Dimension(self._with(other, operator.mod))

    def __radd__(self, other: Any) -> Dimension:
        return Dimension(other) + self

    def __rsub__(self, other: Any) -> Dimension:
        return Dimension(other) - self

    def __rmul__(self, other: Any) -> Dimension:
        return Dimension(other) * self

    def __rfloordiv__(self, other: Any) -> Dimension:
        return Dimension(other) // self

    def __rmod__(self, other: Any) -> Dimension:
        return Dimension(other) % self

    def _with(self, other: Any, operation: Callable[[int, int], Any]) -> Any:
        """``operation`` of both sizes; None if one is unknown."""
        size = dimension_value(other)
        return None if self._value is None or size is None else operation(self._value, size)

    def __hash__(self) -> int:
        return hash(self._value)

    def __int__(self) -> int:
        if self._value is None:
            raise TypeError("An unknown Dimension has no integer value.")
        return self._value

    __index__ = __int__

    def __repr__(self) -> str:
        return f"Dimension({self._value})"


def dimension_value(dimension: Any) -> int | None:
    """The size as an integer, or None if unknown: ``tf.compat.dimension_value``."""
    if isinstance(dimension, Dimension):
        return dimension.value
    if dimension is None:
        return None
    try:
        size = int(dimension.__index__())
    except (AttributeError, TypeError):
        try:
            size = int(dimension)
        except (TypeError, ValueError):
            raise TypeError(f"Dimension value must be integer or None, got {dimension!r}") from None
        if isinstance(dimension, float) or (isinstance(dimension, str) and not dimension.isdigit()):
            raise TypeError(f"Dimension value must be integer or None, got {dimension!r}") from None
    if size < 0:
        raise ValueError(f"Dimension {size} must be >= 0")
    return size


class TensorShape:
    """The static shape of a tensor: a tuple of sizes, each possibly unknown, or nothing known at all.

    >>> tf.TensorShape([None, 3]).is_compatible_with([2, 3])
    True
    >>> tf.TensorShape([2, 3]).num_elements(), tf.TensorShape(None).rank
    (6, None)
    """

    __slots__ = ("__weakref__", "_dims")

    _dims: Dims

    def __init__(self, dims: Any) -> None:
        if type(dims) is tuple and all(type(d) is int and d >= 0 for d in dims):
            self._dims = dims
        elif dims is None:
            self._dims = None
        elif isinstance(dims, TensorShape):
            self._dims = dims._dims
        elif isinstance(dims, (int, Dimension)) and not isinstance(dims, bool):
            self._dims = (dimension_value(dims),)
        elif hasattr(dims, "dim") and hasattr(dims, "unknown_rank"):  # a TensorShapeProto
            self._dims = None if dims.unknown_rank else tuple(None if d.size == -1 else d.size for d in dims.dim)
        else:
            try:
                entries = list(dims)
            except TypeError:
                entries = [dims]
            self._dims = tuple(dimension_value(d) for d in entries)

    @classmethod
    def of(cls, sizes: Dims) -> TensorShape:
        """The shape of raw sizes that are known to be good, such as an array's."""
        shape = object.__new__(cls)
        shape._dims = sizes
        return shape

    @property
    def rank(self) -> int | None:
        """The number of dimensions, or None."""
        return None if self._dims is None else len(self._dims)

    @property
    def ndims(self) -> int | None:
        """The number of dimensions, or None."""
        return self.rank

    @property
    def dims(self) -> list[Dimension] | None:
        """The sizes as ``Dimension`` objects, or None."""
        return None if self._dims is None else [Dimension(d) for d in self._dims]

    def as_list(self) -> list[int | None]:
        """The sizes as a list.

        Raises:
            ValueError: If the rank is unknown.
        """
        if self._dims is None:
            raise ValueError("as_list() is not defined on an unknown TensorShape.")
        return list(self._dims)

    def as_tuple(self) -> Dims:
        """The sizes as a tuple, or None for an unknown rank."""
        return self._dims

    def num_elements(self) -> int | None:
        """The product of the sizes, or None if any is unknown."""
        if self._dims is None or None in self._dims:
            return None
        product = 1
        for size in self._dims:
            product *= size  # type: ignore[operator]
        return product

    def is_fully_defined(self) -> bool:
        """Whether the rank and every size are known."""
        return self._dims is not None and None not in self._dims

    def is_compatible_with(self, other: Any) -> bool:
        """Whether some concrete shape fits both."""
        other = as_shape(other)
        if self._dims is None or other._dims is None:
            return True
        return len(self._dims) == len(other._dims) and all(
            a is None or b is None or a == b for a, b in zip(self._dims, other._dims, strict=True)
        )

    def is_subtype_of(self, other: Any) -> bool:
        """Whether every shape that fits ``self`` also fits ``other``."""
        if not isinstance(other, TensorShape):
            return False
        if other._dims is None:
            return True
        if self._dims is None or len(self._dims) != len(other._dims):
            return False
        return all(b is None or a == b for a, b in zip(self._dims, other._dims, strict=True))

    def most_specific_common_supertype(self, others: Sequence[Any]) -> TensorShape | None:
        """The most specific shape that admits ``self`` and all ``others``."""
        if any(not isinstance(other, TensorShape) for other in others):
            return None
        result = self
        for other in others:
            result = result.most_specific_compatible_shape(other)
        return result

    def most_specific_compatible_shape(self, other: Any) -> TensorShape:
        """The most specific shape that admits both."""
        other = as_shape(other)
        if self._dims is None or other._dims is None or len(self._dims) != len(other._dims):
            return TensorShape(None)
        return TensorShape([a if a == b else None for a, b in zip(self._dims, other._dims, strict=True)])

    def merge_with(self, other: Any) -> TensorShape:
        """The shape that knows what either knows.

        Raises:
            ValueError: If the two contradict each other.
        """
        other = as_shape(other)
        return TensorShape(merge(self._dims, other._dims))

    def concatenate(self, other: Any) -> TensorShape:
        """The dimensions of ``self`` followed by those of ``other``."""
        other = as_shape(other)
        if self._dims is None or other._dims is None:
            return TensorShape(None)
        return TensorShape(self._dims + other._dims)

    def with_rank(self, rank: int) -> TensorShape:
        """This shape, known to have ``rank`` dimensions.

        Raises:
            ValueError: If it has another rank.
        """
        if self._dims is None:
            return TensorShape([None] * rank)
        if len(self._dims) != rank:
            raise ValueError(f"Shape {self} must have rank {rank}")
        return self

    def with_rank_at_least(self, rank: int) -> TensorShape:
        """This shape, checked to have at least ``rank`` dimensions."""
        if self._dims is not None and len(self._dims) < rank:
            raise ValueError(f"Shape {self} must have rank at least {rank}")
        return self

    def with_rank_at_most(self, rank: int) -> TensorShape:
        """This shape, checked to have at most ``rank`` dimensions."""
        if self._dims is not None and len(self._dims) > rank:
            raise ValueError(f"Shape {self} must have rank at most {rank}")
        return self

    def assert_has_rank(self, rank: int) -> None:
        """Raise ``ValueError`` unless the rank is ``rank`` or unknown."""
        if self.rank not in (None, rank):
            raise ValueError(f"Shape {self} must have rank {rank}")

    def assert_same_rank(self, other: Any) -> None:
        """Raise ``ValueError`` unless both ranks agree or one is unknown."""
        other = as_shape(other)
        if None not in (self.rank, other.rank) and self.rank != other.rank:
            raise ValueError(f"Shapes {self} and {other} must have the same rank")

    def assert_is_compatible_with(self, other: Any) -> None:
        """Raise ``ValueError`` unless some shape fits both."""
        if not self.is_compatible_with(other):
            raise ValueError(f"Shapes {self} and {as_shape(other)} are incompatible")

    def assert_is_fully_defined(self) -> None:
        """Raise ``ValueError`` unless every size is known."""
        if not self.is_fully_defined():
            raise ValueError(f"Shape {self} is not fully defined")

    def __len__(self) -> int:
        if self._dims is None:
            raise ValueError("Cannot take the length of shape with unknown rank.")
        return len(self._dims)

    def __bool__(self) -> bool:
        return self._dims is not None

    def __iter__(self) -> Iterator[int | None]:
        if self._dims is None:
            raise ValueError("Cannot iterate over a shape with unknown rank.")
        return iter(self._dims)

    def __getitem__(self, key: Any) -> Any:
        if self._dims is None:
            if isinstance(key, slice):
                start, stop = key.start or 0, key.stop
                if key.step is not None or stop is None or start < 0 or stop < 0:
                    return TensorShape(None)
                return TensorShape([None] * max(stop - start, 0))
            return None
        if isinstance(key, slice):
            return TensorShape(self._dims[key])
        return self._dims[key]

    def __add__(self, other: Any) -> TensorShape:
        return self.concatenate(other)

    def __radd__(self, other: Any) -> TensorShape:
        return as_shape(other).concatenate(self)

    def __eq__(self, other: object) -> bool:
        if type(other) is not TensorShape:
            try:
                other = TensorShape(other)
            except (TypeError, ValueError):
                return NotImplemented
        return self._dims == other._dims

    def __hash__(self) -> int:
        return hash(self._dims)

    def __repr__(self) -> str:
        return "TensorShape(None)" if self._dims is None else f"TensorShape({list(self._dims)})"

    def __str__(self) -> str:
        if self._dims is None:
            return "<unknown>"
        inner = ", ".join(str(d) for d in self._dims)
        return f"({inner},)" if len(self._dims) == 1 else f"({inner})"

    def __reduce__(self) -> tuple[Any, ...]:
        return TensorShape, (self._dims,)


def as_shape(shape: Any) -> TensorShape:
    """``shape`` as a ``TensorShape``."""
    return shape if type(shape) is TensorShape else TensorShape(shape)


def merge(a: Dims, b: Dims) -> Dims:
    """The raw shape that knows what either knows; ``ValueError`` on contradiction."""
    if a is None:
        return b
    if b is None:
        return a
    if len(a) != len(b) or any(x is not None and y is not None and x != y for x, y in zip(a, b, strict=True)):
        raise ValueError(f"Shapes {TensorShape(a)} and {TensorShape(b)} are not compatible")
    return tuple(y if x is None else x for x, y in zip(a, b, strict=True))


def broadcast(a: Dims, b: Dims) -> Dims:
    """The raw shape that ``a`` and ``b`` broadcast to, by numpy's rule; ``ValueError`` if they do not."""
    if a == b and (a is None or None not in a):
        return a
    if a is None or b is None:
        return None
    if len(a) < len(b):
        a, b = b, a
    tail = len(a) - len(b)
    return a[:tail] + tuple(_broadcast_size(x, y) for x, y in zip(a[tail:], b, strict=True))


def _broadcast_size(x: int | None, y: int | None) -> int | None:
    if x == 1:
        return y
    if y == 1 or x == y:
        return x
    if x is None:
        return y if y is not None and y > 1 else None
    if y is None:
        return x if x > 1 else None
    raise ValueError(f"sizes {x} and {y} do not broadcast")


def broadcast_all(shapes: Iterable[Dims]) -> Dims:
    """The raw shape that all ``shapes`` broadcast to."""
    result: Dims = ()
    for shape in shapes:
        result = broadcast(result, shape)
    return result


def broadcast_static_shape(shape_x: Any, shape_y: Any) -> TensorShape:
    """The shape that two static shapes broadcast to.

    >>> tf.broadcast_static_shape(tf.TensorShape([2, 1]), tf.TensorShape([3]))
    TensorShape([2, 3])

    Raises:
        ValueError: If they do not broadcast.
    """
    x, y = as_shape(shape_x), as_shape(shape_y)
    try:
        return TensorShape(broadcast(x._dims, y._dims))
    except ValueError:
        raise ValueError(f"Incompatible shapes for broadcasting: {x} and {y}.") from None
