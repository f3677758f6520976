"""Reductions over groups of slices: segments with sorted or any ids, and of gathered slices."""

from __future__ import annotations

from typing import Any

from flowstone_core import infer, shapes
from flowstone_core.composite import is_composite
from flowstone_core.conversion import convert_to_tensor
from flowstone_core.dtypes import int32, int64
from flowstone_core.errors import SpecError
from flowstone_core.op import Op
from flowstone_core.ops import array, math
from flowstone_core.ops.cast import cast
from flowstone_core.ops.elementary import sqrt
from flowstone_core.ops.filling import ones_like
from flowstone_core.ops.joining import concat
from flowstone_core.shapes import Dims, TensorShape
from flowstone_core.spec import Spec
from flowstone_core.tensor import Tensor, TensorLike

_NUMBERS = (
    "T: {float, double, int32, uint8, int16, int8, complex64, int64, qint8, quint8, qint32, bfloat16, qint16, quint16, "
    "uint16, complex128, half, uint32, uint64}"
)
_REALS = "T: {float, double, int32, uint8, int16, int8, int64, bfloat16, uint16, half, uint32, uint64}"
_FLOATS = "T: {bfloat16, half, float, double}"
_INDICES = "Tindices: {int32, int64}"
_COUNT = "Tnumsegments: {int32, int64} = DT_INT32"
_ROWS = "Tidx: {int32, int64} = DT_INT32"
_IDS = "Tsegmentids: {int32, int64} = DT_INT32"

# -- sorted ids --------------------------------------------------------------------------------------------------


def _rest(data: Spec, ids: Spec, what: str) -> Dims:
    """The shape of one slice of ``data``, whose first dimension has one id for each slice."""
    infer.with_rank(ids, 1, f"{what}: segment_ids")
    if data.shape is None:
        return None
    if not data.shape:
        raise SpecError(f"{what}: data must have at least 1 dimension.")
    return data.shape[1:]


def _sized(count: int | None, rest: Dims, like: Spec) -> Spec:
    if count is not None and count < 0:
        raise SpecError(f"num_segments must not be negative, got {count}.")
    return Spec(None if rest is None else (count, *rest), like.dtype)


def _infer_segment(data: Spec, segment_ids: Spec) -> Spec:
    return _sized(None, _rest(data, segment_ids, "Segment"), data)


def _infer_segment_v2(data: Spec, segment_ids: Spec, num_segments: Spec) -> Spec:
    return _sized(num_segments.scalar(), _rest(data, segment_ids, "Segment"), data)


def _segment(name: str, types: str) -> Op:
    return Op(name, ("data: T", "segment_ids: Tindices"), ("output: T",), (types, _INDICES), infer=_infer_segment)


def _segment_v2(name: str, types: str) -> Op:
    return Op(
        name,
        ("data: T", "segment_ids: Tindices", "num_segments: Tnumsegments"),
        ("output: T",),
        (types, _INDICES, _COUNT),
        infer=_infer_segment_v2,
    )


SEGMENT_SUM = _segment("SegmentSum", _NUMBERS)
SEGMENT_MEAN = _segment("SegmentMean", _NUMBERS)
SEGMENT_PROD = _segment("SegmentProd", _NUMBERS)
SEGMENT_MIN = _segment("SegmentMin", _REALS)
SEGMENT_MAX = _segment("SegmentMax", _REALS)
SEGMENT_SUM_V2 = _segment_v2("SegmentSumV2", _NUMBERS)
SEGMENT_PROD_V2 = _segment_v2("SegmentProdV2", _NUMBERS)
SEGMENT_MIN_V2 = _segment_v2("SegmentMinV2", _REALS)
SEGMENT_MAX_V2 = _segment_v2("SegmentMaxV2", _REALS)


def segment_sum(data: TensorLike, segment_ids: TensorLike, name: str | None = None) -> Tensor:
    """``output[i]``: the sum of the slices of ``data`` whose id is i; 0 for ids that do not occur.

    >>> tf.math.segment_sum([1, 2, 3, 4], [0, 0, 2, 2]).numpy()
    array([3, 0, 7], dtype=int32)

    Args:
        data: A tensor.
        segment_ids: An id for each slice along the first dimension, in increasing order.
        name: A name for the operation.

    Raises:
        tf.errors.InvalidArgumentError: If the ids are not sorted, or their number does not fit.
    """
    result: Tensor = SEGMENT_SUM(data, segment_ids, name=name)
    return result


