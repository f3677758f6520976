"""Samples of classes, for losses over so many classes that only some are looked at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flowstone_core import infer
from flowstone_core.dtypes import float32, int32, int64
from flowstone_core.errors import SpecError
from flowstone_core.op import WORLD, Op
from flowstone_core.ops.random import SEEDS
from flowstone_core.random_seed import op_seeds
from flowstone_core.spec import Spec
from flowstone_core.tensor import Tensor, TensorLike

Sampled = tuple[Tensor, Tensor, Tensor]

_OUT = ("sampled_candidates: int64", "true_expected_count: float", "sampled_expected_count: float")
_ATTRS = ("num_true: int >= 1", "num_sampled: int >= 1", "unique: bool")
_RANGE = "range_max: int >= 1"


def _infer_sampler(true_classes: Spec, *, num_true: int, num_sampled: int, **attrs: Any) -> tuple[Spec, Spec, Spec]:
    batch, _ = infer.with_rank(true_classes, 2, "Candidates: true_classes")
    return Spec((num_sampled,), int64), Spec((batch, num_true), float32), Spec((num_sampled,), float32)


def _sampler(name: str, *attrs: str) -> Op:
    return Op(name, ("true_classes: int64",), _OUT, (*_ATTRS, *attrs, *SEEDS), infer=_infer_sampler, effects=WORLD)


UNIFORM_CANDIDATE_SAMPLER = _sampler("UniformCandidateSampler", _RANGE)
LOG_UNIFORM_CANDIDATE_SAMPLER = _sampler("LogUniformCandidateSampler", _RANGE)
LEARNED_UNIGRAM_CANDIDATE_SAMPLER = _sampler("LearnedUnigramCandidateSampler", _RANGE)
FIXED_UNIGRAM_CANDIDATE_SAMPLER = _sampler(
    "FixedUnigramCandidateSampler",
    _RANGE,
    "vocab_file: string = ''",
    "distortion: float = 1",
    "num_reserved_ids: int = 0",
    "num_shards: int >= 1 = 1",
    "shard: int >= 0 = 0",
    "unigrams: list(float) = []",
)
ALL_CANDIDATE_SAMPLER = _sampler("AllCandidateSampler")


def _infer_hits(true_classes: Spec, sampled_candidates: Spec, *, num_true: int, **attrs: Any) -> Any:
    _, columns = infer.with_rank(true_classes, 2, "ComputeAccidentalHits: true_classes")
    if columns not in (None, num_true):
        raise SpecError(f"true_classes must have num_true = {num_true} columns, got {columns}.")
    infer.with_rank(sampled_candidates, 1, "ComputeAccidentalHits: sampled_candidates")
    return Spec((None,), int32), Spec((None,), int64), Spec((None,), float32)


COMPUTE_ACCIDENTAL_HITS = Op(
    "ComputeAccidentalHits",
    ("true_classes: int64", "sampled_candidates: int64"),
    ("indices: int32", "ids: int64", "weights: float"),
    ("num_true: int", *SEEDS),
    infer=_infer_hits,
)


def uniform_candidate_sampler(
    true_classes: TensorLike,
    num_true: int,
    num_sampled: int,
    unique: bool,
    range_max: int,
    seed: int | None = None,
    name: str | None = None,
) -> Sampled:
    """Classes below ``range_max``, each equally likely, the same for the whole batch.

    Args:
        true_classes: The true classes, ``[batch, num_true]``, of which only the expected counts are given.
        num_true: How many true classes each example has.
        num_sampled: How many classes to draw.
        unique: Whether no class comes twice.
        range_max: The number of classes.
        seed: The seed of the op.
        name: A name for the op in a graph.

    Returns:
        The classes drawn, how often each true class is expected among them, and how often each drawn one is.

    Raises:
        tf.errors.InvalidArgumentError: If more different classes are asked for than there are.
    """
    return _drawn(
        UNIFORM_CANDIDATE_SAMPLER, true_classes, num_true, num_sampled, unique, seed, name, range_max=range_max
    )


def log_uniform_candidate_sampler(
    true_classes: TensorLike,
    num_true: int,
    num_sampled: int,
    unique: bool,
    range_max: int,
    seed: int | None = None,
    name: str | None = None,
) -> Sampled:
    """Classes with ``P(k) = (log(k + 2) - log(k + 1)) / log(range_max + 1)``: right for classes sorted by frequency.

    Arguments and results are those of ``tf.random.uniform_candidate_sampler``.
    """
    op = LOG_UNIFORM_CANDIDATE_SAMPLER
    return _drawn(op, true_classes, num_true, num_sampled, unique, seed, name, range_max=range_max)


def learned_unigram_candidate_sampler(
    true_classes: TensorLike,
    num_true: int,
    num_sampled: int,
    unique: bool,
    range_max: int,
    seed: int | None = None,
    name: str | None = None,
) -> Sampled:
    """Classes as often as they were true classes in earlier calls; at first each equally likely.

    Arguments and results are those of ``tf.random.uniform_candidate_sampler``.
    """
    op = LEARNED_UNIGRAM_CANDIDATE_SAMPLER
    return _drawn(op, true_classes, num_true, num_sampled, unique, seed, name, range_max=range_max)


def fixed_unigram_candidate_sampler(
    true_classes: TensorLike,
    num_true: int,
    num_sampled: int,
    unique: bool,
    range_max: int,
    vocab_file: str = "",
    distortion: float = 1.0,
    num_reserved_ids: int = 0,
    num_shards: int = 1,
    shard: int = 0,
    unigrams: Sequence[float] = (),
    seed: int | None = None,
    name: str | None = None,
) -> Sampled:
    """Classes with given frequencies.

    Args:
        true_classes: The true classes, ``[batch, num_true]``.
        num_true: How many true classes each example has.
        num_sampled: How many classes to draw.
        unique: Whether no class comes twice.
        range_max: The number of classes.
        vocab_file: A file of lines whose last field, behind a comma, is a frequency.
        distortion: The power that frequencies are raised to.
        num_reserved_ids: How many classes come before the first frequency, and are never drawn.
        num_shards: Into how many parts the classes are dealt out.
        shard: Which part to draw from.
        unigrams: Frequencies, instead of a file.
        seed: The seed of the op.
        name: A name for the op in a graph.

    Returns:
        As ``tf.random.uniform_candidate_sampler``.

    Raises:
        tf.errors.InvalidArgumentError: If both or none of file and frequencies are given, or their number is wrong.
    """
    return _drawn(
        FIXED_UNIGRAM_CANDIDATE_SAMPLER,
        true_classes,
        num_true,
        num_sampled,
        unique,
        seed,
        name,
        range_max=range_max,
        vocab_file=vocab_file,
        distortion=float(distortion),
        num_reserved_ids=num_reserved_ids,
        num_shards=num_shards,
        shard=shard,
        unigrams=[float(each) for each in unigrams],
    )


def all_candidate_sampler(
    true_classes: TensorLike,
    num_true: int,
    num_sampled: int,
    unique: bool,
    seed: int | None = None,
    name: str | None = None,
) -> Sampled:
    """All classes below ``num_sampled``, for tests: with them a sampled loss is the whole one.

    >>> tf.random.all_candidate_sampler([[0]], 1, 3, True)[0].numpy()
    array([0, 1, 2])
    """
    return _drawn(ALL_CANDIDATE_SAMPLER, true_classes, num_true, num_sampled, unique, seed, name)


def _drawn(
    op: Op,
    true_classes: TensorLike,
    num_true: int,
    num_sampled: int,
    unique: bool,
    seed: int | None,
    name: str | None,
    **attrs: Any,
) -> Sampled:
    drawn = op(
        true_classes,
        num_true=num_true,
        num_sampled=num_sampled,
        unique=unique,
        **attrs,
        **op_seeds(seed),
        name=name,
    )
    sampled, true_counts, sampled_counts = drawn
    return sampled, true_counts, sampled_counts


def compute_accidental_hits(
    true_classes: TensorLike,
    sampled_candidates: TensorLike,
    num_true: int,
    seed: int | None = None,
    name: str | None = None,
) -> tuple[Tensor, Tensor, Tensor]:
    """Where a class drawn is a true class of an example.

    >>> rows, places, weights = tf.nn.compute_accidental_hits([[3], [5]], [5, 7, 3], num_true=1)
    >>> rows.numpy(), places.numpy()
    (array([0, 1], dtype=int32), array([2, 0]))

    Args:
        true_classes: ``[batch, num_true]``.
        sampled_candidates: The classes drawn.
        num_true: How many true classes each example has.
        seed: The seed of the op, which draws nothing.
        name: A name for the op in a graph.

    Returns:
        The examples, the places among the classes drawn, and for each a weight so low that its exponential is 0.
    """
    rows, places, weights = COMPUTE_ACCIDENTAL_HITS(
        true_classes, sampled_candidates, num_true=num_true, **op_seeds(seed), name=name
    )
    return rows, places, weights
