from __future__ import annotations

import csv
import io

import numpy as np
import pytest
from flowstone_core.errors import InvalidArgumentError
from flowstone_core.ops import csv as ops
from hypothesis import given, settings
from hypothesis import strategies as st


@settings(deadline=None)
@given(st.lists(st.lists(st.text(alphabet='a,"\n é', max_size=5), min_size=2, max_size=2), min_size=1, max_size=4))
def test_what_python_writes_is_read(rows):
    lines = []
    for row in rows:
        out = io.StringIO()
        csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="").writerow(row)
        lines.append(out.getvalue().encode())
    found = ops.decode_csv(np.array(lines, object), [[""], [""]])
    assert [column.numpy().tolist() for column in found] == [
        [row[number].encode() for row in rows] for number in range(2)
    ]


@pytest.mark.parametrize(
    ("call", "kind", "text"),
    [
        (lambda: ops.decode_csv(["1,2"], [[0]]), InvalidArgumentError, "Expect 1 fields but have 2 in record 0"),
        (lambda: ops.decode_csv(["x"], [[0]]), InvalidArgumentError, "not a valid int32: x"),
        (lambda: ops.decode_csv(["3000000000"], [[0]]), InvalidArgumentError, "not a valid int32"),
        (lambda: ops.decode_csv([","], [np.zeros(0, np.int32), [0]]), InvalidArgumentError, "Field 0 is required"),
        (lambda: ops.decode_csv(['"a'], [[""]]), InvalidArgumentError, "end with quote"),
        (lambda: ops.decode_csv(["1"], [[True]]), InvalidArgumentError, "got bool"),
        (lambda: ops.decode_csv(["1"], [[0, 1]]), InvalidArgumentError, "at most one"),
        (lambda: ops.decode_csv(["1"], [[0]], field_delim="::"), InvalidArgumentError, "one byte"),
        (lambda: ops.decode_csv(["1,2"], [[0], [0]], select_cols=[1, 0]), ValueError, "increasing"),
    ],
)
def test_what_does_not_fit_is_said(call, kind, text):
    with pytest.raises(kind, match=text):
        call()