def segment_mean(data: TensorLike, segment_ids: TensorLike, name: str | None = None) -> Tensor:
    """``output[i]``: the mean of the slices of ``data`` whose id is i; 0 for ids that do not occur."""
    result: Tensor = SEGMENT_MEAN(data, segment_ids, name=name)
    return result


def segment_prod(data: TensorLike, segment_ids: TensorLike, name: str | None = None) -> Tensor:
    """``output[i]``: the product of the slices of ``data`` whose id is i; 1 for ids that do not occur."""
    result: Tensor = SEGMENT_PROD(data, segment_ids, name=name)
    return result


def segment_min(data: TensorLike, segment_ids: TensorLike, name: str | None = None) -> Tensor:
    """``output[i]``: the minimum of the slices of ``data`` whose id is i; 0 for ids that do not occur."""
    result: Tensor = SEGMENT_MIN(data, segment_ids, name=name)
    return result


def segment_max(data: TensorLike, segment_ids: TensorLike, name: str | None = None) -> Tensor:
    """``output[i]``: the maximum of the slices of ``data`` whose id is i; 0 for ids that do not occur."""
    result: Tensor = SEGMENT_MAX(data, segment_ids, name=name)
    return result


# -- ids in any order ----------------------------------------------------------------------------------------------


def _infer_unsorted(data: Spec, segment_ids: Spec, num_segments: Spec) -> Spec:
    rest: Dims = None
    infer.with_rank(num_segments, 0, "UnsortedSegment: num_segments")
    if data.shape is not None and segment_ids.shape is not None:
        rank = len(segment_ids.shape)
        try:
            shapes.merge(data.shape[:rank], segment_ids.shape)
        except ValueError:
            raise SpecError(
                f"UnsortedSegment: the shape of data {TensorShape(data.shape)} must start with the shape of "
                f"segment_ids {TensorShape(segment_ids.shape)}."
            ) from None
        rest = data.shape[rank:]
    return _sized(num_segments.scalar(), rest, data)


def _unsorted(name: str, types: str, indices: str = _INDICES) -> Op:
    return Op(
        name,
        ("data: T", "segment_ids: Tindices", "num_segments: Tnumsegments"),
        ("output: T",),
        (types, indices, _COUNT),
        infer=_infer_unsorted,
    )


UNSORTED_SEGMENT_SUM = _unsorted("UnsortedSegmentSum", _NUMBERS, "Tindices: {int16, int32, int64}")
UNSORTED_SEGMENT_PROD = _unsorted("UnsortedSegmentProd", _NUMBERS)
UNSORTED_SEGMENT_MIN = _unsorted("UnsortedSegmentMin", _REALS)
UNSORTED_SEGMENT_MAX = _unsorted("UnsortedSegmentMax", _REALS)


def unsorted_segment_sum(
    data: TensorLike, segment_ids: TensorLike, num_segments: TensorLike, name: str | None = None
) -> Tensor:
    """``output[i]``: the sum of the slices of ``data`` whose id is i, for i below ``num_segments``.

    >>> tf.math.unsorted_segment_sum([1, 2, 3], [2, 0, 2], 4).numpy()
    array([2, 0, 4, 0], dtype=int32)

    Args:
        data: A tensor.
        segment_ids: Ids, of a shape that the shape of ``data`` starts with; slices with negative ids are left out.
        num_segments: How many segments the result has.
        name: A name for the operation.

    Raises:
        tf.errors.InvalidArgumentError: If an id is not less than ``num_segments``.
    """
    result: Tensor = UNSORTED_SEGMENT_SUM(data, segment_ids, num_segments, name=name)
    return result


def unsorted_segment_prod(
    data: TensorLike, segment_ids: TensorLike, num_segments: TensorLike, name: str | None = None
) -> Tensor:
    """``output[i]``: the product of the slices of ``data`` whose id is i; 1 for ids that do not occur."""
    result: Tensor = UNSORTED_SEGMENT_PROD(data, segment_ids, num_segments, name=name)
    return result


def unsorted_segment_min(
    data: TensorLike, segment_ids: TensorLike, num_segments: TensorLike, name: str | None = None
) -> Tensor:
    """``output[i]``: the minimum of the slices whose id is i; the greatest number for ids that do not occur."""
    result: Tensor = UNSORTED_SEGMENT_MIN(data, segment_ids, num_segments, name=name)
    return result


