"""``tf.sets``: operations on the sets in the last dimension of tensors, dense or sparse."""

from __future__ import annotations

from typing import Any

from flowstone_core import infer
from flowstone_core.conversion import convert_to_tensor
from flowstone_core.dtypes import int32, int64
from flowstone_core.errors import SpecError
from flowstone_core.op import Op
from flowstone_core.sparse_tensor import SparseTensor, SparseTensorValue
from flowstone_core.spec import Spec
from flowstone_core.tensor import Tensor, TensorLike

_TYPES = "T: {int8, int16, int32, int64, uint8, uint16, string}"
_ATTRS = ("set_operation: string", "validate_indices: bool = true", _TYPES)
_RESULT = ("result_indices: int64", "result_values: T", "result_shape: int64")


def _sets(rank: int | None, like: Spec) -> tuple[Spec, Spec, Spec]:
    if rank is not None and rank < 2:
        raise SpecError(f"Sets are the last dimension of tensors with at least 2 dimensions, got rank {rank}.")
    return Spec((None, rank), int64), Spec((None,), like.dtype), Spec((rank,), int64)


def _infer_dense(set1: Spec, set2: Spec, **attrs: Any) -> tuple[Spec, Spec, Spec]:
    rank = _one_rank(set1.rank, set2.rank)
    infer.same_shape(*(Spec(each.shape[:-1], each.dtype) for each in (set1, set2) if each.shape is not None))
    return _sets(rank, set1)


def _one_rank(a: int | None, b: int | None) -> int | None:
    if a is not None and b is not None and a != b:
        raise SpecError(f"The operands of a set operation need one rank, got {a} and {b}.")
    return b if a is None else a


def _rank(indices: Spec, shape: Spec) -> int | None:
    (rank,) = infer.with_rank(shape, 1, "the dense_shape of a sparse tensor")
    return infer.with_rank(indices, 2, "the indices of a sparse tensor")[1] if rank is None else rank


def _infer_mixed(set1: Spec, indices: Spec, values: Spec, shape: Spec, **attrs: Any) -> tuple[Spec, Spec, Spec]:
    return _sets(_one_rank(set1.rank, _rank(indices, shape)), set1)


def _infer_sparse(
    indices: Spec, values: Spec, shape: Spec, other_indices: Spec, other_values: Spec, other_shape: Spec, **attrs: Any
) -> tuple[Spec, Spec, Spec]:
    return _sets(_one_rank(_rank(indices, shape), _rank(other_indices, other_shape)), values)


def _parts(name: str) -> tuple[str, str, str]:
    return f"{name}_indices: int64", f"{name}_values: T", f"{name}_shape: int64"


DENSE_TO_DENSE = Op("DenseToDenseSetOperation", ("set1: T", "set2: T"), _RESULT, _ATTRS, infer=_infer_dense)
DENSE_TO_SPARSE = Op("DenseToSparseSetOperation", ("set1: T", *_parts("set2")), _RESULT, _ATTRS, infer=_infer_mixed)
SPARSE_TO_SPARSE = Op(
    "SparseToSparseSetOperation", (*_parts("set1"), *_parts("set2")), _RESULT, _ATTRS, infer=_infer_sparse
)
SET_SIZE = Op(
    "SetSize",
    _parts("set"),
    ("size: int32",),
    ("validate_indices: bool = true", _TYPES),
    infer=lambda indices, values, shape, **attrs: Spec(None, int32),
)


def _dense_or_sparse(value: Any) -> Any:
    if isinstance(value, SparseTensorValue):
        return SparseTensor.from_value(value)
    return value if isinstance(value, SparseTensor) else convert_to_tensor(value)


