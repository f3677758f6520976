"""Functions that make several strings, or code points, of each string: rows of different lengths."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flowstone_core.api import tf
from flowstone_core.dtypes import int32, int64, string
from flowstone_core.errors import SpecError
from flowstone_core.interpreter import user_error
from flowstone_core.op import Op
from flowstone_core.ops import unicode
from flowstone_core.ops.strings import STRING_NGRAMS, STRING_SPLIT_V2
from flowstone_core.ops.unicode import UNICODE_DECODE, UNICODE_DECODE_WITH_OFFSETS
from flowstone_core.ragged.elementwise import by_element as by_element
from flowstone_core.ragged.indexing import axis_of
from flowstone_core.ragged.reductions import segment_rows, static_axes
from flowstone_core.ragged.takeover import handles
from flowstone_core.ragged.tensor import RaggedTensor
from flowstone_core.tensor import Tensor

_INVALID = 65533


def _flat(input: Any, what: str, rows: Callable[[Any], RaggedTensor]) -> Any:
    """What ``rows`` makes of a vector of strings, for strings of any rank: below each string is its row."""
    if not isinstance(input, RaggedTensor):
        input = tf.convert_to_tensor(input, None, string)
        if input.dtype is not string:
            raise user_error(SpecError(f"{what} takes strings, got {input!r}.", dtype=True))
        rank = input.shape.rank
        if rank is None:
            raise ValueError(f"{what}: the rank of the input must be known while tracing.")
        if rank == 0:
            return rows(tf.expand_dims(input, 0)).values
        if rank == 1:
            return rows(input)
        input = RaggedTensor.from_tensor(input, ragged_rank=rank - 1)
    elif (inner := input.flat_values).shape.rank != 1:
        if inner.shape.rank is None:
            raise ValueError(f"{what}: the rank of the input's flat values must be known while tracing.")
        input = input.with_flat_values(RaggedTensor.from_tensor(inner, ragged_rank=inner.shape.rank - 1))
    return input.with_flat_values(rows(input.flat_values))


def split(input: Any, sep: Any = None, maxsplit: int = -1, name: str | None = None) -> Any:
    """The words of each string, as a ragged tensor (of a scalar, as a vector).

    >>> tf.strings.split(["hello world", "a b c"])
    <tf.RaggedTensor [[b'hello', b'world'], [b'a', b'b', b'c']]>

    Args:
        input: Strings.
        sep: What separates words; nothing or an empty string for any white space.
        maxsplit: How often to split at most; -1 for no limit.
        name: A name for the operations.

    Raises:
        ValueError: If the rank is not known while tracing.
    """
    sep = "" if sep is None else sep

    def words(strings: Any) -> RaggedTensor:
        indices, values, shape = STRING_SPLIT_V2(strings, sep, maxsplit=maxsplit)
        return RaggedTensor.from_value_rowids(values, indices[:, 0], shape[0], validate=False)

    with tf.name_scope(name or "StringSplit"):
        strings = input if isinstance(input, RaggedTensor) else tf.convert_to_tensor(input, string)
        return _flat(strings, "tf.strings.split", words)


def bytes_split(input: Any, name: str | None = None) -> Any:
    """The bytes of each string, as a ragged tensor (of a scalar, as a vector).

    >>> tf.strings.bytes_split(["ab", "c"])
    <tf.RaggedTensor [[b'a', b'b'], [b'c']]>

    Args:
        input: Strings.
        name: A name for the operations.

    Raises:
        ValueError: If the rank is not known while tracing.
    """

    def parts(strings: Any) -> RaggedTensor:
        lengths = tf.cast(tf.strings.length(strings), int64)
        whole = RaggedTensor.from_row_lengths(tf.range(tf.reduce_sum(lengths)), lengths, validate=False)
        rows = whole.value_rowids()
        places = tf.cast(whole.values - tf.gather(whole.row_starts(), rows), int32)
        return whole.with_values(tf.strings.substr(tf.gather(strings, rows), places, tf.ones_like(places)))

    with tf.name_scope(name or "BytesSplit"):
        return _flat(input, "tf.strings.bytes_split", parts)


def unicode_decode(
    input: Any,
    input_encoding: str,
    errors: str = "replace",
    replacement_char: int = _INVALID,
    replace_control_characters: bool = False,
    name: str | None = None,
) -> Any:
    """The code points of each string, as a ragged tensor (of a scalar, as a vector).

    >>> tf.strings.unicode_decode(["Hé", "x"], "UTF-8").to_list()
    [[72, 233], [120]]

    Args:
        input: Strings.
        input_encoding: How they are encoded; any encoding that Python knows.
        errors: What to do with what is not valid: ``"replace"``, ``"ignore"`` or ``"strict"``.
        replacement_char: What to replace it by.
        replace_control_characters: Whether to replace the control characters 0 to 31 too.
        name: A name for the operations.

    Raises:
        ValueError: If the rank is not known while tracing.
        tf.errors.InvalidArgumentError: For an encoding that is not known, or invalid input if strict.
    """

    def points(strings: Any) -> RaggedTensor:
        splits, values = UNICODE_DECODE(
            strings,
            input_encoding=input_encoding,
            errors=errors,
            replacement_char=replacement_char,
            replace_control_characters=replace_control_characters,
        )
        return RaggedTensor.from_row_splits(values, splits, validate=False)

    with tf.name_scope(name or "UnicodeDecode"):
        return _flat(input, "tf.strings.unicode_decode", points)


def unicode_decode_with_offsets(
    input: Any,
    input_encoding: str,
    errors: str = "replace",
    replacement_char: int = _INVALID,
    replace_control_characters: bool = False,
    name: str | None = None,
) -> tuple[Any, Any]:
    """The code points of each string, and the bytes where they begin.

    >>> points, starts = tf.strings.unicode_decode_with_offsets(["Héy"], "UTF-8")
    >>> starts.to_list()
    [[0, 1, 3]]

    The arguments and errors are those of ``unicode_decode``.
    """
    both: list[Any] = []

    def points(strings: Any) -> RaggedTensor:
        splits, values, starts = UNICODE_DECODE_WITH_OFFSETS(
            strings,
            input_encoding=input_encoding,
            errors=errors,
            replacement_char=replacement_char,
            replace_control_characters=replace_control_characters,
        )
        both.append(starts)
        return RaggedTensor.from_row_splits(values, splits, validate=False)

    with tf.name_scope(name or "UnicodeDecodeWithOffsets"):
        found = _flat(input, "tf.strings.unicode_decode_with_offsets", points)
        (starts,) = both
        return found, found.with_flat_values(starts) if isinstance(found, RaggedTensor) else starts


def _characters(points: Any, encoding: str, errors: str, replacement_char: int) -> Any:
    """Each code point as a string."""
    flat = points.flat_values if isinstance(points, RaggedTensor) else points
    text = unicode.unicode_encode(tf.expand_dims(flat, -1), encoding, errors, replacement_char)
    return points.with_flat_values(text) if isinstance(points, RaggedTensor) else text


def unicode_split(
    input: Any,
    input_encoding: str,
    errors: str = "replace",
    replacement_char: int = _INVALID,
    name: str | None = None,
) -> Any:
    """The characters of each string, as a ragged tensor (of a scalar, as a vector).

    >>> tf.strings.unicode_split(["ab", "c"], "UTF-8")
    <tf.RaggedTensor [[b'a', b'b'], [b'c']]>

    Args:
        input: Strings.
        input_encoding: ``"UTF-8"``, ``"UTF-16-BE"`` or ``"UTF-32-BE"``.
        errors: What to do with what is not valid: ``"replace"``, ``"ignore"`` or ``"strict"``.
        replacement_char: What to replace it by.
        name: A name for the operations.

    Raises:
        ValueError: If the rank is not known while tracing.
        tf.errors.InvalidArgumentError: For another encoding, or invalid input if strict.
    """
    with tf.name_scope(name or "UnicodeSplit"):
        points = unicode_decode(input, input_encoding, errors, replacement_char)
        return _characters(points, input_encoding, errors, replacement_char)


def unicode_split_with_offsets(
    input: Any,
    input_encoding: str,
    errors: str = "replace",
    replacement_char: int = _INVALID,
    name: str | None = None,
) -> tuple[Any, Any]:
    """The characters of each string, and the bytes where they begin; see ``unicode_split``."""
    with tf.name_scope(name or "UnicodeSplitWithOffsets"):
        points, starts = unicode_decode_with_offsets(input, input_encoding, errors, replacement_char)
        return _characters(points, input_encoding, errors, replacement_char), starts


def unicode_encode(
    input: Any, output_encoding: str, errors: str = "replace", replacement_char: int = _INVALID, name: str | None = None
) -> Any:
    """Code points as strings: those along the last dimension, which may be ragged, make one.

    >>> tf.strings.unicode_encode([72, 233], "UTF-8").numpy() == "Hé".encode()
    True

    Args:
        input: Code points, int32.
        output_encoding: ``"UTF-8"``, ``"UTF-16-BE"`` or ``"UTF-32-BE"``.
        errors: What to do with what is no code point: ``"replace"``, ``"ignore"`` or ``"strict"``.
        replacement_char: What to replace it by.
        name: A name for the operation.

    Raises:
        ValueError: If ``input`` is a scalar, or its rank is not known.
        tf.errors.InvalidArgumentError: For what is no code point, if strict.
    """
    options = (output_encoding, errors, replacement_char, name)
    if not isinstance(input, RaggedTensor):
        return unicode.unicode_encode(input, *options)
    if input.flat_values.shape.rank != 1:
        return input.with_flat_values(unicode.unicode_encode(input.flat_values, *options))
    if isinstance(input.values, RaggedTensor):
        return input.with_values(unicode_encode(input.values, *options))
    return unicode.UNICODE_ENCODE(
        input.values,
        input.row_splits,
        errors=errors,
        output_encoding=output_encoding,
        replacement_char=replacement_char,
        name=name,
    )


def ngrams(
    data: Any,
    ngram_width: Any,
    separator: str = " ",
    pad_values: Any = None,
    padding_width: int | None = None,
    preserve_short_sequences: bool = False,
    name: str | None = None,
) -> Any:
    """The sequences of so many neighbours along the last dimension, each joined to one string.

    >>> tf.strings.ngrams(["a", "b", "c"], 2).numpy()
    array([b'a b', b'b c'], dtype=object)

    Args:
        data: Strings, ragged or not.
        ngram_width: How many strings make one; for several widths a list.
        separator: What goes between.
        pad_values: What stands before and behind rows: a string, or one for each side; nothing for no padding.
        padding_width: How often; by default, and at most, one less than the width.
        preserve_short_sequences: Whether a row too short for every width gives itself, joined.
        name: A name for the operations.

    Returns:
        A ragged tensor, or a tensor if ``data`` is one.

    Raises:
        ValueError: If a width is not positive, or ``data`` is a scalar.
        TypeError: If an argument is of another kind.
    """
    widths = (ngram_width,) if isinstance(ngram_width, int) else tuple(ngram_width)
    if any(width < 1 for width in widths):
        raise ValueError(f"All ngram_widths must be greater than 0. Got {ngram_width}")
    left, right, padding = _padding(pad_values, padding_width)
    with tf.name_scope(name or "StringNGrams"):
        dense = not isinstance(data, RaggedTensor)
        rank = None
        if dense:
            data = tf.convert_to_tensor(data, string)
            rank = data.shape.rank
            if rank is None:
                raise ValueError("tf.strings.ngrams: the rank of the data must be known while tracing.")
            if rank == 0:
                raise ValueError("tf.strings.ngrams: the data must have at least one dimension, got a scalar.")
            data = RaggedTensor.from_tensor(
                tf.expand_dims(data, 0) if rank == 1 else data, ragged_rank=max(rank - 1, 1)
            )
        elif data.flat_values.shape.rank != 1:
            inner = data.flat_values
            data = data.with_flat_values(RaggedTensor.from_tensor(inner, ragged_rank=inner.shape.rank - 1))
        made, splits = STRING_NGRAMS(
            data.flat_values,
            data.nested_row_splits[-1],
            separator=separator,
            ngram_widths=widths,
            left_pad=left,
            right_pad=right,
            pad_width=padding,
            preserve_short_sequences=preserve_short_sequences,
        )
        rows = RaggedTensor.from_row_splits(made, splits, validate=False)
        for outer in reversed(data.nested_row_splits[:-1]):
            rows = RaggedTensor.from_row_splits(rows, outer, validate=False)
        if not dense:
            return rows
        found: Tensor = rows.to_tensor()
        return tf.squeeze(found, 0) if rank == 1 else found


@handles("ReduceJoin")
def reduce_join(op: Op, inputs: tuple[Any, ...], attrs: dict[str, Any]) -> Any:
    """All strings joined, or those along dimensions."""
    x, axis = inputs
    separator, keepdims = attrs.get("separator", ""), bool(attrs.get("keep_dims", False))
    axes = static_axes(axis, op.name)
    if axes is None:
        result = tf.strings.reduce_join(x.flat_values, separator=separator)
        return tf.reshape(result, [1] * x.shape.rank) if keepdims else result
    listed = {axis_of(each, x.shape.rank) for each in ([axes] if isinstance(axes, int) else axes)}
    for each in sorted(listed, reverse=True):
        x = _joined_along(x, each, separator)
        if keepdims:
            x = tf.expand_dims(x, each)
    return x


def _joined_along(x: Any, axis: int, separator: str) -> Any:
    def segments(data: Any, ids: Any, count: Any) -> Any:
        return tf.strings.unsorted_segment_join(data, ids, count, separator)

    if isinstance(x, Tensor):
        return tf.strings.reduce_join(x, axis, separator=separator)
    if axis > 1:
        return x.with_values(_joined_along(x.values, axis - 1, separator))
    if axis == 1:
        return segment_rows(segments, x.values, x.value_rowids(), x.nrows())
    longest = tf.reduce_max(tf.concat([x.row_lengths(), tf.zeros([1], x.row_splits.dtype)], 0))
    return segment_rows(segments, x.values, x._row_partition.offsets_in_rows(), longest)


def _padding(values: Any, width: int | None) -> tuple[str, str, int]:
    """The padding on the left, on the right, and how often: -1 for as often as it makes a difference."""
    if values is None:
        if width is not None:
            raise ValueError("pad_values must be provided if padding_width is set.")
        return "", "", 0
    if isinstance(values, (str, bytes)):
        values = (values, values)
    if (
        not isinstance(values, (list, tuple))
        or len(values) != 2
        or not all(isinstance(x, (str, bytes)) for x in values)
    ):
        raise TypeError(f"pad_values must be a string, two strings, or None, got {values!r}.")
    if width is not None and width < 1:
        raise ValueError(f"padding_width must be greater than 0. Got {width}")
    return values[0], values[1], -1 if width is None else width
