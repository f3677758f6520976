"""Shape rules that many ops share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flowstone_core import shapes
from flowstone_core.dtypes import DType
from flowstone_core.errors import SpecError
from flowstone_core.shapes import Dims, TensorShape
from flowstone_core.spec import Spec


def unchanged(x: Spec, *others: Spec, **attrs: Any) -> Spec:
    """The result has the first input's shape and type."""
    return Spec(x.shape, x.dtype)


def shaped_as_first(dtype: DType) -> Callable[..., Spec]:
    """A rule: the first input's shape, and ``dtype``."""

    def infer(x: Spec, *others: Spec, **attrs: Any) -> Spec:
        return Spec(x.shape, dtype)

    return infer


def broadcast_shapes(*specs: Spec) -> Dims:
    """The shape the specs broadcast to.

    Raises:
        SpecError: If they do not broadcast.
    """
    try:
        return shapes.broadcast_all(spec.shape for spec in specs)
    except ValueError:
        listed = " and ".join(str(TensorShape(spec.shape)) for spec in specs)
        raise SpecError(
            f"Incompatible shapes: {listed} do not broadcast. Aligned at the right, sizes must be equal or 1."
        ) from None


def broadcast(x: Spec, y: Spec, **attrs: Any) -> Spec:
    """The result has the shape the inputs broadcast to, and their type."""
    return Spec(broadcast_shapes(x, y), x.dtype)


def broadcast_to(dtype: DType) -> Callable[..., Spec]:
    """A rule: the inputs' broadcast shape, and ``dtype``."""

    def infer(x: Spec, y: Spec, **attrs: Any) -> Spec:
        return Spec(broadcast_shapes(x, y), dtype)

    return infer


def same_shape(*specs: Spec) -> Dims:
    """What is known of the shape that all specs must share.

    Raises:
        SpecError: If they differ.
    """
    shape: Dims = None
    for spec in specs:
        try:
            shape = shapes.merge(shape, spec.shape)
        except ValueError:
            listed = ", ".join(str(TensorShape(each.shape)) for each in specs)
            raise SpecError(f"Shapes must be equal, but are {listed}.") from None
    return shape


def with_rank(spec: Spec, rank: int, what: str) -> tuple[int | None, ...]:
    """The sizes of ``spec``, which must have ``rank`` dimensions.

    Raises:
        SpecError: If it has another rank.
    """
    if spec.shape is None:
        return (None,) * rank
    if len(spec.shape) != rank:
        raise SpecError(f"{what} must have rank {rank}, got shape {TensorShape(spec.shape)}.")
    return spec.shape


def axis_in(axis: int, rank: int, what: str = "axis") -> int:
    """``axis`` as a non-negative number.

    Raises:
        SpecError: If it is out of range.
    """
    if not -rank <= axis < rank:
        raise SpecError(f"{what} = {axis} is out of range [{-rank}, {rank}) for a tensor of rank {rank}.")
    return axis % rank if rank else 0


def product(sizes: tuple[int | None, ...]) -> int | None:
    """The product of sizes, or None if one is unknown (0 if one is 0)."""
    if 0 in sizes:
        return 0
    result = 1
    for size in sizes:
        if size is None:
            return None
        result *= size
    return result


def scalar(dtype: DType) -> Callable[..., Spec]:
    """A rule: a scalar of ``dtype``."""

    def infer(*specs: Any, **attrs: Any) -> Spec:
        return Spec((), dtype)

    return infer


def unknown(dtype: DType) -> Callable[..., Spec]:
    """A rule: nothing is known but the type."""

    def infer(*specs: Any, **attrs: Any) -> Spec:
        return Spec(None, dtype)

    return infer


def nothing(*specs: Any, **attrs: Any) -> tuple[()]:
    """The rule of ops without outputs."""
    return ()
