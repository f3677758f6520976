"""Random numbers of a seed: TensorFlow's own numbers."""

from casekit import D, T, case

SEED = T([1, 2])
R = "random.stateless_"
TYPES = ("float16", "bfloat16", "float32", "float64")

MORE_SHAPES = {
    r"index_shuffle": "TensorFlow asks for a known size of the seed, which is not needed",
}

OTHER_SHAPES = {
    r"grad:raw_ops": "the gradient has the shape of alpha, not known here; TensorFlow takes it from the samples"
}

CASES = [
    *(case(f"{R}{name}", [7], SEED, dtype=D(t)) for name in ("uniform", "normal", "truncated_normal") for t in TYPES),
    *(case(f"{R}uniform", [2, 3], SEED, 5, 50, D(t)) for t in ("int32", "int64", "float32")),
    *(case(f"{R}uniform", [5], SEED, None, None, D(t)) for t in ("int32", "int64", "uint32", "uint64")),
    case(f"{R}normal", [2, 2], T([3, 4], "int64"), mean=T([1.0, 2.0]), stddev=3.0),
    case(f"{R}normal", T([2, 2]), SEED),
    case(f"{R}normal", [], SEED),
    case(f"{R}normal", [-1], SEED),
    case(f"{R}normal", [2], T([1, 2, 3])),
    case(f"{R}normal", [2], T([1.0, 2.0])),
    case(f"{R}normal", [2], SEED, alg="philox"),
    case(f"{R}normal", [2], SEED, alg="other"),
    case(f"{R}uniform", [2], SEED, dtype=D("int32")),
    case(f"{R}uniform", [2], SEED, 5, 5, D("int32")),
    case(f"{R}uniform", [2], SEED, dtype=D("complex64")),
    *(case(f"{R}gamma", [3, 2], SEED, T([0.5, 3.0], t), dtype=D(t)) for t in ("float16", "float32", "float64")),
    case(f"{R}gamma", [3, 2], SEED, T([0.5, 3.0]), T([2.0, 3.0])),
    case(f"{R}gamma", [3], SEED, T([0.5, 3.0]), graph=False),
    *(case(f"{R}poisson", [4, 2], SEED, T([0.5, 30.0], t)) for t in ("float16", "float32", "float64")),
    *(case(f"{R}poisson", [4], SEED, T(5.0), D(t)) for t in ("float32", "int64", "float64")),
    *(case(f"{R}binomial", [4, 2], SEED, T([10.0, 100.0], t), T([0.3, 0.6], t)) for t in ("float32", "float64")),
    case(f"{R}binomial", [4, 3], SEED, T([10.0, 0.0, 5.0]), T([0.0, 0.5, 1.0])),
    case(f"{R}binomial", [4, 2], SEED, T([10, 100]), T([0.3, 0.6]), D("float32"), unlike="counts of integers are cast"),
    *(case(f"{R}categorical", T([[0.1, 0.9], [2.0, 1.0]], t), 6, SEED) for t in TYPES),
    case(f"{R}categorical", T([[0.1, 0.9]]), T(3), SEED, D("int32")),
    case(f"{R}categorical", T([0.1, 0.9]), 3, SEED),
    *(
        case(f"{R}parameterized_truncated_normal", [5], SEED, T(mean), T(deviation), T(low), T(high))
        for mean, deviation, low, high in ((0.0, 1.0, -1.0, 2.0), (1.0, 2.0, 9.0, 11.0), (0.0, 1.0, 0.5, 0.6))
    ),
    case(
        f"{R}parameterized_truncated_normal",
        [4, 2],
        SEED,
        T([0.0, 1.0], "float64"),
        1.0,
        -1.0,
        2.0,
        unlike="numbers follow",
    ),
    case(f"{R}parameterized_truncated_normal", [5], SEED, 0.0, 1.0, 3.0, 2.0),
    case("random.split", SEED),
    case("random.split", T([1, 2], "int64"), 3),
    case("random.split", SEED, T(3)),
    case("random.fold_in", SEED, 5),
    case("random.fold_in", SEED, T(5, "int64")),
    case("random.experimental.stateless_shuffle", T([1, 2, 3, 4, 5]), SEED),
    case("random.experimental.stateless_shuffle", T([["a"], ["b"], ["c"]]), SEED),
    case("random.experimental.index_shuffle", T([0, 1, 2, 3, 4]), SEED, 4),
    case("random.experimental.index_shuffle", 12345, SEED, 100000),
    case("random.experimental.index_shuffle", T(3, "int64"), T([5, 6], "int64"), T(2**40, "int64")),
    case("random.create_rng_state", 1, "philox"),
    case("random.create_rng_state", [1, 2], "threefry"),
    case("random.create_rng_state", [1, 2, 3, 4], 1),
    case("random.create_rng_state", 2**70, 1, graph=False),
    case("random.create_rng_state", -1, 1, graph=False),
    case("random.create_rng_state", 1, "other"),
    *(
        case("grad:random.stateless_gamma", [5, 3], [1, 2], alpha, beta, D(dtype), rtol=1e-4)
        for dtype in ("float32", "float64")
        for alpha in (T([0.3, 1.5, 4.0], dtype), T(2.5, dtype))
        for beta in (None, T([0.5, 1.0, 2.0], dtype))
    ),
    case("grad:raw_ops.StatelessRandomGammaV2", shape=[2, 4, 3], seed=[5, 6], alpha=T([0.3, 1.5, 4.0]), rtol=1e-4),
    *(
        case(f"grad:{name}", *arguments)
        for name, *arguments in (
            ("unique", T([1.0, 2.0, 1.0])),
            ("bitcast", T([1.0, 2.0]), D("float32")),
            ("random.stateless_poisson", [3], [1, 2], T([1.0, 2.0, 3.0]), D("float32")),
            ("random.stateless_binomial", [3], [1, 2], T(5.0), T([0.1, 0.2, 0.3]), D("float32")),
            ("random.experimental.stateless_shuffle", T([1.0, 2.0]), [1, 2]),
        )
    ),
]
