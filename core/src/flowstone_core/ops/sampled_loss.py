"""Losses over so many classes that only the true ones and some others are looked at."""

from __future__ import annotations

from typing import Any

from flowstone_core.conversion import convert_to_tensor
from flowstone_core.dtypes import int64
from flowstone_core.ops import array, filling
from flowstone_core.ops.candidates import compute_accidental_hits, log_uniform_candidate_sampler
from flowstone_core.ops.cast import cast
from flowstone_core.ops.elementary import log
from flowstone_core.ops.gathering import gather, scatter_nd
from flowstone_core.ops.joining import concat, stack
from flowstone_core.ops.linalg import matmul
from flowstone_core.ops.math import add, multiply, subtract, truediv
from flowstone_core.ops.reduce import reduce_sum
from flowstone_core.ops.softmax import sigmoid_cross_entropy_with_logits, softmax_cross_entropy_with_logits
from flowstone_core.tensor import Tensor, TensorLike


def _whole(parts: Any) -> Any:
    """A matrix that may have come in parts."""
    if isinstance(parts, (list, tuple)) and all(hasattr(part, "shape") for part in parts):
        return parts[0] if len(parts) == 1 else concat([convert_to_tensor(part) for part in parts], 0)
    return parts


def _sampled_logits(
    weights: Any,
    biases: Any,
    labels: TensorLike,
    inputs: TensorLike,
    num_sampled: int,
    num_classes: int,
    num_true: int,
    sampled_values: Any,
    remove_accidental_hits: bool,
    seed: int | None,
) -> tuple[Tensor, Tensor]:
    """Logits of the true and of the sampled classes, less the logarithms of the counts expected of them; targets."""
    x = convert_to_tensor(inputs)
    true = cast(labels, int64)
    if sampled_values is None:
        sampled_values = log_uniform_candidate_sampler(true, num_true, num_sampled, True, num_classes, seed)
    sampled, true_counts, sampled_counts = (array.stop_gradient(each) for each in sampled_values)
    sampled = cast(sampled, int64)
    flat = array.reshape(true, [-1])
    ids = concat([flat, sampled], 0)
    rows, offsets = gather(_whole(weights), ids), gather(_whole(biases), ids)
    count = array.shape(flat)[0]
    true_rows = array.reshape(rows[:count], concat([[-1, num_true], array.shape(rows)[1:]], 0))
    true_logits = reduce_sum(multiply(array.expand_dims(x, 1), true_rows), -1)
    true_logits = add(true_logits, array.reshape(offsets[:count], [-1, num_true]))
    sampled_logits = add(matmul(x, rows[count:], transpose_b=True), offsets[count:])
    if remove_accidental_hits:
        examples, places, lowest = compute_accidental_hits(true, sampled, num_true)
        where_hit = stack([cast(examples, int64), places], 1)
        shape = cast(array.shape(sampled_logits), int64)
        sampled_logits = add(sampled_logits, scatter_nd(where_hit, cast(lowest, x.dtype), shape))
    true_logits = subtract(true_logits, cast(log(true_counts), x.dtype))
    sampled_logits = subtract(sampled_logits, cast(log(sampled_counts), x.dtype))
    shares = truediv(filling.ones_like(true_logits), num_true)
    targets = concat([shares, filling.zeros_like(sampled_logits)], 1)
    return concat([true_logits, sampled_logits], 1), targets


def nce_loss(
    weights: Any,
    biases: Any,
    labels: TensorLike,
    inputs: TensorLike,
    num_sampled: int,
    num_classes: int,
    num_true: int = 1,
    sampled_values: Any = None,
    remove_accidental_hits: bool = False,
    name: str | None = "nce_loss",
) -> Tensor:
    """Noise-contrastive estimation: telling true classes from sampled ones, each by a logistic regression.

    See M. Gutmann, A. Hyvärinen, Noise-contrastive estimation, 2010.

    Args:
        weights: ``[num_classes, dim]``, or a list of parts of it.
        biases: ``[num_classes]``.
        labels: The true classes, ``[batch, num_true]``.
        inputs: ``[batch, dim]``.
        num_sampled: How many classes to draw for the batch.
        num_classes: The number of classes.
        num_true: How many true classes each example has.
        sampled_values: What a candidate sampler gave; ``tf.random.log_uniform_candidate_sampler`` by default.
        remove_accidental_hits: Whether to leave out drawn classes that are true ones.
        name: A name for the result in a graph.

    Returns:
        The loss of each example.
    """
    logits, targets = _sampled_logits(
        weights,
        biases,
        labels,
        inputs,
        num_sampled,
        num_classes,
        num_true,
        sampled_values,
        remove_accidental_hits,
        None,
    )
    losses = reduce_sum(sigmoid_cross_entropy_with_logits(targets, logits), 1)
    return array.reshape(losses, [-1], name=name)


def sampled_softmax_loss(
    weights: Any,
    biases: Any,
    labels: TensorLike,
    inputs: TensorLike,
    num_sampled: int,
    num_classes: int,
    num_true: int = 1,
    sampled_values: Any = None,
    remove_accidental_hits: bool = True,
    seed: int | None = None,
    name: str | None = "sampled_softmax_loss",
) -> Tensor:
    """The cross-entropy of the softmax over the true and the sampled classes; for training only.

    See S. Jean, K. Cho, R. Memisevic, Y. Bengio, On Using Very Large Target Vocabulary, 2014. Arguments are those of
    ``tf.nn.nce_loss``, and the ``seed`` of the sampler.

    Returns:
        The loss of each example.
    """
    logits, targets = _sampled_logits(
        weights,
        biases,
        labels,
        inputs,
        num_sampled,
        num_classes,
        num_true,
        sampled_values,
        remove_accidental_hits,
        seed,
    )
    losses = softmax_cross_entropy_with_logits(array.stop_gradient(targets), logits)
    return array.reshape(losses, [-1], name=name)