def unsorted_segment_max(
    data: TensorLike, segment_ids: TensorLike, num_segments: TensorLike, name: str | None = None
) -> Tensor:
    """``output[i]``: the maximum of the slices whose id is i; the least number for ids that do not occur."""
    result: Tensor = UNSORTED_SEGMENT_MAX(data, segment_ids, num_segments, name=name)
    return result


def _occurrences(data: Tensor, segment_ids: Tensor, num_segments: TensorLike) -> Tensor:
    """How often each id occurs (at least 1), shaped to divide the segments of ``data``."""
    ones = cast(ones_like(segment_ids), data.dtype)
    counts = math.maximum(UNSORTED_SEGMENT_SUM(ones, segment_ids, num_segments), convert_to_tensor(1, data.dtype))
    if data.ndim is not None and segment_ids.ndim is not None:
        for _ in range(data.ndim - segment_ids.ndim):
            counts = array.expand_dims(counts, -1)
        return counts
    inner = math.subtract(array.rank(data), array.rank(segment_ids))
    shape = concat([array.shape(counts), array.broadcast_to(1, array.reshape(inner, [1]))], 0)
    return array.reshape(counts, shape)


def _ragged_share(data: Any, ids: Any, count: Any, weight: Any) -> Any:
    """The sums of ragged rows, each place divided by ``weight`` of how many rows reach it."""
    total = UNSORTED_SEGMENT_SUM(data, ids, count)
    return math.truediv(total, weight(UNSORTED_SEGMENT_SUM(ones_like(data), ids, count)))


def _unchanged(x: Any) -> Any:
    return x


def unsorted_segment_mean(
    data: TensorLike, segment_ids: TensorLike, num_segments: TensorLike, name: str | None = None
) -> Tensor:
    """``output[i]``: the mean of the slices of ``data`` whose id is i; 0 for ids that do not occur.

    >>> tf.math.unsorted_segment_mean([1., 2., 3.], [2, 0, 2], 4).numpy()
    array([2., 0., 2., 0.], dtype=float32)
    """
    if is_composite(data):
        return _ragged_share(data, segment_ids, num_segments, _unchanged)
    x, ids = convert_to_tensor(data), convert_to_tensor(segment_ids)
    total = UNSORTED_SEGMENT_SUM(x, ids, num_segments)
    return math.truediv(total, _occurrences(x, ids, num_segments), name=name)


def unsorted_segment_sqrt_n(
    data: TensorLike, segment_ids: TensorLike, num_segments: TensorLike, name: str | None = None
) -> Tensor:
    """``output[i]``: the sum of the slices whose id is i, divided by the square root of how many there are."""
    if is_composite(data):
        return _ragged_share(data, segment_ids, num_segments, sqrt)
    x, ids = convert_to_tensor(data), convert_to_tensor(segment_ids)
    total = UNSORTED_SEGMENT_SUM(x, ids, num_segments)
    return math.truediv(total, sqrt(_occurrences(x, ids, num_segments)), name=name)


# -- gathered slices -----------------------------------------------------------------------------------------------


def _infer_sparse(data: Spec, indices: Spec, segment_ids: Spec, **attrs: Any) -> Spec:
    infer.with_rank(indices, 1, "SparseSegment: indices")
    infer.with_rank(segment_ids, 1, "SparseSegment: segment_ids")
    infer.same_shape(indices, segment_ids)
    return _sized(None, None if data.shape is None else data.shape[1:], data)


def _infer_sparse_sized(data: Spec, indices: Spec, segment_ids: Spec, num_segments: Spec, **attrs: Any) -> Spec:
    found = _infer_sparse(data, indices, segment_ids)
    return _sized(num_segments.scalar(), None if found.shape is None else found.shape[1:], data)


def _sparse(name: str, types: str) -> tuple[Op, Op]:
    """An op, and the one that is told the number of segments."""
    inputs = ("data: T", "indices: Tidx", "segment_ids: Tsegmentids")
    flag = "sparse_gradient: bool = false"
    plain = Op(name, inputs, ("output: T",), (types, _ROWS, _IDS, flag), infer=_infer_sparse)
    sized = Op(
        f"{name}WithNumSegments",
        (*inputs, "num_segments: Tnumsegments"),
        ("output: T",),
        (types, _ROWS, _COUNT, _IDS, flag),
        infer=_infer_sparse_sized,
    )
    return plain, sized


