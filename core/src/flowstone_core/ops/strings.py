"""Strings of bytes: joining, cutting, case, numbers, hashes."""

from __future__ import annotations

from typing import Any

from flowstone_core import infer
from flowstone_core.composite import is_composite
from flowstone_core.conversion import convert_to_tensor
from flowstone_core.dtypes import float32, int32, int64, string, uint8
from flowstone_core.errors import SpecError
from flowstone_core.interpreter import user_error
from flowstone_core.op import Op
from flowstone_core.ops import array, math
from flowstone_core.ops.array import ANY
from flowstone_core.ops.filling import range as range_
from flowstone_core.shapes import Dims, TensorShape, merge
from flowstone_core.spec import Spec
from flowstone_core.tensor import Tensor, TensorLike

_UNIT = "unit: {'BYTE', 'UTF8_CHAR'} = 'BYTE'"


def _of_strings(name: str, *attrs: str) -> Op:
    """An op that makes a string of each string."""
    return Op(name, ("input: string",), ("output: string",), attrs, infer=infer.unchanged)


# -- case and length -----------------------------------------------------------------------------------------------

STRING_LOWER = _of_strings("StringLower", "encoding: string = ''")
STRING_UPPER = _of_strings("StringUpper", "encoding: string = ''")
STRING_STRIP = _of_strings("StringStrip")
STRING_LENGTH = Op("StringLength", ("input: string",), ("output: int32",), (_UNIT,), infer=infer.shaped_as_first(int32))


def lower(input: TensorLike, encoding: str = "", name: str | None = None) -> Any:
    """Lower case: of ASCII letters only, or, with ``encoding="utf-8"``, of all.

    >>> tf.strings.lower("CamelCase").numpy()
    b'camelcase'
    """
    return STRING_LOWER(input, encoding=encoding, name=name)


def upper(input: TensorLike, encoding: str = "", name: str | None = None) -> Any:
    """Upper case: of ASCII letters only, or, with ``encoding="utf-8"``, of all.

    >>> tf.strings.upper("CamelCase").numpy()
    b'CAMELCASE'
    """
    return STRING_UPPER(input, encoding=encoding, name=name)


def strip(input: TensorLike, name: str | None = None) -> Any:
    """Without white space (of ASCII) at the ends.

    >>> tf.strings.strip(["  a b ", "c"]).numpy()
    array([b'a b', b'c'], dtype=object)
    """
    return STRING_STRIP(input, name=name)


def length(input: TensorLike, unit: str = "BYTE", name: str | None = None) -> Any:
    """The number of bytes, or with ``unit="UTF8_CHAR"`` of code points.

    >>> tf.strings.length(["abc", "é"]).numpy()
    array([3, 2], dtype=int32)
    """
    return STRING_LENGTH(input, unit=unit, name=name)


# -- joining and cutting -------------------------------------------------------------------------------------------


def _infer_join(inputs: list[Spec], *, separator: str) -> Spec:
    shape: Dims = ()
    for spec in inputs:
        if spec.shape == ():
            continue
        if shape is None or spec.shape is None:
            shape = None
        elif shape == ():
            shape = spec.shape
        else:
            try:
                shape = merge(shape, spec.shape)
            except ValueError as error:
                raise SpecError(f"StringJoin: input shapes do not match: {error}.") from None
    return Spec(shape, string)


def _infer_substr(x: Spec, pos: Spec, len: Spec, *, unit: str) -> Spec:
    try:
        merge(pos.shape, len.shape)
    except ValueError:
        raise SpecError(
            f"Substr: pos and len should have the same shape, got {TensorShape(pos.shape)} vs. {TensorShape(len.shape)}."
        ) from None
    return Spec(infer.broadcast_shapes(x, pos), string)


