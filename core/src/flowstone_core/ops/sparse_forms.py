"""Making and rearranging sparse tensors, by ops of dense ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flowstone_core import nest
from flowstone_core.conversion import convert_to_tensor
from flowstone_core.dtypes import bool as boolean
from flowstone_core.dtypes import float32, int64
from flowstone_core.errors import SpecError
from flowstone_core.indexed_slices import IndexedSlices
from flowstone_core.interpreter import user_error
from flowstone_core.ops import array, filling, gathering, math
from flowstone_core.ops.cast import cast
from flowstone_core.ops.compare import equal, greater_equal, less_equal, not_equal
from flowstone_core.ops.indexing import slice
from flowstone_core.ops.joining import concat, stack
from flowstone_core.ops.reduce import reduce_all, reduce_max
from flowstone_core.ops.script import Assert
from flowstone_core.ops.searching import setdiff1d
from flowstone_core.ops.selection import where
from flowstone_core.ops.sparse import sparse_reorder, sparse_tensor, sparse_to_dense
from flowstone_core.sparse_tensor import SparseTensor
from flowstone_core.tensor import EagerTensor, Tensor, TensorLike

# -- making --------------------------------------------------------------------------------------------------------


def from_dense(tensor: TensorLike, name: str | None = None) -> SparseTensor:
    """The elements of a dense tensor that are not zero (or not the empty string).

    >>> tf.sparse.from_dense([[0, 5], [6, 0]]).indices.numpy()
    array([[0, 1],
           [1, 0]])
    """
    x = convert_to_tensor(tensor)
    indices = where(not_equal(x, filling.zeros_like(x)))
    return SparseTensor(indices, gathering.gather_nd(x, indices), array.shape(x, int64))


def sparse_eye(num_rows: Any, num_columns: Any = None, dtype: Any = float32, name: str | None = None) -> SparseTensor:
    """The identity matrix, or as much of it as a matrix of ``num_rows`` by ``num_columns`` has.

    >>> tf.sparse.to_dense(tf.sparse.eye(2, 3)).numpy()
    array([[1., 0., 0.],
           [0., 1., 0.]], dtype=float32)

    Raises:
        TypeError: If a size is not an integer.
    """
    rows = _size(num_rows, "num_rows")
    columns = rows if num_columns is None else _size(num_columns, "num_columns")
    if isinstance(rows, int) and isinstance(columns, int):
        count: Any = min(rows, columns)
    else:
        count = math.minimum(convert_to_tensor(rows, int64), convert_to_tensor(columns, int64))
    places = filling.range(count, dtype=int64)
    ones = filling.ones([count] if isinstance(count, int) else array.expand_dims(count, 0), dtype)
    return SparseTensor(stack([places, places], axis=1), ones, [rows, columns])


def _size(value: Any, what: str) -> Any:
    if isinstance(value, float):
        raise TypeError(f"{what} must be an integer value, got {value!r}.")
    return int(value) if hasattr(value, "__index__") and not isinstance(value, Tensor) else cast(value, int64)


def sparse_to_indicator(sp_input: Any, vocab_size: Any, name: str | None = None) -> Tensor:
    """The ids in the last dimension as truth values: ``dense[..., id]`` is whether the id is in the row.

    >>> tf.sparse.to_indicator(tf.SparseTensor([[0, 0], [0, 1]], [3, 1], [2, 2]), 4).numpy()
    array([[False,  True, False,  True],
           [False, False, False, False]])

    Args:
        sp_input: A ``SparseTensor`` of integer ids.
        vocab_size: The size of the last dimension of the result: all ids are below it.
        name: A name for the operation.

    Raises:
        TypeError: If ``sp_input`` is not sparse.
        tf.errors.InvalidArgumentError: If an id is out of range.
    """
    x = sparse_tensor(sp_input)
    ids = array.expand_dims(cast(x.values, int64), 1)
    indices = concat([x.indices[:, :-1], ids], 1)
    shape = concat([x.dense_shape[:-1], array.reshape(cast(vocab_size, int64), [1])], 0)
    found = filling.fill(array.shape(x.values), True)
    merged = sparse_reorder(SparseTensor(indices, found, shape))
    return sparse_to_dense(merged, default_value=convert_to_tensor(False, boolean), validate_indices=False, name=name)


# -- coordinates ---------------------------------------------------------------------------------------------------


def sparse_expand_dims(sp_input: Any, axis: Any = None, name: str | None = None) -> SparseTensor:
    """``sp_input`` with a dimension of size 1 before ``axis``; at the end by default.

    >>> tf.sparse.expand_dims(tf.sparse.eye(2), 0).shape
    TensorShape([1, 2, 2])

    Args:
        sp_input: A ``SparseTensor``.
        axis: Where, between ``-rank - 1`` and ``rank``; an integer or a scalar tensor.
        name: A name for the operation.

    Raises:
        TypeError: If ``axis`` is not an integer.
        tf.errors.InvalidArgumentError: If it is out of range.
    """
    rank = sp_input.shape.rank
    if axis is None:
        axis = -1
    if isinstance(axis, Tensor):
        place = axis if isinstance(axis, EagerTensor) else None
        at: Any = axis if place is None else int(place._array)
    elif hasattr(axis, "__index__") and not isinstance(axis, bool):
        at = int(axis)
    else:
        raise TypeError(f"axis must be an integer value in range [-rank(sp_input) - 1, rank(sp_input)], got {axis!r}.")
    if rank is not None and not isinstance(at, Tensor):
        if not -rank - 1 <= at <= rank:
            raise user_error(SpecError(f"axis must be in [{-rank - 1}, {rank}] for a tensor of rank {rank}, got {at}."))
        at = at + rank + 1 if at < 0 else at
    else:
        at = where(greater_equal(at, 0), at, math.add(math.add(at, 1), array.size(sp_input.dense_shape)))
    indices, shape = sp_input.indices, sp_input.dense_shape
    zeros = filling.zeros(stack([array.shape(indices)[0], 1]), int64)
    return SparseTensor(
        concat([slice(indices, [0, 0], [-1, at]), zeros, slice(indices, [0, at], [-1, -1])], 1),
        sp_input.values,
        concat([shape[:at], filling.ones([1], int64), shape[at:]], 0),
    )


def sparse_transpose(sp_input: Any, perm: Any = None, name: str | None = None) -> SparseTensor:
    """``sp_input`` with its dimensions in another order; reversed by default.

    >>> x = tf.SparseTensor([[0, 2], [1, 0]], [7, 8], [2, 3])
    >>> tf.sparse.to_dense(tf.sparse.transpose(x)).numpy()
    array([[0, 8],
           [0, 0],
           [7, 0]], dtype=int32)

    Args:
        sp_input: A ``SparseTensor``.
        perm: For each dimension of the result, which one of ``sp_input`` it is.
        name: A name for the operation.
    """
    order: Any = filling.range(array.size(sp_input.dense_shape))[::-1] if perm is None else perm
    indices = gathering.gather(sp_input.indices, order, axis=1)
    known = convert_to_tensor(order).spec.vector()
    shape: Any = gathering.gather(sp_input.dense_shape, order)
    if sp_input.shape.is_fully_defined() and known is not None and None not in known:
        shape = [sp_input.shape[axis] for axis in known]
    return sparse_reorder(SparseTensor(indices, sp_input.values, shape))


def sparse_reset_shape(sp_input: Any, new_shape: Any = None) -> SparseTensor:
    """The same elements in a larger shape, or in the smallest that holds them.

    >>> tf.sparse.reset_shape(tf.SparseTensor([[0, 1]], [5], [9, 9])).shape
    TensorShape([1, 2])

    Args:
        sp_input: A ``SparseTensor``.
        new_shape: The new shape, nowhere smaller than the old one; the smallest possible if None.

    Raises:
        TypeError: If ``sp_input`` is not sparse.
        ValueError: If a size of ``new_shape`` is smaller, or it has another rank, and this is known.
        tf.errors.InvalidArgumentError: If this shows when the function runs.
    """
    x = sparse_tensor(sp_input)
    if new_shape is None:
        needed = math.add(reduce_max(x.indices, axis=0), filling.ones_like(x.dense_shape))
        return SparseTensor(x.indices, x.values, math.maximum(needed, filling.zeros_like(needed)))
    shape = convert_to_tensor(new_shape)
    shape.shape.assert_has_rank(1)
    shape.shape[:1].assert_is_compatible_with(x.dense_shape.shape)
    shape = cast(shape, int64)
    known = shape.spec.vector()
    if x.shape.is_fully_defined() and known is not None and None not in known:
        if any(size < old for size, old in zip(known, x.shape.as_list(), strict=True)):
            raise ValueError(
                "Requested new_shape should have dimension sizes >= sp_input.shape. Found new_shape "
                f"{list(known)}, sp_input.shape {x.shape.as_list()}."
            )
    else:
        Assert(reduce_all(less_equal(x.dense_shape, shape)), ["new_shape is smaller than", x.dense_shape, shape])
    return SparseTensor(x.indices, x.values, shape)


# -- elements ------------------------------------------------------------------------------------------------------


def sparse_retain(sp_input: Any, to_retain: TensorLike) -> SparseTensor:
    """Some of the elements of a sparse tensor.

    >>> x = tf.SparseTensor([[0, 1], [1, 0]], [7, 8], [2, 2])
    >>> tf.sparse.retain(x, [False, True]).values.numpy()
    array([8], dtype=int32)

    Args:
        sp_input: A ``SparseTensor``.
        to_retain: For each of its elements, whether it stays.

    Raises:
        TypeError: If ``sp_input`` is not sparse.
        ValueError: If ``to_retain`` has another length.
    """
    x = sparse_tensor(sp_input)
    chosen = convert_to_tensor(to_retain)
    chosen.shape.assert_has_rank(1)
    chosen.shape.assert_is_compatible_with(x.values.shape)
    places = array.reshape(where(chosen), [-1])
    return SparseTensor(
        gathering.gather(x.indices, places), gathering.gather(x.values, places), array.identity(x.dense_shape)
    )


def map_values(op: Callable[..., Any], *args: Any, **kwargs: Any) -> SparseTensor:
    """``op`` of the values of sparse tensors that have their elements at the same coordinates.

    >>> x = tf.SparseTensor([[0, 1], [1, 0]], [7, 8], [2, 2])
    >>> tf.sparse.map_values(tf.add, x, 1).values.numpy()
    array([8, 9], dtype=int32)

    Args:
        op: A function of tensors that gives one value for each element.
        *args: Its arguments; sparse tensors in them, at any depth, stand for their values.
        **kwargs: Its keyword arguments.

    Raises:
        ValueError: If there is no sparse tensor among the arguments.
        tf.errors.InvalidArgumentError: If their coordinates or shapes differ.
    """
    found: list[SparseTensor] = []

    def opened(value: Any) -> Any:
        if not isinstance(value, SparseTensor):
            return value
        found.append(value)
        return value.values

    values = nest.map_structure(opened, (args, kwargs))
    if not found:
        raise ValueError("No SparseTensor in argument list of map_values.")
    _check_alike(found)
    return SparseTensor(found[0].indices, op(*values[0], **values[1]), found[0].dense_shape)


def _check_alike(tensors: Sequence[SparseTensor]) -> None:
    first = tensors[0]
    for other in tensors[1:]:
        for mine, its, what in (
            (first.dense_shape, other.dense_shape, "Mismatched shapes!"),
            (first.indices, other.indices, "Mismatched indices!"),
        ):
            Assert(reduce_all(equal(mine, its)), [what, mine, its])


def sparse_mask(a: IndexedSlices, mask_indices: TensorLike, name: str | None = None) -> IndexedSlices:
    """The slices of ``a`` whose index is not in ``mask_indices``.

    >>> slices = tf.IndexedSlices(tf.constant([[1.], [2.]]), tf.constant([3, 5]))
    >>> tf.sparse.mask(slices, [3]).values.numpy()
    array([[2.]], dtype=float32)

    Args:
        a: ``tf.IndexedSlices``.
        mask_indices: The indices to leave out.
        name: A name for the operation.
    """
    indices, places = setdiff1d(a.indices, mask_indices)
    return IndexedSlices(gathering.gather(a.values, places, name=name), indices, a.dense_shape)