def _operated(a: TensorLike, b: TensorLike, operation: str, validate: bool) -> SparseTensor:
    x, y = _dense_or_sparse(a), _dense_or_sparse(b)
    _check_type(x)
    if y.dtype is not x.dtype:
        raise TypeError(f"The operands of a set operation need one type, got {x.dtype.name} and {y.dtype.name}.")
    if isinstance(x, SparseTensor) and not isinstance(y, SparseTensor):  # there is an op for the other order only
        x, y, operation = y, x, {"a-b": "b-a", "b-a": "a-b"}.get(operation, operation)
    attrs: dict[str, Any] = {"set_operation": operation, "validate_indices": validate}
    if isinstance(x, SparseTensor):
        first, second = (x.indices, x.values, x.dense_shape), (y.indices, y.values, y.dense_shape)
        return SparseTensor(*SPARSE_TO_SPARSE(*first, *second, **attrs))
    if isinstance(y, SparseTensor):
        return SparseTensor(*DENSE_TO_SPARSE(x, y.indices, y.values, y.dense_shape, **attrs))
    return SparseTensor(*DENSE_TO_DENSE(x, y, **attrs))


def _check_type(x: Any) -> None:
    allowed = SET_SIZE.attrs["T"].allowed or ()
    if x.dtype not in allowed:
        raise TypeError(f"Sets have elements of {', '.join(each.name for each in allowed)}, got {x.dtype.name}.")


def set_size(a: Any, validate_indices: bool = True) -> Tensor:
    """How many different elements each set in the last dimension of a sparse tensor has.

    >>> tf.sets.size(tf.SparseTensor([[0, 0], [0, 1], [2, 0]], [5, 5, 7], [3, 2])).numpy()
    array([1, 0, 1], dtype=int32)

    Args:
        a: A ``SparseTensor`` of integers or strings.
        validate_indices: Whether to check the order of its coordinates.

    Returns:
        An int32 tensor without the last dimension.

    Raises:
        TypeError: If ``a`` is not sparse, or of another type.
    """
    x = _dense_or_sparse(a)
    if not isinstance(x, SparseTensor):
        raise TypeError(f"Expected `SparseTensor`, got {x!r}.")
    _check_type(x)
    result: Tensor = SET_SIZE(x.indices, x.values, x.dense_shape, validate_indices=validate_indices)
    return result


def intersection(a: TensorLike, b: TensorLike, validate_indices: bool = True) -> SparseTensor:
    """What is in both sets, for each pair of sets in the last dimensions.

    >>> tf.sets.intersection([[1, 2, 3]], [[3, 1, 4]]).values.numpy()
    array([1, 3], dtype=int32)

    Args:
        a: A tensor or ``SparseTensor`` of integers or strings, with at least 2 dimensions.
        b: A tensor or ``SparseTensor`` of the same type; all dimensions but the last are equal.
        validate_indices: Whether to check the order of coordinates.

    Returns:
        A ``SparseTensor`` whose sets are sorted.

    Raises:
        TypeError: If types differ, or are no integers or strings.
        tf.errors.InvalidArgumentError: If shapes do not fit.
    """
    return _operated(a, b, "intersection", validate_indices)


def union(a: TensorLike, b: TensorLike, validate_indices: bool = True) -> SparseTensor:
    """What is in one of two sets or both, for each pair of sets; see ``tf.sets.intersection``.

    >>> tf.sets.union([[1, 2, 3]], [[3, 1, 4]]).values.numpy()
    array([1, 2, 3, 4], dtype=int32)
    """
    return _operated(a, b, "union", validate_indices)


def difference(a: TensorLike, b: TensorLike, aminusb: bool = True, validate_indices: bool = True) -> SparseTensor:
    """What is in the one set but not in the other, for each pair of sets; see ``tf.sets.intersection``.

    >>> tf.sets.difference([[1, 2, 3]], [[3, 1, 4]]).values.numpy()
    array([2], dtype=int32)

    Args:
        a: A tensor or ``SparseTensor``.
        b: A tensor or ``SparseTensor``.
        aminusb: Whether to take ``b`` from ``a``; else ``a`` from ``b``.
        validate_indices: Whether to check the order of coordinates.
    """
    return _operated(a, b, "a-b" if aminusb else "b-a", validate_indices)
