"""Picking and placing by index: gather, scatter, dynamic partition and stitch."""

from __future__ import annotations

from typing import Any

from flowstone_core import dtypes, infer, shapes
from flowstone_core.composite import is_composite
from flowstone_core.conversion import convert_to_tensor
from flowstone_core.errors import SpecError
from flowstone_core.op import Op
from flowstone_core.ops import array
from flowstone_core.ops.array import ANY, RANGE
from flowstone_core.ops.cast import cast
from flowstone_core.ops.joining import concat
from flowstone_core.shapes import Dims, TensorShape
from flowstone_core.spec import Spec
from flowstone_core.tensor import Tensor, TensorLike

_PARAMS = "Tparams: type"
_POLICY = "bad_indices_policy: string = ''"
_INDICES = "Tindices: {int16, int32, int64}"
_WIDE_INDICES = "Tindices: {int32, int64}"

# -- gather ------------------------------------------------------------------------------------------------------


def gathered_shape(params: Dims, indices: Dims, axis: int | None, batch_dims: int) -> Dims:
    """``params[:axis] + indices[batch_dims:] + params[axis + 1:]``, the leading ``batch_dims`` shared.

    Raises:
        SpecError: If ranks or the shared sizes do not fit.
    """
    if params is not None and not params:
        raise SpecError("Gather: params must have at least 1 dimension, got a scalar.")
    if params is None or indices is None:
        return None
    rank = len(indices)
    if not -rank <= batch_dims <= rank:
        raise SpecError(f"Gather: batch_dims = {batch_dims} must be in [{-rank}, {rank}] for indices of rank {rank}.")
    batch = batch_dims % rank if batch_dims < 0 else batch_dims
    if axis is None:
        return (None,) * (len(params) - 1 + rank - batch)
    at = infer.axis_in(axis, len(params), "Gather: axis")
    if batch > at:
        raise SpecError(f"Gather: batch_dims ({batch}) must not be greater than axis ({at}).")
    shared = tuple(b if a is None else a for a, b in zip(params[:batch], indices, strict=False))
    return shared + params[batch:at] + indices[batch:] + params[at + 1 :]


def _infer_gather_v2(params: Spec, indices: Spec, axis: Spec, *, batch_dims: int) -> Spec:
    value = None
    place = indices.scalar() if indices.shape == () else None
    if isinstance(params.value, tuple) and place is not None and 0 <= place < len(params.value):
        value = params.value[place]
    return Spec(gathered_shape(params.shape, indices.shape, axis.scalar(), batch_dims), params.dtype, value)


def _infer_gather(params: Spec, indices: Spec, *, validate_indices: bool) -> Spec:
    return Spec(gathered_shape(params.shape, indices.shape, 0, 0), params.dtype)


def _infer_gather_nd(params: Spec, indices: Spec, *, bad_indices_policy: str) -> Spec:
    if params.shape is not None and not params.shape:
        raise SpecError("GatherNd: params must have at least 1 dimension.")
    if indices.shape is not None and not indices.shape:
        raise SpecError("GatherNd: indices must have at least 1 dimension.")
    if params.shape is None or indices.shape is None or indices.shape[-1] is None:
        return Spec(None, params.dtype)
    depth = indices.shape[-1]
    if depth > len(params.shape):
        raise SpecError(
            f"GatherNd: the last dimension of indices ({depth}) must not exceed the rank of params, whose shape is "
            f"{TensorShape(params.shape)}."
        )
    return Spec(indices.shape[:-1] + params.shape[depth:], params.dtype)


GATHER = Op(
    "Gather",
    ("params: Tparams", "indices: Tindices"),
    ("output: Tparams",),
    ("validate_indices: bool = true", _PARAMS, _WIDE_INDICES),
    infer=_infer_gather,
)
GATHER_V2 = Op(
    "GatherV2",
    ("params: Tparams", "indices: Tindices", "axis: Taxis"),
    ("output: Tparams",),
    ("batch_dims: int = 0", _PARAMS, _INDICES, "Taxis: {int32, int64}"),
    infer=_infer_gather_v2,
)
GATHER_ND = Op(
    "GatherNd",
    ("params: Tparams", "indices: Tindices"),
    ("output: Tparams",),
    (_PARAMS, _INDICES, _POLICY),
    infer=_infer_gather_nd,
)


