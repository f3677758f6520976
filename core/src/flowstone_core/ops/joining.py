"""Putting tensors together and taking them apart: concat, stack, split, tile."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral
from typing import Any

from flowstone_core import conversion, infer
from flowstone_core.composite import is_composite
from flowstone_core.conversion import convert_to_tensor, to_tensor
from flowstone_core.dtypes import int32
from flowstone_core.errors import SpecError
from flowstone_core.interpreter import building_graph, user_error
from flowstone_core.op import Op
from flowstone_core.ops import array
from flowstone_core.ops.array import ANY, index_type
from flowstone_core.shapes import TensorShape
from flowstone_core.spec import Spec
from flowstone_core.tensor import EagerTensor, Tensor, TensorLike

# -- stack and unstack -----------------------------------------------------------------------------------------


def _infer_pack(values: list[Spec], *, axis: int) -> Spec:
    shape = infer.same_shape(*values)
    if shape is None:
        return Spec(None, values[0].dtype)
    at = infer.axis_in(axis, len(shape) + 1, "Pack: axis")
    known = None
    if values[0].dtype.is_integer or values[0].dtype.is_bool:
        if shape == ():
            known = tuple(spec.scalar() for spec in values)
        elif len(shape) == 1 and at == 0 and all(spec.value is not None for spec in values):
            known = tuple(spec.value for spec in values)
    return Spec((*shape[:at], len(values), *shape[at:]), values[0].dtype, known)


def _infer_unpack(value: Spec, *, num: int, axis: int) -> list[Spec]:
    if value.shape is None:
        return [Spec(None, value.dtype) for _ in range(num)]
    at = infer.axis_in(axis, len(value.shape), "Unpack: axis")
    if value.shape[at] not in (None, num):
        raise SpecError(f"Cannot unstack shape {TensorShape(value.shape)} along axis {axis} into {num} tensors.")
    shape = (*value.shape[:at], *value.shape[at + 1 :])
    known = value.value if isinstance(value.value, tuple) and len(value.value) == num else (None,) * num
    return [Spec(shape, value.dtype, entry) for entry in known]


PACK = Op("Pack", ("values: N * T",), ("output: T",), ("N: int >= 1", ANY, "axis: int = 0"), infer=_infer_pack)
UNPACK = Op("Unpack", ("value: T",), ("output: num * T",), ("num: int >= 0", ANY, "axis: int = 0"), infer=_infer_unpack)
PARALLEL_CONCAT = Op(
    "ParallelConcat",
    ("values: N * T",),
    ("output: T",),
    ("N: int >= 1", ANY, "shape: shape"),
    infer=lambda values, *, shape: Spec(shape.as_tuple(), values[0].dtype),
)

conversion.packer.append(PACK)


def stack(values: Any, axis: int = 0, name: str = "stack") -> Any:
    """Join tensors of one shape along a new dimension.

    >>> tf.stack([[1, 4], [2, 5], [3, 6]], axis=1).numpy()
    array([[1, 2, 3],
           [4, 5, 6]], dtype=int32)

    Raises:
        ValueError: If ``axis`` is not in ``[-(R+1), R+1)`` for tensors of rank R.
        tf.errors.InvalidArgumentError: If shapes or types differ.
    """
    if axis == 0:
        tensor = None if _any_composite(values) else _stacked_constant(values)
        if tensor is not None:
            return tensor
    if isinstance(values, Tensor):
        values = unstack(values)
    for value in values:
        ndim = value.ndim if type(value) is EagerTensor else None if is_composite(value) else to_tensor(value).ndim
        if ndim is not None and not -ndim - 1 <= axis < ndim + 1:
            raise ValueError(f"Argument `axis` = {axis} not in range [{-ndim - 1}, {ndim + 1})")
    return PACK(list(values), axis=axis, name=name)


def _any_composite(values: Any) -> bool:
    return isinstance(values, (list, tuple)) and any(is_composite(value) for value in values)


def _stacked_constant(values: Any) -> Tensor | None:
    """``values`` as one constant if no tensor is among them."""
    if isinstance(values, (list, tuple)) and any(isinstance(value, Tensor) for value in values):
        return None
    try:
        return convert_to_tensor(values)
    except (TypeError, ValueError):
        return None


def unstack(value: TensorLike, num: int | None = None, axis: int = 0, name: str = "unstack") -> list[Tensor]:
    """The slices of ``value`` along ``axis``, as a list.

    >>> [t.numpy().tolist() for t in tf.unstack([[1, 2], [3, 4]], axis=1)]
    [[1, 3], [2, 4]]

    Raises:
        ValueError: If ``axis`` is out of range, or ``num`` is not given and not known statically.
        tf.errors.InvalidArgumentError: If ``num`` is given, and it or ``axis`` does not fit.
    """
    if not is_composite(value):
        value = convert_to_tensor(value)
        dims = value.spec.shape
        if num is None and dims is not None:
            if not -len(dims) <= axis < len(dims):
                raise ValueError(f"Argument `axis` = {axis} not in range [{-len(dims)}, {len(dims)})")
            num = dims[axis]
    if num is None:
        raise ValueError(f"Cannot infer argument `num` of unstack from shape {value.shape}: give it.")
    result: list[Tensor] = UNPACK(value, num=num, axis=axis, name=name)
    return result


def parallel_stack(values: Any, name: str = "parallel_stack") -> Tensor:
    """Join tensors of one shape along a new first dimension."""
    if not building_graph():
        raise RuntimeError("tf.parallel_stack() is not compatible with eager execution. Use tf.stack.")
    tensors = [convert_to_tensor(value) for value in values]
    if not tensors[0].shape.is_fully_defined():
        raise ValueError(f"tf.parallel_stack needs tensors of known shape, got {tensors[0].shape}. Use tf.stack.")
    shape = TensorShape([len(tensors)]).concatenate(tensors[0].shape)
    result: Tensor = PARALLEL_CONCAT([array.expand_dims(t, 0) for t in tensors], shape=shape, name=name)
    return result


# -- concat ----------------------------------------------------------------------------------------------------


def _infer_concat(values: list[Spec], axis: Spec) -> Spec:
    infer.with_rank(axis, 0, "Concat: axis")
    shapes = [spec.shape for spec in values]
    ranks = {len(shape) for shape in shapes if shape is not None}
    dtype = values[0].dtype
    listed = ", ".join(str(TensorShape(shape)) for shape in shapes)
    if len(ranks) > 1:
        raise SpecError(f"Cannot concatenate tensors of different ranks: {listed}.")
    if not ranks:
        return Spec(None, dtype)
    (rank,) = ranks
    if rank == 0:
        raise SpecError("Cannot concatenate scalars; use tf.stack instead.")
    at = axis.scalar()
    if at is None:
        return Spec((None,) * rank, dtype)
    at = infer.axis_in(at, rank, "Concat: axis")
    sizes: list[int | None] = [None] * rank
    total: int | None = 0
    for shape in shapes:
        if shape is None:
            total = None
            continue
        for i, size in enumerate(shape):
            if i == at:
                total = None if total is None or size is None else total + size
            elif size is not None:
                if sizes[i] not in (None, size):
                    raise SpecError(f"Cannot concatenate along axis {at}: dimension {i} differs in {listed}.")
                sizes[i] = size
    sizes[at] = total
    known = None
    if rank == 1 and total is not None and any(spec.value is not None for spec in values):
        known = tuple(entry for spec in values for entry in (spec.vector() or ()))
    return Spec(tuple(sizes), dtype, known)


def _infer_concat_v1(concat_dim: Spec, values: list[Spec]) -> Spec:
    return _infer_concat(values, concat_dim)


def _infer_concat_offset(concat_dim: Spec, shape: list[Spec]) -> list[Spec]:
    axis, vectors = concat_dim.scalar(), [spec.vector() for spec in shape]
    rank = next((len(vector) for vector in vectors if vector is not None), None)
    if axis is None or rank is None or any(vector is None for vector in vectors):
        return [Spec((rank,), spec.dtype) for spec in shape]
    at, offset, found = infer.axis_in(axis, rank, "ConcatOffset: concat_dim"), 0, []
    for spec, vector in zip(shape, vectors, strict=True):
        found.append(Spec((rank,), spec.dtype, tuple(offset if i == at else 0 for i in range(rank))))
        size = vector[at]  # type: ignore[index]
        offset = None if offset is None or size is None else offset + size  # type: ignore[assignment]
    return found


CONCAT = Op(
    "Concat",
    ("concat_dim: int32", "values: N * T"),
    ("output: T",),
    ("N: int >= 2", ANY),
    infer=_infer_concat_v1,
)
CONCAT_V2 = Op(
    "ConcatV2",
    ("values: N * T", "axis: Tidx"),
    ("output: T",),
    ("N: int >= 2", ANY, index_type("Tidx")),
    infer=_infer_concat,
)
CONCAT_OFFSET = Op(
    "ConcatOffset",
    ("concat_dim: int32", "shape: N * shape_type"),
    ("offset: N * shape_type",),
    ("N: int >= 2", index_type("shape_type")),
    infer=_infer_concat_offset,
)


def concat(values: Any, axis: Any, name: str = "concat") -> Any:
    """Join tensors along an existing dimension.

    >>> tf.concat([[[1, 2]], [[3, 4]]], axis=0).numpy()
    array([[1, 2],
           [3, 4]], dtype=int32)

    Args:
        values: Tensors that differ in size along ``axis`` only.
        axis: The dimension, possibly negative.
        name: A name for the operation.

    Raises:
        tf.errors.InvalidArgumentError: If shapes or types do not fit.
    """
    if not isinstance(values, (list, tuple)):
        values = [values]
    if len(values) == 1:
        to_tensor(axis, int32)
        return array.identity(values[0], name=name)
    return CONCAT_V2(list(values), axis, name=name)


# -- split -----------------------------------------------------------------------------------------------------


def _infer_split(split_dim: Spec, value: Spec, *, num_split: int) -> list[Spec]:
    axis = split_dim.scalar()
    if value.shape is None or axis is None:
        shape = None if value.shape is None else (None,) * len(value.shape)
        return [Spec(shape, value.dtype) for _ in range(num_split)]
    at = infer.axis_in(axis, len(value.shape), "Split: axis")
    size = value.shape[at]
    if size is not None and size % num_split:
        raise SpecError(
            f"Cannot split shape {TensorShape(value.shape)} along axis {at} into {num_split} equal parts: "
            f"{size} is not a multiple of {num_split}."
        )
    part = None if size is None else size // num_split
    return [Spec((*value.shape[:at], part, *value.shape[at + 1 :]), value.dtype) for _ in range(num_split)]


def _infer_split_v(value: Spec, size_splits: Spec, split_dim: Spec, *, num_split: int) -> list[Spec]:
    sizes, axis = size_splits.vector(), split_dim.scalar()
    if sizes is not None and len(sizes) != num_split:
        raise SpecError(f"SplitV: {num_split} parts, but {len(sizes)} sizes.")
    if value.shape is None or axis is None:
        shape = None if value.shape is None else (None,) * len(value.shape)
        return [Spec(shape, value.dtype) for _ in range(num_split)]
    at = infer.axis_in(axis, len(value.shape), "SplitV: axis")
    parts = split_sizes(list(sizes or (None,) * num_split), value.shape[at], at)
    return [Spec((*value.shape[:at], part, *value.shape[at + 1 :]), value.dtype) for part in parts]


def split_sizes(sizes: Sequence[int | None], total: int | None, axis: int) -> list[int | None]:
    """``sizes`` with -1 replaced by what is left of ``total``.

    Raises:
        SpecError: If they do not add up to ``total``.
    """
    if None in sizes:
        return [None if size in (None, -1) else size for size in sizes]
    known = [size for size in sizes if size is not None]
    taken = sum(size for size in known if size != -1)
    missing = known.count(-1)
    if missing > 1 or any(size < -1 for size in known):
        raise SpecError(f"Sizes to split into must not be negative (one may be -1, to be inferred), got {known}.")
    if total is None:
        return [None if size == -1 else size for size in known]
    if (missing and taken > total) or (not missing and taken != total):
        raise SpecError(f"Cannot split axis {axis} of size {total} into parts of {known}: they take {taken}.")
    return [total - taken if size == -1 else size for size in known]


SPLIT = Op(
    "Split",
    ("split_dim: int32", "value: T"),
    ("output: num_split * T",),
    ("num_split: int >= 1", ANY),
    infer=_infer_split,
)
SPLIT_V = Op(
    "SplitV",
    ("value: T", "size_splits: Tlen", "split_dim: int32"),
    ("output: num_split * T",),
    ("num_split: int >= 1", ANY, "Tlen: {int8, int32, int64} = DT_INT64"),
    infer=_infer_split_v,
)


def split(
    value: TensorLike, num_or_size_splits: Any, axis: Any = 0, num: int | None = None, name: str = "split"
) -> list[Tensor]:
    """Cut a tensor into parts along ``axis``.

    >>> [t.numpy().tolist() for t in tf.split([1, 2, 3, 4, 5], [2, -1])]
    [[1, 2], [3, 4, 5]]

    Args:
        value: A tensor.
        num_or_size_splits: How many equal parts, or the sizes of the parts (one may be -1).
        axis: The dimension to cut.
        num: The number of sizes, where it is not known statically.
        name: A name for the operation.

    Raises:
        tf.errors.InvalidArgumentError: If the sizes do not add up.
    """
    result: list[Tensor]
    if isinstance(num_or_size_splits, Integral):
        result = SPLIT(axis, value, num_split=int(num_or_size_splits), name=name)
        return result
    sizes = convert_to_tensor(num_or_size_splits)
    if sizes.ndim == 0:
        raise ValueError("Rank-0 tensors are not supported as the num_or_size_splits argument to split.")
    if num is None:
        length = sizes.spec.shape
        num = None if length is None else length[0]
        if num is None:
            raise ValueError(f"Cannot infer argument `num` from tensor {sizes!r}: give it.")
    result = SPLIT_V(value, sizes, axis, num_split=num, name=name)
    return result


# -- tile ------------------------------------------------------------------------------------------------------


def _infer_tile(x: Spec, multiples: Spec) -> Spec:
    counts = multiples.vector()
    rank = x.rank if counts is None else len(counts)
    if rank is None or counts is None:
        return Spec(None if rank is None else (None,) * rank, x.dtype)
    sizes = x.shape or (None,) * rank
    if x.shape is not None and len(x.shape) != rank:
        raise SpecError(
            f"Tile: multiples {list(counts)} must have one entry for each dimension of shape {TensorShape(x.shape)}."
        )
    if any(count is not None and count < -1 for count in counts):
        raise SpecError(f"Tile: multiples must not be negative, got {list(counts)}.")
    return Spec(
        tuple(infer.product((size, None if count == -1 else count)) for size, count in zip(sizes, counts, strict=True)),
        x.dtype,
    )


TILE = Op(
    "Tile", ("input: T", "multiples: Tmultiples"), ("output: T",), (ANY, index_type("Tmultiples")), infer=_infer_tile
)


def tile(input: TensorLike, multiples: Any, name: str | None = None) -> Any:
    """``input`` repeated ``multiples[i]`` times along each dimension ``i``.

    >>> tf.tile([[1, 2]], [2, 2]).numpy()
    array([[1, 2, 1, 2],
           [1, 2, 1, 2]], dtype=int32)
    """
    return TILE(input, multiples, name=name)


def meshgrid(*args: Any, **kwargs: Any) -> list[Tensor]:
    """The coordinates of a grid, one tensor for each of N vectors.

    >>> x, y = tf.meshgrid([1, 2, 3], [4, 5])
    >>> x.numpy().tolist(), y.numpy().tolist()
    ([[1, 2, 3], [1, 2, 3]], [[4, 4, 4], [5, 5, 5]])

    Args:
        *args: N tensors of rank 1 (or scalars).
        **kwargs: ``indexing``: ``"xy"`` (the default: the first two dimensions of the results are swapped, as
            in plots) or ``"ij"``; ``name``.

    Raises:
        ValueError: For another ``indexing``.
        TypeError: For another keyword.
    """
    indexing = kwargs.pop("indexing", "xy")
    kwargs.pop("name", None)
    if kwargs:
        raise TypeError(f"'{next(iter(kwargs))}' is an invalid keyword argument for meshgrid")
    if indexing not in ("xy", "ij"):
        raise ValueError(f"Argument `indexing` parameter must be either 'xy' or 'ij', got '{indexing}'")
    count = len(args)
    if count == 0:
        return []
    args = tuple(convert_to_tensor(vector) for vector in args)
    if any(vector.dtype is not args[0].dtype for vector in args):
        raise user_error(
            SpecError(f"tf.meshgrid takes vectors of one type, got {[x.dtype for x in args]}.", dtype=True)
        )
    grids = []
    for position, vector in enumerate(args):
        at = {0: 1, 1: 0}.get(position, position) if indexing == "xy" and count > 1 else position
        grids.append(array.reshape(vector, [-1 if i == at else 1 for i in range(count)]))
    sizes = [array.size(vector) for vector in args]
    if indexing == "xy" and count > 1:
        sizes[0], sizes[1] = sizes[1], sizes[0]
    shape = stack(sizes)
    return [array.broadcast_to(grid, shape) for grid in grids]