STRING_JOIN = Op(
    "StringJoin",
    ("inputs: N * string",),
    ("output: string",),
    ("N: int >= 0", "separator: string = ''"),
    infer=_infer_join,
)
SUBSTR = Op(
    "Substr",
    ("input: string", "pos: T", "len: T"),
    ("output: string",),
    ("T: {int32, int64}", _UNIT),
    infer=_infer_substr,
)


def join(inputs: Any, separator: str = "", name: str | None = None) -> Any:
    """Join strings element by element; scalars go with every element.

    >>> tf.strings.join([["a", "b"], "c"], separator="-").numpy()
    array([b'a-c', b'b-c'], dtype=object)

    Raises:
        tf.errors.InvalidArgumentError: If shapes differ.
    """
    return STRING_JOIN(list(inputs), separator=separator, name=name)


def substr(input: TensorLike, pos: TensorLike, len: TensorLike, unit: str = "BYTE", name: str | None = None) -> Any:
    """``len`` bytes (or code points) of each string, from ``pos`` on, which counts from the end if negative.

    >>> tf.strings.substr(["Hello", "World"], 1, 3).numpy()
    array([b'ell', b'orl'], dtype=object)

    Raises:
        tf.errors.InvalidArgumentError: If a position is outside its string.
    """
    return SUBSTR(input, pos, len, unit=unit, name=name)


def _infer_reduce_join(inputs: Spec, reduction_indices: Spec, *, keep_dims: bool, separator: str) -> Spec:
    axes = reduction_indices.vector()
    if inputs.shape is None or axes is None or None in axes:
        return Spec(None, string)
    rank = len(inputs.shape)
    gone = {infer.axis_in(axis, rank, "ReduceJoin: reduction dimension") for axis in axes if axis is not None}
    if keep_dims:
        return Spec(tuple(1 if i in gone else size for i, size in enumerate(inputs.shape)), string)
    return Spec(tuple(size for i, size in enumerate(inputs.shape) if i not in gone), string)


def _infer_segment_join(inputs: Spec, segment_ids: Spec, num_segments: Spec, *, separator: str) -> Spec:
    if inputs.shape is None or segment_ids.shape is None:
        return Spec(None, string)
    return Spec((num_segments.scalar(), *inputs.shape[len(segment_ids.shape) :]), string)


REDUCE_JOIN = Op(
    "ReduceJoin",
    ("inputs: string", "reduction_indices: int32"),
    ("output: string",),
    ("keep_dims: bool = false", "separator: string = ''"),
    infer=_infer_reduce_join,
)
UNSORTED_SEGMENT_JOIN = Op(
    "UnsortedSegmentJoin",
    ("inputs: string", "segment_ids: Tindices", "num_segments: Tnumsegments"),
    ("output: string",),
    ("separator: string = ''", "Tindices: {int32, int64}", "Tnumsegments: {int32, int64} = DT_INT32"),
    infer=_infer_segment_join,
)


def reduce_join(
    inputs: TensorLike, axis: Any = None, keepdims: bool = False, separator: str = "", name: str | None = None
) -> Any:
    """Join all strings along dimensions (by default all of them, in order).

    >>> tf.strings.reduce_join([["abc", "123"], ["def", "456"]], axis=-1).numpy()
    array([b'abc123', b'def456'], dtype=object)

    Args:
        inputs: Strings.
        axis: A dimension or a list of them; of several, the last one changes slowest.
        keepdims: Whether joined dimensions stay, with size 1.
        separator: What goes between.
        name: A name for the operation.
    """
    if is_composite(inputs):
        return REDUCE_JOIN(inputs, axis, keep_dims=keepdims, separator=separator, name=name)
    x = convert_to_tensor(inputs)
    if axis is None:
        rank = x.ndim
        axis = range_(math.subtract(array.rank(x), 1), -1, -1) if rank is None else list(range(rank - 1, -1, -1))
    axes = axis if isinstance(axis, Tensor) else convert_to_tensor(axis, int32)
    return REDUCE_JOIN(x, axes, keep_dims=keepdims, separator=separator, name=name)