def gather(
    params: TensorLike,
    indices: TensorLike,
    validate_indices: bool | None = None,
    axis: Any = None,
    batch_dims: int = 0,
    name: str | None = None,
) -> Any:
    """The slices of ``params`` along ``axis`` that ``indices`` name.

    >>> tf.gather(["a", "b", "c"], [2, 0]).numpy()
    array([b'c', b'a'], dtype=object)

    Args:
        params: A tensor.
        indices: Integers in ``[0, params.shape[axis])``.
        validate_indices: Ignored; indices are always checked.
        axis: The dimension; the first after the batch dimensions by default.
        batch_dims: How many leading dimensions ``params`` and ``indices`` share.
        name: A name for the operation.

    Returns:
        A tensor of shape ``params.shape[:axis] + indices.shape[batch_dims:] + params.shape[axis + 1:]``.

    Raises:
        tf.errors.InvalidArgumentError: If an index is out of range.
    """
    if axis is None:
        axis = batch_dims
    elif type(axis) is int and axis == 0:
        batch_dims = 0
    if not is_composite(params) and not isinstance(params, Tensor):
        by_index = getattr(params, "sparse_read", None)
        if by_index is not None and type(axis) is int and axis == 0 and batch_dims == 0:
            return by_index(indices, name=name)
    return GATHER_V2(params, indices, axis, batch_dims=batch_dims, name=name)


def gather_nd(
    params: TensorLike,
    indices: TensorLike,
    batch_dims: int = 0,
    name: str | None = None,
    bad_indices_policy: str = "",
) -> Any:
    """The slices of ``params`` at the places that the vectors of ``indices`` name.

    >>> tf.gather_nd([[1, 2], [3, 4]], [[0, 1], [1, 0]]).numpy()
    array([2, 3], dtype=int32)

    Args:
        params: A tensor.
        indices: Integers; the last dimension holds indices into the first dimensions of ``params``.
        batch_dims: How many leading dimensions ``params`` and ``indices`` share.
        name: A name for the operation.
        bad_indices_policy: ``"IGNORE"`` gives zeros for indices out of range; otherwise they are an error.

    Returns:
        A tensor of shape ``indices.shape[:-1] + params.shape[indices.shape[-1]:]``.

    Raises:
        tf.errors.InvalidArgumentError: If an index is out of range.
    """
    if batch_dims:
        indices = _with_batch_indices(convert_to_tensor(indices), batch_dims)
    elif not is_composite(params) and not isinstance(params, Tensor) and not bad_indices_policy:
        by_index = getattr(params, "gather_nd", None)
        if by_index is not None:
            return by_index(indices, name=name)
    return GATHER_ND(params, indices, bad_indices_policy=bad_indices_policy, name=name)


def _with_batch_indices(indices: Tensor, batch_dims: int) -> Tensor:
    """``indices`` with the place of each batch dimension put before them."""
    rank = indices.ndim
    if rank is None:
        raise ValueError("gather_nd with batch_dims needs indices whose rank is known.")
    if not 0 <= batch_dims < rank:
        raise ValueError(f"batch_dims = {batch_dims} must be less than the rank of indices ({rank}).")
    shape = array.shape(indices)
    leading = shape[: rank - 1]
    places = []
    for axis in range(batch_dims):
        count = cast(shape[axis], indices.dtype)
        line = RANGE(convert_to_tensor(0, indices.dtype), count, convert_to_tensor(1, indices.dtype))
        line = array.reshape(line, [-1 if i == axis else 1 for i in range(rank - 1)])
        places.append(array.expand_dims(array.broadcast_to(line, leading), -1))
    result: Tensor = concat([*places, indices], -1)
    return result


# -- scatter -----------------------------------------------------------------------------------------------------


def _check_updates(target: Dims, indices: Dims, updates: Dims, what: str) -> None:
    """Check that ``updates`` has shape ``indices[:-1] + target[indices[-1]:]``."""
    if indices is not None and not indices:
        raise SpecError(f"{what}: indices must have at least 1 dimension.")
    if target is None or indices is None or updates is None or indices[-1] is None:
        return
    if not target or (0 in indices and 0 not in target):
        return  # only found when it runs, as in TensorFlow
    expected = indices[:-1] + target[indices[-1] :]
    try:
        shapes.merge(expected, updates)
    except ValueError:
        raise SpecError(
            f"{what}: for indices of shape {TensorShape(indices)} into shape {TensorShape(target)}, updates must have "
            f"shape {TensorShape(expected)}, got {TensorShape(updates)}."
        ) from None