def _sparse_gradient(name: str) -> tuple[Op, Op]:
    """An op's gradient as a dense tensor, and as rows with their indices."""
    inputs = ("grad: T", "indices: Tidx", "segment_ids: Tsegmentids")
    types = (_FLOATS, _ROWS, _IDS)
    dense = Op(
        f"{name}Grad",
        (*inputs, "output_dim0: int32"),
        ("output: T",),
        types,
        infer=lambda grad, indices, ids, size: _sized(
            size.scalar(), None if grad.shape is None else grad.shape[1:], grad
        ),
    )
    rows = Op(
        f"{name}GradV2",
        (*inputs, "dense_output_dim0: int32"),
        ("output: T", "sorted_unique_indices: Tidx"),
        types,
        infer=lambda grad, indices, ids, size: (
            _sized(None, None if grad.shape is None else grad.shape[1:], grad),
            Spec((None,), indices.dtype),
        ),
    )
    return dense, rows


SPARSE_SEGMENT_SUM, SPARSE_SEGMENT_SUM_SIZED = _sparse("SparseSegmentSum", _REALS)
SPARSE_SEGMENT_MEAN, SPARSE_SEGMENT_MEAN_SIZED = _sparse("SparseSegmentMean", _FLOATS)
SPARSE_SEGMENT_SQRT_N, SPARSE_SEGMENT_SQRT_N_SIZED = _sparse("SparseSegmentSqrtN", _FLOATS)
SPARSE_SEGMENT_SUM_GRAD, SPARSE_SEGMENT_SUM_GRAD_V2 = _sparse_gradient("SparseSegmentSum")
SPARSE_SEGMENT_MEAN_GRAD, SPARSE_SEGMENT_MEAN_GRAD_V2 = _sparse_gradient("SparseSegmentMean")
SPARSE_SEGMENT_SQRT_N_GRAD, SPARSE_SEGMENT_SQRT_N_GRAD_V2 = _sparse_gradient("SparseSegmentSqrtN")


def _sparse_segment(
    plain: Op, sized: Op, inputs: tuple[Any, Any, Any], num_segments: Any, sparse_gradient: bool, name: str | None
) -> Tensor:
    data, indices, ids = convert_to_tensor(inputs[0]), inputs[1], convert_to_tensor(inputs[2])
    ids = ids if ids.dtype in (int32, int64) else cast(ids, int32)
    result: Tensor
    if num_segments is None:
        result = plain(data, indices, ids, sparse_gradient=sparse_gradient, name=name)
    else:
        result = sized(data, indices, ids, num_segments, sparse_gradient=sparse_gradient, name=name)
    return result


def sparse_segment_sum(
    data: TensorLike,
    indices: TensorLike,
    segment_ids: TensorLike,
    num_segments: TensorLike = None,
    name: str | None = None,
    sparse_gradient: bool = False,
) -> Tensor:
    """``segment_sum(gather(data, indices), segment_ids)`` in one op.

    >>> tf.sparse.segment_sum([1, 2, 3], [0, 2, 2], [0, 0, 1]).numpy()
    array([4, 3], dtype=int32)

    Args:
        data: A tensor.
        indices: Which slices of ``data``, along its first dimension.
        segment_ids: The id of each, in increasing order.
        num_segments: How many segments the result has; as many as occur by default.
        name: A name for the operation.
        sparse_gradient: Whether the gradient is an ``IndexedSlices``.
    """
    inputs = data, indices, segment_ids
    return _sparse_segment(SPARSE_SEGMENT_SUM, SPARSE_SEGMENT_SUM_SIZED, inputs, num_segments, sparse_gradient, name)


def sparse_segment_mean(
    data: TensorLike,
    indices: TensorLike,
    segment_ids: TensorLike,
    num_segments: TensorLike = None,
    name: str | None = None,
    sparse_gradient: bool = False,
) -> Tensor:
    """``segment_mean(gather(data, indices), segment_ids)`` in one op."""
    inputs = data, indices, segment_ids
    return _sparse_segment(SPARSE_SEGMENT_MEAN, SPARSE_SEGMENT_MEAN_SIZED, inputs, num_segments, sparse_gradient, name)


def sparse_segment_sqrt_n(
    data: TensorLike,
    indices: TensorLike,
    segment_ids: TensorLike,
    num_segments: TensorLike = None,
    name: str | None = None,
    sparse_gradient: bool = False,
) -> Tensor:
    """The sum of the gathered slices of each segment, divided by the square root of how many there are."""
    inputs = data, indices, segment_ids
    ops = SPARSE_SEGMENT_SQRT_N, SPARSE_SEGMENT_SQRT_N_SIZED
    return _sparse_segment(*ops, inputs, num_segments, sparse_gradient, name)
