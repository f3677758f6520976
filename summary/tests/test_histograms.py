from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import flowstone_summary as summary
import numpy as np
import pytest
from flowstone_core import errors
from flowstone_core.conversion import constant
from flowstone_protos.event_pb2 import Event
from flowstone_summary.histograms import bucketed
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

Reader = Callable[[Path | str], list[Event]]


def test_edges_and_counts() -> None:
    # As TensorFlow 2.21 writes them.
    expected = [[1, 2.333333333333333, 3], [2.333333333333333, 3.6666666666666665, 0], [3.6666666666666665, 5, 1]]
    assert bucketed([1.0, 2.0, 2.0, 5.0], 3).numpy().tolist() == expected


def test_equal_elements_fall_into_the_last_bucket() -> None:
    assert bucketed([2, 2], 3).numpy().tolist() == [[2, 2, 0], [2, 2, 0], [2, 2, 2]]


def test_nothing_to_count() -> None:
    assert bucketed(np.zeros([0, 4]), 3).numpy().tolist() == [[0, 0, 0]] * 3
    assert bucketed([1.0, 2.0], 0).numpy().shape == (0, 3)
    assert bucketed([1.0, 2.0], -2).numpy().shape == (0, 3)


def test_not_a_number_is_not_counted() -> None:
    assert bucketed([1.0, np.nan], 2).numpy()[:, 2].sum() == 0
    assert bucketed([True, False], 2).numpy().tolist() == [[0, 0.5, 1], [0.5, 1, 1]]


@given(
    hnp.arrays(np.float64, st.integers(1, 50), elements=st.floats(-1e6, 1e6, allow_nan=False)),
    st.integers(1, 40),
)
def test_every_element_is_counted_once(data: np.ndarray[Any, Any], buckets: int) -> None:
    matrix = bucketed(data, buckets).numpy()
    assert matrix.shape == (buckets, 3)
    assert matrix[:, 2].sum() == data.size
    assert matrix[0, 0] == data.min()
    assert matrix[-1, 1] == data.max()
    assert (matrix[1:, 0] == matrix[:-1, 1]).all()
    width = (data.max() - data.min()) / buckets
    if width > 0:
        index = np.minimum(np.floor((data - data.min()) / width).astype(int), buckets - 1)
        np.testing.assert_array_equal(matrix[:, 2], np.bincount(index, minlength=buckets))


def test_what_is_written(tmp_path: Path, read_events: Reader) -> None:
    with summary.create_file_writer(tmp_path).as_default():
        assert summary.histogram("h", np.arange(60).reshape(3, 20), step=4, description="d").numpy()
        summary.histogram("h", [1.0], step=5, buckets=constant(7))
    first, second = (event.summary.value[0] for event in read_events(tmp_path)[1:])
    assert first.metadata.plugin_data.plugin_name == "histograms"
    assert first.metadata.summary_description == "d"
    matrix = np.frombuffer(first.tensor.tensor_content).reshape(30, 3)
    assert (matrix[:, 2] == 2).all()
    assert [dim.size for dim in second.tensor.tensor_shape.dim] == [7, 3]


def test_wrong_arguments(tmp_path: Path) -> None:
    with summary.create_file_writer(tmp_path).as_default():
        with pytest.raises(TypeError, match=r"must be of type tf.int32; got tf.float32"):
            summary.histogram("h", [1.0], step=1, buckets=2.5)
        with pytest.raises(ValueError, match="scalar"):
            summary.histogram("h", [1.0], step=1, buckets=[2])
        with pytest.raises((errors.UnimplementedError, errors.InvalidArgumentError)):
            summary.histogram("h", ["text"], step=1)