def _infer_scatter_nd(indices: Spec, updates: Spec, shape: Spec, *, bad_indices_policy: str) -> Spec:
    sizes = shape.vector()
    _check_updates(sizes, indices.shape, updates.shape, "ScatterNd")
    return Spec(sizes, updates.dtype)


def _infer_tensor_scatter(tensor: Spec, indices: Spec, updates: Spec, *, bad_indices_policy: str) -> Spec:
    if updates.shape != ():  # of which only the kernel complains, as in TensorFlow
        _check_updates(tensor.shape, indices.shape, updates.shape, "TensorScatter")
    return Spec(tensor.shape, tensor.dtype)


def _tensor_scatter(name: str, indices: str) -> Op:
    return Op(
        name,
        ("tensor: T", "indices: Tindices", "updates: T"),
        ("output: T",),
        (ANY, indices, _POLICY),
        infer=_infer_tensor_scatter,
    )


SCATTER_ND = Op(
    "ScatterNd",
    ("indices: Tindices", "updates: T", "shape: Tindices"),
    ("output: T",),
    (ANY, _INDICES, _POLICY),
    infer=_infer_scatter_nd,
)
TENSOR_SCATTER_UPDATE = _tensor_scatter("TensorScatterUpdate", "Tindices: {int16, int32, int64, uint16}")
TENSOR_SCATTER_ADD = _tensor_scatter("TensorScatterAdd", _WIDE_INDICES)
TENSOR_SCATTER_SUB = _tensor_scatter("TensorScatterSub", _WIDE_INDICES)
TENSOR_SCATTER_MIN = _tensor_scatter("TensorScatterMin", _WIDE_INDICES)
TENSOR_SCATTER_MAX = _tensor_scatter("TensorScatterMax", _WIDE_INDICES)
SCATTER_ND_NON_ALIASING_ADD = Op(
    "ScatterNdNonAliasingAdd",
    ("input: T", "indices: Tindices", "updates: T"),
    ("output: T",),
    (
        "T: {float, double, int32, uint8, int16, int8, complex64, int64, qint8, quint8, qint32, bfloat16, qint16, "
        "quint16, uint16, complex128, half, uint32, uint64, bool}",
        _WIDE_INDICES,
        _POLICY,
    ),
    infer=_infer_tensor_scatter,
)


def scatter_nd(
    indices: TensorLike, updates: TensorLike, shape: Any, bad_indices_policy: str = "", name: str | None = None
) -> Tensor:
    """Zeros of ``shape`` to which ``updates`` are added at ``indices``; repeated indices add up.

    >>> tf.scatter_nd([[0], [2], [0]], [1, 2, 3], [4]).numpy()
    array([4, 0, 2, 0], dtype=int32)

    Raises:
        tf.errors.InvalidArgumentError: If an index is out of range (unless ``bad_indices_policy`` is
            ``"IGNORE"``), or shapes do not fit.
    """
    result: Tensor = SCATTER_ND(indices, updates, shape, bad_indices_policy=bad_indices_policy, name=name)
    return result


def tensor_scatter_nd_update(
    tensor: TensorLike, indices: TensorLike, updates: TensorLike, name: str | None = None
) -> Any:
    """A copy of ``tensor`` with ``updates`` at ``indices``; of repeated indices the last one stays.

    >>> tf.tensor_scatter_nd_update([1, 2, 3], [[0], [2]], [7, 9]).numpy()
    array([7, 2, 9], dtype=int32)
    """
    return TENSOR_SCATTER_UPDATE(tensor, indices, updates, name=name)


def tensor_scatter_nd_add(
    tensor: TensorLike, indices: TensorLike, updates: TensorLike, bad_indices_policy: str = "", name: str | None = None
) -> Tensor:
    """A copy of ``tensor`` with ``updates`` added at ``indices``.

    >>> tf.tensor_scatter_nd_add([1, 2, 3], [[0], [0]], [10, 100]).numpy()
    array([111,   2,   3], dtype=int32)
    """
    result: Tensor = TENSOR_SCATTER_ADD(tensor, indices, updates, bad_indices_policy=bad_indices_policy, name=name)
    return result


