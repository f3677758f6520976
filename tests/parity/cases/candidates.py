"""Samples of classes, in TensorFlow's own numbers, and losses over them."""

from casekit import R, T, case

_TRUE = T([[1, 5], [7, 0]], "int64")
_WEIGHTS = tuple(0.25 * (1 + place % 5) for place in range(12))
_HITS = T([5, 7, 3, 5], "int64")
_SAMPLED = (_HITS, R((2, 1), "float32", 0.1, 1.0), R((4,), "float32", 0.1, 1.0))

CASES = [
    *(
        case(f"random.{kind}_candidate_sampler", _TRUE, 2, count, unique, classes, seed=seed)
        for kind in ("uniform", "log_uniform", "learned_unigram")
        for count, classes in ((5, 12), (8, 8), (20, 1000))
        for unique in (False, True)
        for seed in (1, 2**31 - 2)
    ),
    *(
        case("random.fixed_unigram_candidate_sampler", _TRUE, 2, 6, unique, 12, unigrams=_WEIGHTS, seed=3)
        for unique in (False, True)
    ),
    case(
        "random.fixed_unigram_candidate_sampler",
        T([[1], [2]], "int64"),
        1,
        3,
        True,
        6,
        unigrams=_WEIGHTS[:5],
        distortion=0.75,
        num_reserved_ids=1,
        seed=3,
    ),
    case(
        "random.fixed_unigram_candidate_sampler",
        T([[1], [2]], "int64"),
        1,
        3,
        False,
        6,
        unigrams=_WEIGHTS,
        num_shards=2,
        shard=1,
        seed=3,
    ),
    case("random.fixed_unigram_candidate_sampler", _TRUE, 2, 6, True, 12, seed=3),
    case("random.fixed_unigram_candidate_sampler", _TRUE, 2, 6, True, 10, unigrams=_WEIGHTS, seed=3),
    case("random.all_candidate_sampler", _TRUE, 2, 9, True),
    case("random.uniform_candidate_sampler", _TRUE, 2, 9, True, 8, seed=1),
    case("random.uniform_candidate_sampler", _TRUE, 1, 3, True, 8, seed=1),
    case("random.uniform_candidate_sampler", _TRUE, 2, 0, True, 8, seed=1),
    case("nn.compute_accidental_hits", _TRUE, T([5, 7, 3, 5], "int64"), 2),
    case("nn.compute_accidental_hits", _TRUE, T([5, 7, 3, 5], "int64"), 1),
    *(
        case(
            f"nn.{name}",
            R((12, 3)),
            R((12,)),
            T([[5], [7]], "int64"),
            R((2, 3)),
            4,
            12,
            sampled_values=_SAMPLED,
            remove_accidental_hits=remove,
        )
        for name in ("nce_loss", "sampled_softmax_loss")
        for remove in (False, True)
    ),
    case("nn.sampled_softmax_loss", R((12, 3)), R((12,)), _TRUE, R((2, 3)), 4, 12, num_true=2, seed=5),
]

MORE_SHAPES = {
    r"sampled_softmax": "TensorFlow knows that losses are a vector where the rank of the inputs is not known",
}
