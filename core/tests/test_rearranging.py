from __future__ import annotations

import numpy as np
import pytest
from flowstone_core import dtypes
from flowstone_core.errors import InvalidArgumentError, SpecError
from flowstone_core.ops import rearranging as ops
from flowstone_core.spec import Spec
from hypothesis import given
from hypothesis import strategies as st

IMAGE = np.arange(2 * 4 * 6 * 3).reshape(2, 4, 6, 3)


@pytest.mark.parametrize("mode", ["CONSTANT", "reflect", "Symmetric"])
def test_pad_is_numpys(mode):
    paddings = [[1, 2], [2, 0]]
    value = np.arange(12).reshape(3, 4)
    assert ops.pad(value, paddings, mode).numpy().tolist() == np.pad(value, paddings, mode.lower()).tolist()


def test_pad_of_strings_and_with_a_value():
    assert ops.pad(["a"], [[1, 0]]).numpy().tolist() == [b"", b"a"]
    assert ops.pad(["a"], [[1, 0]], constant_values="b").numpy().tolist() == [b"b", b"a"]
    assert ops.pad([1], [[0, 2]], constant_values=7).numpy().tolist() == [1, 7, 7]


@pytest.mark.parametrize(
    ("paddings", "mode"),
    [([[1, -1]], "CONSTANT"), ([[1, 1], [0, 0]], "CONSTANT"), ([[3, 0]], "REFLECT"), ([1, 1], "CONSTANT")],
)
def test_pad_refuses(paddings, mode):
    with pytest.raises(InvalidArgumentError, match="adding"):
        ops.pad([1, 2, 3], paddings, mode)
    with pytest.raises(ValueError, match="mode"):
        ops.pad([1], [[0, 0]], "edge")


def test_pad_infers():
    pairs = Spec((2, 2), dtypes.int32, ((1, 2), (0, 3)))
    assert ops.PAD.infer(Spec((None, 4), dtypes.float32), pairs).shape == (None, 7)
    assert ops.PAD.infer(Spec(None, dtypes.float32), pairs).shape == (None, None)
    partly = Spec((2, 2), dtypes.int32, ((1, None), (0, 3)))
    assert ops.PAD.infer(Spec((5, 4), dtypes.float32), partly).shape == (None, 7)
    assert ops.MIRROR_PAD_GRAD.infer(Spec((8, 9), dtypes.float32), pairs, mode="REFLECT").shape == (5, 6)
    with pytest.raises(SpecError, match="row for each"):
        ops.PAD.infer(Spec((1,), dtypes.float32), pairs)


@given(st.integers(1, 5), st.data())
def test_the_mirror_gradient_adds_up_what_was_mirrored(size, data):
    for mode in ("REFLECT", "SYMMETRIC"):
        limit = size - 1 if mode == "REFLECT" else size
        pair = [data.draw(st.integers(0, limit)), data.draw(st.integers(0, limit))]
        places = ops.pad(np.arange(size), [pair], mode).numpy()
        weights = np.arange(1.0, places.size + 1)
        got = ops.MIRROR_PAD_GRAD(weights, np.array([pair], np.int32), mode=mode).numpy()
        assert got.tolist() == [weights[places == place].sum() for place in range(size)]


def test_reverse_and_roll_are_numpys():
    assert ops.reverse(IMAGE, [1, -1]).numpy().tolist() == np.flip(IMAGE, (1, 3)).tolist()
    assert ops.roll(IMAGE, [1, 2, 1], [0, 2, 2]).numpy().tolist() == np.roll(IMAGE, (1, 3), (0, 2)).tolist()
    for call in (lambda: ops.reverse(IMAGE, [4]), lambda: ops.reverse(IMAGE, [1, 1]), lambda: ops.reverse(IMAGE, 0)):
        with pytest.raises(InvalidArgumentError):
            call()
    for shift, axis in ((1, 4), ([1], [0, 1]), ([[1]], [[0]])):
        with pytest.raises(InvalidArgumentError):
            ops.roll(IMAGE, shift, axis)


