from __future__ import annotations

import numpy as np
import pytest
from flowstone_core.errors import InvalidArgumentError
from flowstone_core.ops import candidates as ops
from flowstone_core.ops.sampled_loss import nce_loss, sampled_softmax_loss

TRUE = [[1, 5], [7, 0]]


def frequencies(drawn, classes):
    return np.bincount(drawn.numpy(), minlength=classes) / drawn.shape[0]


def test_frequencies_are_the_expected_ones():
    for sampler, chance in (
        (ops.uniform_candidate_sampler, np.full(9, 1 / 9)),
        (ops.log_uniform_candidate_sampler, np.log((np.arange(9) + 2) / (np.arange(9) + 1)) / np.log(10)),
    ):
        drawn, expected, own = sampler(TRUE, 2, 5000, False, 9, seed=1)
        assert np.allclose(frequencies(drawn, 9), chance, atol=0.03)
        assert np.allclose(expected.numpy(), 5000 * chance[np.array(TRUE)])
        assert np.allclose(own.numpy(), 5000 * chance[drawn.numpy()])


def test_given_frequencies():
    weights = np.arange(1.0, 10.0)
    drawn, expected, _ = ops.fixed_unigram_candidate_sampler(TRUE, 2, 5000, False, 9, unigrams=weights.tolist(), seed=1)
    assert np.allclose(frequencies(drawn, 9), weights / 45, atol=0.03)
    assert np.allclose(expected.numpy(), 5000 * weights[np.array(TRUE)] / 45)


def test_frequencies_from_a_file(tmp_path):
    path = tmp_path / "words.csv"
    path.write_text("a,1\nb,3\n")
    drawn, _, _ = ops.fixed_unigram_candidate_sampler([[0]], 1, 4000, False, 2, vocab_file=str(path), seed=1)
    assert np.allclose(frequencies(drawn, 2), [0.25, 0.75], atol=0.03)


def test_learned_frequencies_follow_the_true_classes():
    for _ in range(60):
        _, expected, _ = ops.learned_unigram_candidate_sampler([[3]], 1, 10, False, 5, seed=77)
    assert np.isclose(expected.numpy()[0, 0], 10 * 60 / 64)


def test_different_classes():
    drawn, expected, _ = ops.uniform_candidate_sampler(TRUE, 2, 8, True, 8, seed=1)
    assert sorted(drawn.numpy().tolist()) == list(range(8))
    assert (expected.numpy() <= 1).all()
    with pytest.raises(InvalidArgumentError, match="too small"):
        ops.uniform_candidate_sampler(TRUE, 2, 9, True, 8)


def test_hits():
    rows, places, weights = ops.compute_accidental_hits(TRUE, [5, 7, 3, 5], 2)
    assert rows.numpy().tolist() == [0, 1]
    assert places.numpy().tolist() == [3, 1]
    assert (weights.numpy() < -1e38).all()


def test_all_classes_give_the_whole_softmax():
    random = np.random.RandomState(0)
    weights, biases, x = (random.normal(size=shape).astype("float32") for shape in ((6, 3), (6,), (4, 3)))
    labels = np.array([[1], [5], [0], [2]])
    values = ops.all_candidate_sampler(labels, 1, 6, True)
    got = sampled_softmax_loss(weights, biases, labels, x, 6, 6, sampled_values=values).numpy()
    logits = x @ weights.T + biases
    expected = np.log(np.exp(logits).sum(1)) - logits[range(4), labels[:, 0]]
    assert np.allclose(got, expected, atol=1e-5)
    whole = nce_loss(weights, biases, labels, x, 6, 6, sampled_values=values, remove_accidental_hits=True).numpy()
    hot = np.eye(6)[labels[:, 0]]
    assert np.allclose(whole, (np.logaddexp(0, logits) - hot * logits).sum(1), atol=1e-5)