def tensor_scatter_nd_sub(
    tensor: TensorLike, indices: TensorLike, updates: TensorLike, bad_indices_policy: str = "", name: str | None = None
) -> Tensor:
    """A copy of ``tensor`` with ``updates`` subtracted at ``indices``."""
    result: Tensor = TENSOR_SCATTER_SUB(tensor, indices, updates, bad_indices_policy=bad_indices_policy, name=name)
    return result


def tensor_scatter_nd_min(
    tensor: TensorLike, indices: TensorLike, updates: TensorLike, bad_indices_policy: str = "", name: str | None = None
) -> Tensor:
    """A copy of ``tensor`` whose elements at ``indices`` are at most ``updates``."""
    result: Tensor = TENSOR_SCATTER_MIN(tensor, indices, updates, bad_indices_policy=bad_indices_policy, name=name)
    return result


def tensor_scatter_nd_max(
    tensor: TensorLike, indices: TensorLike, updates: TensorLike, bad_indices_policy: str = "", name: str | None = None
) -> Tensor:
    """A copy of ``tensor`` whose elements at ``indices`` are at least ``updates``."""
    result: Tensor = TENSOR_SCATTER_MAX(tensor, indices, updates, bad_indices_policy=bad_indices_policy, name=name)
    return result


# -- partition and stitch ------------------------------------------------------------------------------------------


def _infer_dynamic_partition(data: Spec, partitions: Spec, *, num_partitions: int) -> list[Spec]:
    if data.shape is None or partitions.shape is None:
        return [Spec(None, data.dtype) for _ in range(num_partitions)]
    rank = len(partitions.shape)
    try:
        shapes.merge(data.shape[:rank], partitions.shape)
    except ValueError:
        raise SpecError(
            f"DynamicPartition: the shape of data {TensorShape(data.shape)} must start with the shape of partitions "
            f"{TensorShape(partitions.shape)}."
        ) from None
    return [Spec((None, *data.shape[rank:]), data.dtype) for _ in range(num_partitions)]


def _infer_dynamic_stitch(indices: list[Spec], data: list[Spec]) -> Spec:
    rest: Dims = None
    for places, values in zip(indices, data, strict=True):
        if places.shape is None or values.shape is None:
            continue
        rank = len(places.shape)
        try:
            shapes.merge(values.shape[:rank], places.shape)
            rest = shapes.merge(rest, values.shape[rank:])
        except ValueError:
            raise SpecError(
                f"DynamicStitch: data of shape {TensorShape(values.shape)} must start with the shape of its indices "
                f"{TensorShape(places.shape)}, and what is left be the same for all."
            ) from None
    return Spec(None if rest is None else (None, *rest), data[0].dtype)


DYNAMIC_PARTITION = Op(
    "DynamicPartition",
    ("data: T", "partitions: int32"),
    ("outputs: num_partitions * T",),
    ("num_partitions: int >= 1", ANY),
    infer=_infer_dynamic_partition,
)
DYNAMIC_STITCH = Op(
    "DynamicStitch",
    ("indices: N * int32", "data: N * T"),
    ("merged: T",),
    ("N: int >= 1", ANY),
    infer=_infer_dynamic_stitch,
)
PARALLEL_DYNAMIC_STITCH = Op(
    "ParallelDynamicStitch",
    ("indices: N * int32", "data: N * T"),
    ("merged: T",),
    ("N: int >= 1", ANY),
    infer=_infer_dynamic_stitch,
)


def dynamic_partition(
    data: TensorLike, partitions: TensorLike, num_partitions: int, name: str | None = None
) -> list[Tensor]:
    """Sort the slices of ``data`` into ``num_partitions`` tensors: slice i goes to number ``partitions[i]``.

    >>> [t.numpy().tolist() for t in tf.dynamic_partition([10, 20, 30], [1, 0, 1], 2)]
    [[20], [10, 30]]
    """
    result: list[Tensor] = DYNAMIC_PARTITION(data, partitions, num_partitions=num_partitions, name=name)
    return result


def dynamic_stitch(indices: Any, data: Any, name: str | None = None) -> Tensor:
    """Interleave: slice i of ``data[m]`` becomes slice ``indices[m][i]`` of the result; the last one stays.

    >>> tf.dynamic_stitch([[0, 2], [1]], [[10, 30], [20]]).numpy()
    array([10, 20, 30], dtype=int32)
    """
    places = [convert_to_tensor(entry, dtypes.int32) for entry in indices]
    result: Tensor = DYNAMIC_STITCH(places, list(data), name=name)
    return result
