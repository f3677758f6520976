"""Finding values: unique ones, differences of lists, places in sorted sequences, coordinates of flat indices."""

from __future__ import annotations

from typing import Any, NamedTuple

from flowstone_core import infer
from flowstone_core.conversion import convert_to_tensor
from flowstone_core.dtypes import DType, float32, int32
from flowstone_core.op import Op
from flowstone_core.ops import array
from flowstone_core.ops.array import ANY, index_type
from flowstone_core.shapes import Dims
from flowstone_core.spec import Spec
from flowstone_core.tensor import Tensor, TensorLike

_OUT_IDX = "out_idx: {int32, int64} = DT_INT32"

# -- unique values -----------------------------------------------------------------------------------------------


def _infer_unique(x: Spec, *, out_idx: DType) -> tuple[Spec, Spec]:
    infer.with_rank(x, 1, "Unique: x")
    return Spec((None,), x.dtype), Spec(x.shape, out_idx)


def _infer_unique_v2(x: Spec, axis: Spec, *, out_idx: DType) -> tuple[Spec, Spec]:
    shape: Dims = None if x.shape is None else (None,) * len(x.shape)
    if x.shape is not None and isinstance(axis.value, tuple):
        if not axis.value:
            infer.with_rank(x, 1, "Unique without axis: x")
        elif axis.value[0] is not None:
            at = infer.axis_in(axis.value[0], len(x.shape), "Unique: axis")
            shape = (*x.shape[:at], None, *x.shape[at + 1 :])
            return Spec(shape, x.dtype), Spec((x.shape[at],), out_idx)
    return Spec(shape, x.dtype), Spec((None,), out_idx)


def _infer_unique_counts(x: Spec, *, out_idx: DType) -> tuple[Spec, Spec, Spec]:
    return Spec((None,), x.dtype), Spec(x.shape, out_idx), Spec((None,), out_idx)


def _infer_unique_counts_v2(x: Spec, axis: Spec, *, out_idx: DType) -> tuple[Spec, Spec, Spec]:
    return (*_infer_unique_v2(x, axis, out_idx=out_idx), Spec((None,), out_idx))


def _infer_list_diff(x: Spec, y: Spec, *, out_idx: DType) -> tuple[Spec, Spec]:
    for value, what in ((x, "x"), (y, "y")):
        infer.with_rank(value, 1, f"ListDiff: {what}")
    return Spec((None,), x.dtype), Spec((None,), out_idx)


_PLAIN, _SLICES = ("x: T",), ("x: T", "axis: Taxis")
_TAXIS = "Taxis: {int32, int64} = DT_INT64"
UNIQUE = Op("Unique", _PLAIN, ("y: T", "idx: out_idx"), (ANY, _OUT_IDX), infer=_infer_unique)
UNIQUE_V2 = Op("UniqueV2", _SLICES, ("y: T", "idx: out_idx"), (ANY, _TAXIS, _OUT_IDX), infer=_infer_unique_v2)
UNIQUE_WITH_COUNTS = Op(
    "UniqueWithCounts",
    _PLAIN,
    ("y: T", "idx: out_idx", "count: out_idx"),
    (ANY, _OUT_IDX),
    infer=_infer_unique_counts,
)
UNIQUE_WITH_COUNTS_V2 = Op(
    "UniqueWithCountsV2",
    _SLICES,
    ("y: T", "idx: out_idx", "count: out_idx"),
    (ANY, _TAXIS, _OUT_IDX),
    infer=_infer_unique_counts_v2,
)
LIST_DIFF = Op(
    "ListDiff",
    ("x: T", "y: T"),
    ("out: T", "idx: out_idx"),
    (ANY, _OUT_IDX),
    infer=_infer_list_diff,
)


class Unique(NamedTuple):
    """What ``tf.unique`` gives: the values, and for each element the number of its value."""

    y: Tensor
    idx: Tensor


class UniqueWithCounts(NamedTuple):
    """What ``tf.unique_with_counts`` gives: the values, each element's value number, how often each occurs."""

    y: Tensor
    idx: Tensor
    count: Tensor  # type: ignore[assignment]


class ListDiff(NamedTuple):
    """What ``setdiff1d`` gives: the values, and where they stand."""

    out: Tensor
    idx: Tensor


def unique(x: TensorLike, out_idx: Any = int32, name: str | None = None) -> Unique:
    """The distinct values of a 1-d tensor, in the order of their first occurrence.

    >>> y, idx = tf.unique([3, 1, 3, 2])
    >>> y.numpy().tolist(), idx.numpy().tolist()
    ([3, 1, 2], [0, 1, 0, 2])

    Args:
        x: A 1-d tensor.
        out_idx: The type of the indices.
        name: A name for the operation.

    Returns:
        ``(y, idx)`` with ``x[i] == y[idx[i]]``.
    """
    return Unique(*UNIQUE(x, out_idx=out_idx, name=name))


def unique_with_counts(x: TensorLike, out_idx: Any = int32, name: str | None = None) -> UniqueWithCounts:
    """The distinct values of a 1-d tensor, and how often each occurs.

    >>> tf.unique_with_counts([3, 1, 3]).count.numpy()
    array([2, 1], dtype=int32)
    """
    return UniqueWithCounts(*UNIQUE_WITH_COUNTS(x, out_idx=out_idx, name=name))


