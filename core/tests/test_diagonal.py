from __future__ import annotations

import numpy as np
import pytest
from flowstone_core import dtypes
from flowstone_core.errors import InvalidArgumentError, SpecError
from flowstone_core.ops import diagonal as ops
from flowstone_core.spec import Spec
from hypothesis import given
from hypothesis import strategies as st

ALIGN = ["LEFT_LEFT", "LEFT_RIGHT", "RIGHT_LEFT", "RIGHT_RIGHT"]
sizes = st.integers(1, 5)


@given(rows=sizes, columns=sizes, align=st.sampled_from(ALIGN), data=st.data())
def test_diagonals_come_back(rows, columns, align, data):
    low = data.draw(st.integers(1 - rows, columns - 1))
    high = data.draw(st.integers(low, columns - 1))
    x = np.arange(1.0, 1 + rows * columns).reshape(1, rows, columns)
    k = (low, high)
    taken = ops.diag_part(x, k=k, align=align)
    for number, offset in enumerate(range(high, low - 1, -1)):
        row = taken.numpy()[0, number] if low != high else taken.numpy()[0]
        assert row[row != 0].tolist() == np.diagonal(x[0], offset).tolist()
    assert (ops.set_diag(x, taken, k=k, align=align).numpy() == x).all()
    made = ops.diag(taken, k=k, num_rows=rows, num_cols=columns, align=align) if _fits(rows, columns, k) else None
    if made is not None:
        inside = np.tril(np.triu(x, low), high)
        assert (made.numpy() == inside).all()


def _fits(rows, columns, k):
    longest = min(rows + min(k[1], 0), columns - max(k[0], 0))
    return rows == longest - min(k[1], 0) or columns == longest + max(k[0], 0)


@given(low=st.integers(-1, 3), high=st.integers(-1, 4))
def test_bands(low, high):
    x = np.arange(1, 13).reshape(3, 4)
    expected = np.triu(x, -low) if low >= 0 else x
    expected = np.tril(expected, high) if high >= 0 else expected
    assert (ops.band_part(x, low, high).numpy() == expected).all()


def test_tensors_and_traces():
    x = np.arange(4.0).reshape(2, 2)
    made = ops.tensor_diag(x)
    assert made.shape == (2, 2, 2, 2)
    assert (ops.tensor_diag_part(made).numpy() == x).all()
    assert ops.trace([[1, 2], [3, 4]]).numpy() == 5
    assert ops.diag(np.array([True, False])).numpy().tolist() == [[True, False], [False, False]]


@pytest.mark.parametrize(
    "attempt",
    [
        lambda: ops.diag_part([[1.0, 2.0]], k=2),
        lambda: ops.diag_part([[1.0, 2.0]], k=(1, 0)),
        lambda: ops.diag_part([[1.0, 2.0]], k=[0, 1, 2]),
        lambda: ops.diag_part([1.0]),
        lambda: ops.diag([1.0, 2.0], num_rows=1),
        lambda: ops.diag([1.0, 2.0], num_rows=3, num_cols=3),
        lambda: ops.diag(1.0),
        lambda: ops.set_diag([[1.0, 2.0]], [1.0, 2.0]),
        lambda: ops.band_part([[1.0]], 2, 0),
        lambda: ops.tensor_diag(1.0),
        lambda: ops.tensor_diag_part([[1.0, 2.0]]),
    ],
)
def test_what_does_not_fit(attempt):
    with pytest.raises(InvalidArgumentError):
        attempt()


def test_inference():
    x, zero = Spec((None, 3, 4), dtypes.float32), Spec((), dtypes.float32)
    assert ops.MATRIX_DIAG_PART_V3.infer(x, Spec((), dtypes.int32, 1), zero, align="").shape == (None, 3)
    assert ops.MATRIX_DIAG_PART_V3.infer(x, Spec((2,), dtypes.int32, (-1, 1)), zero, align="").shape == (None, 3, 3)
    assert ops.MATRIX_DIAG_PART_V3.infer(x, Spec((2,), dtypes.int32), zero, align="").shape is None
    auto = Spec((), dtypes.int32, -1)
    made = ops.MATRIX_DIAG_V3.infer(Spec((2, 3), dtypes.float32), Spec((), dtypes.int32, 1), auto, auto, zero)
    assert made.shape == (2, 4, 4)
    with pytest.raises(SpecError):
        ops.MATRIX_DIAG_PART_V3.infer(x, Spec((), dtypes.int32, 7), zero, align="")
