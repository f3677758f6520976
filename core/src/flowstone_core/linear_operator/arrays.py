"""Helpers on tensors that several operators share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flowstone_core import shapes
from flowstone_core.conversion import convert_to_tensor
from flowstone_core.dtypes import DType, int32
from flowstone_core.ops import array
from flowstone_core.ops.complex import conj
from flowstone_core.ops.decomposition import solve
from flowstone_core.ops.joining import concat
from flowstone_core.ops.linalg import adjoint
from flowstone_core.shapes import TensorShape
from flowstone_core.tensor import Tensor
from flowstone_core.variable import Variable


def parameter(value: Any, name: str, dtype: DType | None = None) -> Any:
    """A variable as it is, so that later uses read it again; anything else as a tensor.

    Raises:
        ValueError: If it is None.
    """
    if value is None:
        raise ValueError(f"Argument {name} must not be None.")
    return value if isinstance(value, Variable) else convert_to_tensor(value, dtype=dtype, name=name)


def at_least(value: Any, rank: int, name: str) -> None:
    """Check the rank.

    Raises:
        ValueError: If it has fewer dimensions.
    """
    if value.shape.rank is not None and value.shape.rank < rank:
        plural = "" if rank == 1 else "s"
        raise ValueError(f"Argument {name} must have at least {rank} dimension{plural}.  Found: {value.shape}")


def sizes(shape: TensorShape, dynamic: Any) -> Any:
    """A shape as a tensor: constant if it is known, else what ``dynamic()`` gives."""
    return convert_to_tensor(shape.as_list(), dtype=int32) if shape.is_fully_defined() else dynamic()


def common_batch(*shapes_: TensorShape) -> TensorShape:
    """The batch shape of values that broadcast."""
    return TensorShape(shapes.broadcast_all([shape.as_tuple() for shape in shapes_]))


def dynamic_common_batch(tensors: Sequence[Tensor]) -> Tensor:
    """The batch shape of values that broadcast, read while running."""
    result = tensors[0]
    for other in tensors[1:]:
        result = array.broadcast_dynamic_shape(result, other)
    return result


def spread(x: Any, batch: Any, events: int = 2) -> Any:
    """``x`` with its dimensions before the last ``events`` broadcast with a batch shape (a tensor)."""
    own = array.shape(x)
    cut = x.shape.rank - events if x.shape.rank is not None else array.size(own) - events
    wanted = array.broadcast_dynamic_shape(own[:cut], batch)
    return array.broadcast_to(x, concat([wanted, own[cut:]], 0))


def solve_broadcast(matrix: Any, rhs: Any, adjoint_a: bool = False) -> Any:
    """``tf.linalg.solve`` whose batches broadcast."""
    one, other = matrix.shape, rhs.shape
    if one.rank is None or other.rank is None or one[:-2] != other[:-2] or not one[:-2].is_fully_defined():
        own, theirs = array.shape(matrix)[:-2], array.shape(rhs)[:-2]
        matrix, rhs = spread(matrix, theirs), spread(rhs, own)
    return solve(matrix, rhs, adjoint=adjoint_a)


def adjoint_if(x: Any, wanted: bool) -> Any:
    """The adjoint of matrices, or they."""
    return adjoint(x) if wanted else x


def conj_if(x: Any, wanted: bool) -> Any:
    """The conjugate, or the value."""
    return conj(x) if wanted else x


def column(x: Any) -> Any:
    """Vectors as matrices of one column."""
    return array.expand_dims(x, -1)