def unsorted_segment_join(
    inputs: TensorLike,
    segment_ids: TensorLike,
    num_segments: TensorLike,
    separator: str = "",
    name: str | None = None,
) -> Tensor:
    """``output[i]``: the strings whose id is i, joined in order.

    >>> tf.strings.unsorted_segment_join(["this", "a", "is"], [0, 1, 0], 2, separator=" ").numpy()
    array([b'this is', b'a'], dtype=object)
    """
    result: Tensor = UNSORTED_SEGMENT_JOIN(inputs, segment_ids, num_segments, separator=separator, name=name)
    return result


# -- splitting -----------------------------------------------------------------------------------------------------


def _infer_split(x: Spec, sep: Spec, **attrs: Any) -> tuple[Spec, Spec, Spec]:
    infer.with_rank(x, 1, "StringSplit: input")
    infer.with_rank(sep, 0, "StringSplit: the separator")
    return Spec((None, 2), int64), Spec((None,), string), Spec((2,), int64)


_SPARSE = ("indices: int64", "values: string", "shape: int64")
STRING_SPLIT = Op(
    "StringSplit", ("input: string", "delimiter: string"), _SPARSE, ("skip_empty: bool = true",), infer=_infer_split
)
STRING_SPLIT_V2 = Op(
    "StringSplitV2", ("input: string", "sep: string"), _SPARSE, ("maxsplit: int = -1",), infer=_infer_split
)
STRING_NGRAMS = Op(
    "StringNGrams",
    ("data: string", "data_splits: Tsplits"),
    ("ngrams: string", "ngrams_splits: Tsplits"),
    (
        "separator: string",
        "ngram_widths: list(int) >= 0",
        "left_pad: string",
        "right_pad: string",
        "pad_width: int",
        "preserve_short_sequences: bool",
        "Tsplits: {int32, int64} = DT_INT64",
    ),
    infer=lambda data, splits, **attrs: (
        Spec((None,), string),
        Spec(infer.with_rank(splits, 1, "data_splits"), splits.dtype),
    ),
)

# -- numbers -------------------------------------------------------------------------------------------------------

AS_STRING = Op(
    "AsString",
    ("input: T",),
    ("output: string",),
    (
        "T: {float, double, int32, uint8, int16, int8, int64, bfloat16, uint16, half, uint32, uint64, complex64, "
        "complex128, bool, variant, string}",
        "precision: int = -1",
        "scientific: bool = false",
        "shortest: bool = false",
        "width: int = -1",
        "fill: string = ''",
    ),
    infer=infer.shaped_as_first(string),
)
STRING_TO_NUMBER = Op(
    "StringToNumber",
    ("string_tensor: string",),
    ("output: out_type",),
    ("out_type: {float, double, int32, int64, uint32, uint64} = DT_FLOAT",),
    infer=lambda x, *, out_type: Spec(x.shape, out_type),
)


def as_string(
    input: TensorLike,
    precision: int = -1,
    scientific: bool = False,
    shortest: bool = False,
    width: int = -1,
    fill: str = "",
    name: str | None = None,
) -> Any:
    """Numbers (or booleans) as text, as C's ``printf`` writes them.

    >>> tf.strings.as_string([3.14159, 2.0], precision=2).numpy()
    array([b'3.14', b'2.00'], dtype=object)

    Args:
        input: Numbers.
        precision: Digits after the point, of floats.
        scientific: Whether floats are written with an exponent.
        shortest: Whether floats are written the shorter way.
        width: The least width.
        fill: How to fill it: nothing (spaces before), ``"0"``, ``"-"`` (spaces after), ``"+"`` or ``" "``.
        name: A name for the operation.

    Raises:
        tf.errors.InvalidArgumentError: If an option does not fit the type.
    """
    return AS_STRING(
        input, precision=precision, scientific=scientific, shortest=shortest, width=width, fill=fill, name=name
    )


