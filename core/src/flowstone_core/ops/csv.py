"""Comma-separated values."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from flowstone_core.conversion import convert_to_tensor
from flowstone_core.dtypes import float32, float64, int32, int64, string
from flowstone_core.errors import SpecError
from flowstone_core.op import Op
from flowstone_core.shapes import TensorShape
from flowstone_core.spec import Spec
from flowstone_core.tensor import TensorLike

_TYPES = (float32, float64, int32, int64, string)


def _infer(records: Spec, record_defaults: list[Spec], **attrs: Any) -> list[Spec]:
    for spec in record_defaults:
        if spec.dtype not in _TYPES:
            raise SpecError(
                f"DecodeCSV: columns are {', '.join(each.name for each in _TYPES)}, got {spec.dtype.name}.", dtype=True
            )
        if spec.shape is not None and (len(spec.shape) > 1 or (spec.shape and (spec.shape[0] or 0) > 1)):
            raise SpecError(
                f"DecodeCSV: a default is a scalar or a vector of at most one value, got {TensorShape(spec.shape)}."
            )
    return [Spec(records.shape, spec.dtype) for spec in record_defaults]


DECODE_CSV = Op(
    "DecodeCSV",
    ("records: string", "record_defaults: OUT_TYPE"),
    ("output: OUT_TYPE",),
    (
        "OUT_TYPE: list({float, double, int32, int64, string}) >= 1",
        "field_delim: string = ','",
        "use_quote_delim: bool = true",
        "na_value: string = ''",
        "select_cols: list(int) = []",
    ),
    infer=_infer,
)


def decode_csv(
    records: TensorLike,
    record_defaults: Sequence[Any],
    field_delim: str = ",",
    use_quote_delim: bool = True,
    na_value: str = "",
    select_cols: Sequence[int] | None = None,
    name: str | None = None,
) -> Any:
    """The columns of lines of comma-separated values (RFC 4180), each as a tensor shaped as ``records``.

    >>> numbers, words = tf.io.decode_csv(["1,a", ",b"], [[0], [""]])
    >>> numbers.numpy(), words.numpy()
    (array([1, 0], dtype=int32), array([b'a', b'b'], dtype=object))

    Args:
        records: Lines without their ends.
        record_defaults: For each column its value where there is none, whose type is the column's; an empty vector
            for a column that must have a value.
        field_delim: What separates columns: one character.
        use_quote_delim: Whether double quotes enclose values, which may hold separators then.
        na_value: What else stands for no value.
        select_cols: Which columns to take, in order; all by default.
        name: A name for the operation.

    Raises:
        ValueError: If ``select_cols`` does not increase, or is not as long as ``record_defaults``.
        tf.errors.InvalidArgumentError: If a line has another number of columns, a value is none of its type, is
            missing without a default, or quotes are not closed.
    """
    columns = list(select_cols or ())
    if any(one >= two for one, two in pairwise(columns)):
        raise ValueError("select_cols is not strictly increasing.")
    if columns and columns[0] < 0:
        raise ValueError("select_cols contains negative values.")
    if columns and len(columns) != len(record_defaults):
        raise ValueError("Length of select_cols and record_defaults do not match.")
    return DECODE_CSV(
        convert_to_tensor(records, string),
        list(record_defaults),
        field_delim=field_delim,
        use_quote_delim=use_quote_delim,
        na_value=na_value,
        select_cols=columns,
        name=name,
    )
