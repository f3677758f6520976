from __future__ import annotations

import itertools

import numpy as np
import pytest
from flowstone_core.errors import InvalidArgumentError
from flowstone_core.ops import ctc
from flowstone_core.sparse_tensor import SparseTensor

random = np.random.RandomState(0)


def chance(probabilities, wanted, blank):
    """The sum over all paths that read as ``wanted``."""
    total = 0.0
    for path in itertools.product(range(probabilities.shape[1]), repeat=len(probabilities)):
        if [label for label, _ in itertools.groupby(path) if label != blank] == wanted:
            total += np.prod(probabilities[range(len(path)), path])
    return total


@pytest.mark.parametrize("blank", [0, 1, -1])
def test_loss_sums_over_paths(blank):
    logits = random.normal(size=(5, 2, 3))
    labels = [label for label in range(3) if label != blank % 3]
    rows = np.array([labels, [labels[1]] * 2])
    got = ctc.ctc_loss(rows, logits, [2, 2], [4, 5], blank_index=blank).numpy()
    table = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
    expected = [-np.log(chance(table[:length, row], rows[row].tolist(), blank % 3)) for row, length in ((0, 4), (1, 5))]
    assert np.allclose(got, expected)


def test_sparse_labels():
    logits = random.normal(size=(5, 2, 3)).astype("float32")
    sparse = SparseTensor([[0, 0], [1, 0], [1, 1]], np.array([1, 2, 1], np.int32), [2, 2])
    got = ctc.ctc_loss(sparse, logits, None, [5, 5], blank_index=0)
    assert np.allclose(got.numpy(), ctc.ctc_loss([[1, 0], [2, 1]], logits, [1, 2], [5, 5]).numpy())
    with pytest.raises(ValueError, match="blank_index"):
        ctc.ctc_loss(sparse, logits, None, [5, 5])


def test_labels_need_time():
    with pytest.raises(InvalidArgumentError, match="Not enough time"):
        ctc.ctc_loss([[1, 1]], np.zeros((2, 1, 3), "float32"), [2], [2])
    with pytest.raises(InvalidArgumentError, match="sequence_length"):
        ctc.ctc_loss([[1]], np.zeros((2, 1, 3), "float32"), [1], [3])


def test_a_wide_beam_finds_the_most_likely_reading():
    logits = random.normal(size=(5, 1, 3))
    table = (np.exp(logits) / np.exp(logits).sum(-1, keepdims=True))[:, 0]
    (decoded,), score = ctc.ctc_beam_search_decoder(logits, [5])
    labels = decoded.values.numpy().tolist()
    assert np.isclose(score.numpy()[0, 0], np.log(chance(table, labels, 2)))
    others = ([1], [0], [], [0, 1], [1, 0], [0, 1, 0], [1, 0, 1], [0, 0], [1, 1])
    assert all(chance(table, labels, 2) >= chance(table, list(other), 2) for other in others)


def test_greedy_reads_the_best_path():
    best = np.array([0, 0, 3, 0, 1, 1])
    logits = np.eye(4)[best][:, None]
    (decoded,), score = ctc.ctc_greedy_decoder(logits, [6])
    assert decoded.values.numpy().tolist() == [0, 0, 1]
    assert score.numpy().tolist() == [[-6.0]]
    (decoded,), _ = ctc.ctc_greedy_decoder(logits, [6], merge_repeated=False, blank_index=0)
    assert decoded.values.numpy().tolist() == [3, 1, 1]


def test_collapsing():
    collapsed, lengths = ctc.collapse_repeated([[1, 1, 2, 1], [3, 3, 3, 4]], [4, 3])
    assert collapsed.numpy().tolist() == [[1, 2, 1], [3, 0, 0]]
    assert lengths.numpy().tolist() == [3, 1]