def to_number(input: TensorLike, out_type: Any = float32, name: str | None = None) -> Any:
    """Text as numbers.

    >>> tf.strings.to_number(["1.55", "-2"]).numpy()
    array([ 1.55, -2.  ], dtype=float32)

    Raises:
        tf.errors.InvalidArgumentError: If a string is no number of that type.
    """
    return STRING_TO_NUMBER(input, out_type=out_type, name=name)


# -- hashes --------------------------------------------------------------------------------------------------------

STRING_TO_HASH_BUCKET = Op(
    "StringToHashBucket",
    ("string_tensor: string",),
    ("output: int64",),
    ("num_buckets: int >= 1",),
    infer=infer.shaped_as_first(int64),
)
STRING_TO_HASH_BUCKET_FAST = Op(
    "StringToHashBucketFast",
    ("input: string",),
    ("output: int64",),
    ("num_buckets: int >= 1",),
    infer=infer.shaped_as_first(int64),
)
STRING_TO_HASH_BUCKET_STRONG = Op(
    "StringToHashBucketStrong",
    ("input: string",),
    ("output: int64",),
    ("num_buckets: int >= 1", "key: list(int)"),
    infer=infer.shaped_as_first(int64),
)


def _infer_fingerprint(data: Spec, method: Spec) -> Spec:
    if data.shape == ():
        raise SpecError("Fingerprint: `data` should have at least one dimension.")
    return Spec((None if data.shape is None else data.shape[0], 8), uint8)


FINGERPRINT = Op(
    "Fingerprint", ("data: T", "method: string"), ("fingerprint: uint8",), (ANY,), infer=_infer_fingerprint
)


def to_hash_bucket(input: TensorLike, num_buckets: int, name: str | None = None) -> Any:
    """A bucket in ``[0, num_buckets)`` for each string, by a hash that never changes.

    >>> tf.strings.to_hash_bucket(["Hello", "TensorFlow"], 3).numpy()
    array([2, 0])
    """
    return STRING_TO_HASH_BUCKET(input, num_buckets=num_buckets, name=name)


def to_hash_bucket_fast(input: TensorLike, num_buckets: int, name: str | None = None) -> Any:
    """A bucket in ``[0, num_buckets)`` for each string, by FarmHash.

    >>> tf.strings.to_hash_bucket_fast(["Hello", "TensorFlow"], 3).numpy()
    array([0, 2])
    """
    return STRING_TO_HASH_BUCKET_FAST(input, num_buckets=num_buckets, name=name)


def to_hash_bucket_strong(input: TensorLike, num_buckets: int, key: Any, name: str | None = None) -> Any:
    """A bucket in ``[0, num_buckets)`` for each string, by SipHash under a key of two integers.

    Who does not know the key cannot make strings that share a bucket.

    >>> tf.strings.to_hash_bucket_strong(["Hello", "TF"], 3, [1, 2]).numpy()
    array([2, 0])
    """
    return STRING_TO_HASH_BUCKET_STRONG(input, num_buckets=num_buckets, key=key, name=name)


FARM_HASH = "farmhash64"


def fingerprint(data: TensorLike, method: str = FARM_HASH, name: str | None = None) -> Tensor:
    """A fingerprint of 8 bytes for each slice of ``data`` along its first dimension.

    >>> tf.fingerprint(["abc"]).numpy()
    array([[105, 243, 231, 116, 160, 179, 165,  36]], dtype=uint8)

    Raises:
        tf.errors.InvalidArgumentError: If ``data`` is a scalar, or ``method`` another (ValueError while tracing).
    """
    if isinstance(method, (str, bytes)) and method not in (FARM_HASH, FARM_HASH.encode()):
        raise user_error(SpecError(f"tf.fingerprint: the only method is {FARM_HASH!r}, received {method!r}."))
    result: Tensor = FINGERPRINT(data, method, name=name)
    return result