@pytest.mark.parametrize(("seq_axis", "batch_axis"), [(1, 0), (0, 1), (2, 0), (1, 3), (2, 1)])
def test_reverse_sequence_is_a_loop(seq_axis, batch_axis):
    count = IMAGE.shape[batch_axis]
    lengths = np.arange(count) % (IMAGE.shape[seq_axis] + 1)
    expected = np.moveaxis(IMAGE.copy(), (batch_axis, seq_axis), (0, 1))
    for row, length in zip(expected, lengths, strict=True):
        row[:length] = row[:length][::-1].copy()
    expected = np.moveaxis(expected, (0, 1), (batch_axis, seq_axis))
    assert ops.reverse_sequence(IMAGE, lengths, seq_axis, batch_axis).numpy().tolist() == expected.tolist()


def test_reverse_sequence_refuses():
    for lengths, axes in (([5, 0], (1, 0)), ([1], (1, 0)), ([1, 1], (4, 0)), ([1, 1], (0, 0))):
        with pytest.raises(InvalidArgumentError, match="ReverseSequence"):
            ops.reverse_sequence(IMAGE, lengths, *axes)


def test_invert_permutation():
    assert ops.invert_permutation([2, 0, 1]).numpy().tolist() == [1, 2, 0]
    for bad in ([1, 1], [0, 3], [-1, 0], [[0]]):
        with pytest.raises(InvalidArgumentError, match="InvertPermutation"):
            ops.invert_permutation(bad)


@pytest.mark.parametrize(
    ("blocks", "amounts"),
    [([2, 3], [[0, 0], [0, 0]]), ([3, 4], [[1, 1], [2, 0]]), ([1], [[0, 0]])],
)
def test_batches_of_space_and_back(blocks, amounts):
    moved = ops.space_to_batch(IMAGE, blocks, amounts)
    assert len(moved.numpy()) == len(IMAGE) * np.prod(blocks)
    assert ops.batch_to_space(moved, blocks, amounts).numpy().tolist() == IMAGE.tolist()


@pytest.mark.parametrize("data_format", ["NHWC", "NCHW"])
def test_depth_of_space_and_back(data_format):
    image = IMAGE if data_format == "NHWC" else IMAGE.transpose(0, 3, 1, 2)
    moved = ops.space_to_depth(image, 2, data_format)
    assert moved.shape == ((2, 2, 3, 12) if data_format == "NHWC" else (2, 12, 2, 3))
    assert ops.depth_to_space(moved, 2, data_format).numpy().tolist() == image.tolist()


def test_blocks_refuse_what_does_not_fit():
    for call in (
        lambda: ops.space_to_batch(IMAGE, [3, 3], [[0, 0], [0, 0]]),
        lambda: ops.space_to_batch(IMAGE, [2, 0], [[0, 0], [0, 0]]),
        lambda: ops.space_to_batch(IMAGE, [2, 2], [[0, 0]]),
        lambda: ops.batch_to_space(IMAGE, [3, 1], [[0, 0], [0, 0]]),
        lambda: ops.batch_to_space(IMAGE, [2, 1], [[9, 9], [0, 0]]),
        lambda: ops.space_to_depth(IMAGE, 5),
        lambda: ops.space_to_depth(IMAGE, 1),
        lambda: ops.depth_to_space(IMAGE, 2),
        lambda: ops.depth_to_space(IMAGE, 2, "NCHW_VECT_C"),
    ):
        with pytest.raises(InvalidArgumentError):
            call()


def test_blocks_infer():
    x, pairs = Spec((None, 4, None, 3), dtypes.float32), Spec((2, 2), dtypes.int32, ((1, 1), (0, 0)))
    blocks = Spec((2,), dtypes.int32, (2, 3))
    assert ops.SPACE_TO_BATCH_ND.infer(x, blocks, pairs).shape == (None, 3, None, 3)
    assert ops.BATCH_TO_SPACE_ND.infer(x, blocks, pairs).shape == (None, 6, None, 3)
    assert ops.SPACE_TO_DEPTH.infer(x, block_size=2, data_format="NHWC").shape == (None, 2, None, 12)


def test_required_paddings():
    paddings, crops = ops.required_space_to_batch_paddings([10, 11], [4, 3], [[1, 0], [0, 2]])
    assert (paddings.numpy().tolist(), crops.numpy().tolist()) == ([[1, 1], [0, 4]], [[0, 1], [0, 2]])


def test_padding_by_what_is_partly_known():
    paddings = Spec((2, 2), dtypes.int32, ((0, 0), (0, None)))
    assert ops.PAD.infer(Spec((3, 4), dtypes.float32), paddings).shape == (3, None)