def setdiff1d(x: TensorLike, y: TensorLike, index_dtype: Any = int32, name: str | None = None) -> ListDiff:
    """The values of the list ``x`` that are not in the list ``y``, in order, and their places in ``x``."""
    return ListDiff(*LIST_DIFF(x, y, out_idx=index_dtype, name=name))


# -- sorted sequences ----------------------------------------------------------------------------------------------


def _infer_bound(sorted_inputs: Spec, values: Spec, *, out_type: DType) -> Spec:
    infer.with_rank(sorted_inputs, 2, "sorted_inputs")
    return Spec(infer.with_rank(values, 2, "values"), out_type)


def _bound(name: str) -> Op:
    return Op(
        name,
        ("sorted_inputs: T", "values: T"),
        ("output: out_type",),
        (ANY, "out_type: {int32, int64} = DT_INT32"),
        infer=_infer_bound,
    )


LOWER_BOUND, UPPER_BOUND = _bound("LowerBound"), _bound("UpperBound")


def searchsorted(
    sorted_sequence: TensorLike,
    values: TensorLike,
    side: str = "left",
    out_type: Any = int32,
    name: str | None = None,
) -> Tensor:
    """Where ``values`` would have to be inserted in sorted sequences to keep them sorted.

    >>> tf.searchsorted([1, 3, 5], [3, 4]).numpy()
    array([1, 2], dtype=int32)

    Args:
        sorted_sequence: Sequences along the last dimension, each in increasing order.
        values: Values along the last dimension, with the same leading dimensions.
        side: ``"left"`` of equal values or ``"right"`` of them.
        out_type: The integer type of the places.
        name: A name for the operation.

    Raises:
        ValueError: For another ``side``.
    """
    if side not in ("left", "right"):
        raise ValueError(f"Argument `side` must be either 'right' or 'left'. Received: `side` = '{side}'.")
    sequence, wanted = convert_to_tensor(sorted_sequence), convert_to_tensor(values)
    rows = array.reshape(sequence, [-1, array.shape(sequence)[-1]])
    columns = array.reshape(wanted, [-1, array.shape(wanted)[-1]])
    places = (LOWER_BOUND if side == "left" else UPPER_BOUND)(rows, columns, out_type=out_type, name=name)
    return array.reshape(places, array.shape(wanted))


# In saved graphs, and by tf.raw_ops.
BUCKETIZE = Op(
    "Bucketize",
    ("input: T",),
    ("output: int32",),
    ("T: {int32, int64, float, double}", "boundaries: list(float)"),
    infer=lambda input, boundaries: Spec(input.shape, int32),
)

# -- coordinates ---------------------------------------------------------------------------------------------------


def _infer_unravel(indices: Spec, dims: Spec) -> Spec:
    (rank,) = infer.with_rank(dims, 1, "UnravelIndex: dims")
    if indices.shape is None:
        return Spec(None, indices.dtype)
    return Spec((rank, *indices.shape), indices.dtype)


UNRAVEL_INDEX = Op(
    "UnravelIndex", ("indices: Tidx", "dims: Tidx"), ("output: Tidx",), (index_type("Tidx"),), infer=_infer_unravel
)


def unravel_index(indices: TensorLike, dims: TensorLike, name: str | None = None) -> Tensor:
    """The coordinates, in a tensor of shape ``dims``, of elements whose flat indices are given.

    >>> tf.unravel_index([5, 7], [3, 3]).numpy()
    array([[1, 2],
           [2, 1]], dtype=int32)

    Returns:
        A tensor of shape ``[rank, ...indices]``.
    """
    result: Tensor = UNRAVEL_INDEX(indices, dims, name=name)
    return result


# -- edit distance ---------------------------------------------------------------------------------------------------


def _infer_edit_distance(h_indices: Spec, h_values: Spec, h_shape: Spec, *truth: Spec, normalize: bool) -> Spec:
    ours, theirs = h_shape.vector(), truth[2].vector()
    known = ours or theirs
    if known is None:
        return Spec(None, float32)
    pairs = zip(ours or (None,) * len(known), theirs or (None,) * len(known), strict=True)
    return Spec(tuple(None if None in pair else max(pair) for pair in pairs)[:-1], float32)  # type: ignore[type-var]


EDIT_DISTANCE = Op(
    "EditDistance",
    (
        "hypothesis_indices: int64",
        "hypothesis_values: T",
        "hypothesis_shape: int64",
        "truth_indices: int64",
        "truth_values: T",
        "truth_shape: int64",
    ),
    ("output: float",),
    ("normalize: bool = true", ANY),
    infer=_infer_edit_distance,
)


def edit_distance(hypothesis: Any, truth: Any, normalize: bool = True, name: str = "edit_distance") -> Tensor:
    """The Levenshtein distance between the sequences of two sparse tensors.

    Args:
        hypothesis: A ``SparseTensor`` whose last dimension holds sequences.
        truth: A ``SparseTensor`` of the same rank.
        normalize: Whether distances are divided by the lengths of the sequences of ``truth``.
        name: A name for the operation.

    Returns:
        A dense tensor of one distance for each pair of sequences.

    Raises:
        TypeError: If the operands are not sparse.
    """
    for value in (hypothesis, truth):
        if not all(hasattr(value, part) for part in ("indices", "values", "dense_shape")):
            raise TypeError(f"edit_distance takes SparseTensors, got {type(value).__name__}.")
    result: Tensor = EDIT_DISTANCE(
        *(part for value in (hypothesis, truth) for part in (value.indices, value.values, value.dense_shape)),
        normalize=normalize,
        name=name,
    )
    return result
