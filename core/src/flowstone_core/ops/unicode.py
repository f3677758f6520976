"""Text in Unicode: encodings, code points, scripts."""

from __future__ import annotations

from typing import Any

from flowstone_core import infer
from flowstone_core.conversion import convert_to_tensor
from flowstone_core.dtypes import int32, int64, string
from flowstone_core.op import Op
from flowstone_core.ops import array, math
from flowstone_core.ops.filling import range as range_
from flowstone_core.spec import Spec
from flowstone_core.tensor import Tensor, TensorLike

_ERRORS = "errors: {'strict', 'replace', 'ignore'} = 'replace'"
_OUTPUT = "output_encoding: {'UTF-8', 'UTF-16-BE', 'UTF-32-BE'}"
_REPLACE = ("replacement_char: int = 65533", "replace_control_characters: bool = false")
_SPLITS = "Tsplits: {int32, int64} = DT_INT64"


def _infer_encode(values: Spec, splits: Spec, **attrs: Any) -> Spec:
    (count,) = infer.with_rank(splits, 1, "UnicodeEncode: input_splits")
    return Spec((None if count is None else count - 1,), string)


def _infer_decode(x: Spec, *, Tsplits: Any, **attrs: Any) -> tuple[Spec, Spec]:
    count = None if x.shape is None else infer.product(x.shape)
    return Spec((None if count is None else count + 1,), Tsplits), Spec((None,), int32)


def _infer_decode_with_offsets(x: Spec, **attrs: Any) -> tuple[Spec, Spec, Spec]:
    return (*_infer_decode(x, **attrs), Spec((None,), int64))


UNICODE_SCRIPT = Op("UnicodeScript", ("input: int32",), ("output: int32",), infer=infer.unchanged)
UNICODE_TRANSCODE = Op(
    "UnicodeTranscode",
    ("input: string",),
    ("output: string",),
    ("input_encoding: string", _OUTPUT, _ERRORS, *_REPLACE),
    infer=infer.unchanged,
)
UNICODE_ENCODE = Op(
    "UnicodeEncode",
    ("input_values: int32", "input_splits: Tsplits"),
    ("output: string",),
    ("errors: {'ignore', 'replace', 'strict'} = 'replace'", _OUTPUT, "replacement_char: int = 65533", _SPLITS),
    infer=_infer_encode,
)
_DECODE_ATTRS = ("input_encoding: string", _ERRORS, *_REPLACE, _SPLITS)
UNICODE_DECODE = Op(
    "UnicodeDecode",
    ("input: string",),
    ("row_splits: Tsplits", "char_values: int32"),
    _DECODE_ATTRS,
    infer=_infer_decode,
)
UNICODE_DECODE_WITH_OFFSETS = Op(
    "UnicodeDecodeWithOffsets",
    ("input: string",),
    ("row_splits: Tsplits", "char_values: int32", "char_to_byte_starts: int64"),
    _DECODE_ATTRS,
    infer=_infer_decode_with_offsets,
)


def unicode_script(input: TensorLike, name: str | None = None) -> Tensor:
    """The script that each code point belongs to, by ICU's numbers (25 Latin, 14 Greek, 0 common, -1 no code point).

    >>> tf.strings.unicode_script([ord("a"), ord("α")]).numpy()
    array([25, 14], dtype=int32)
    """
    result: Tensor = UNICODE_SCRIPT(input, name=name)
    return result


def unicode_transcode(
    input: TensorLike,
    input_encoding: str,
    output_encoding: str,
    errors: str = "replace",
    replacement_char: int = 65533,
    replace_control_characters: bool = False,
    name: str | None = None,
) -> Tensor:
    r"""Text in another encoding.

    >>> tf.strings.unicode_transcode(["Hé"], "UTF-8", "UTF-16-BE").numpy()
    array([b'\x00H\x00\xe9'], dtype=object)

    Args:
        input: Strings.
        input_encoding: Any encoding that Python knows.
        output_encoding: ``"UTF-8"``, ``"UTF-16-BE"`` or ``"UTF-32-BE"``.
        errors: What to do with what is not valid: ``"replace"``, ``"ignore"`` or ``"strict"``.
        replacement_char: What to replace it by.
        replace_control_characters: Whether to replace the control characters 0 to 31 too.
        name: A name for the operation.

    Raises:
        tf.errors.InvalidArgumentError: For an encoding that is not known, or invalid input if strict.
    """
    result: Tensor = UNICODE_TRANSCODE(
        input,
        input_encoding=input_encoding,
        output_encoding=output_encoding,
        errors=errors,
        replacement_char=replacement_char,
        replace_control_characters=replace_control_characters,
        name=name,
    )
    return result


def unicode_encode(
    input: Any, output_encoding: str, errors: str = "replace", replacement_char: int = 65533, name: str | None = None
) -> Tensor:
    """Code points as strings: those along the last dimension make one.

    >>> tf.strings.unicode_encode([72, 233], "UTF-8").numpy() == "Hé".encode()
    True

    Raises:
        ValueError: If ``input`` is a scalar.
    """
    points = convert_to_tensor(input, None, int32)
    rank = points.ndim
    if rank is None:
        raise ValueError("Rank of input_tensor must be statically known.")
    if rank == 0:
        raise ValueError("input_tensor's rank must be at least 1.")
    shape = array.shape(points)
    rows = array.reshape(points, [-1, shape[rank - 1]]) if rank != 2 else points
    count, width = array.shape(rows)[0], array.shape(rows)[1]
    splits = math.multiply(range_(math.add(count, 1)), width)
    texts = UNICODE_ENCODE(
        array.reshape(rows, [-1]),
        splits,
        errors=errors,
        output_encoding=output_encoding,
        replacement_char=replacement_char,
        name=name,
    )
    return array.reshape(texts, shape[: rank - 1])
