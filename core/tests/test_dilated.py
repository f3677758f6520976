from __future__ import annotations

import numpy as np
import pytest
from flowstone_core.ops.dilated import pool, with_space_to_batch

random = np.random.RandomState(0)


def test_dilated_windows_take_every_second_element():
    x = random.normal(size=(2, 9, 7, 3)).astype("float32")
    got = pool(x, [2, 3], "MAX", dilations=[3, 2]).numpy()
    expected = np.max([x[:, i : i + 6, j : j + 3] for i in (0, 3) for j in (0, 2, 4)], axis=0)
    assert np.array_equal(got, expected)


def test_same_padding_keeps_the_size():
    x = random.normal(size=(1, 7, 1)).astype("float32")

    def difference(values, count, padding):
        assert (count, padding) == (1, "VALID")
        return values[:, 1:] - values[:, :-1]

    got = with_space_to_batch(x, [2], "SAME", difference, filter_shape=[2]).numpy()
    padded = np.pad(x, [(0, 0), (1, 1), (0, 0)])
    assert np.allclose(got, padded[:, 2:] - padded[:, :-2])


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"dilation_rate": 2}, "dilation_rate"),
        ({"dilation_rate": [0]}, "positive"),
        ({"spatial_dims": [0]}, "spatial_dims"),
        ({"padding": "SAME"}, "filter_shape"),
        ({"padding": "EXPLICIT"}, "padding"),
    ],
)
def test_misuse(options, text):
    with pytest.raises(ValueError, match=text):
        with_space_to_batch(
            np.zeros((1, 4, 1)), **({"dilation_rate": [2], "padding": "VALID", "op": lambda *_: None} | options)
        )
