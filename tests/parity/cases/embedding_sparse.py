"""Embeddings combined over sparse ids."""

from casekit import S, T, case

MATRIX = T([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0], [7.0, 8.0]])
PLACES = [[0, 0], [0, 1], [1, 0], [2, 0], [2, 2]]
IDS = S(PLACES, [0, 2, 1, 3, 3], [3, 3], "int64")
WEIGHTS = S(PLACES, [1.0, 2.0, 0.5, -1.0, 3.0], [3, 3])
HOLES = S([[0, 0], [0, 1], [2, 0], [3, 1]], [0, -1, 2, -5], [5, 2], "int64")
HOLE_WEIGHTS = S([[0, 0], [0, 1], [2, 0], [3, 1]], [2.0, 1.0, 0.0, 1.0], [5, 2])
CUBE = S([[0, 0, 0], [0, 1, 1], [1, 1, 0]], [1, 2, 3], [2, 2, 2], "int64")

CASES = [
    *(
        case("nn.embedding_lookup_sparse", MATRIX, IDS, weights, combiner)
        for weights in (None, WEIGHTS)
        for combiner in (None, "sum", "mean", "sqrtn")
    ),
    *(
        case("nn.embedding_lookup_sparse", MATRIX, S(PLACES, [0, 2, 1, 3, 3], [3, 3], d), None)
        for d in ("int32", "int64")
    ),
    *(case("nn.embedding_lookup_sparse", MATRIX, IDS, weights, "sum", 2.0) for weights in (None, WEIGHTS)),
    *(
        case("nn.embedding_lookup_sparse", T([[1, 2], [3, 4], [5, 6], [7, 8]], dtype), IDS, weights)
        for dtype in ("float16", "bfloat16", "float64")
        for weights in (None, WEIGHTS)
    ),
    case("nn.embedding_lookup_sparse", [MATRIX], IDS, None),
    case("nn.embedding_lookup_sparse", [T([[1.0], [2.0]]), T([[3.0], [4.0]])], IDS, None),
    case("nn.embedding_lookup_sparse", MATRIX, HOLES, None),
    case("nn.embedding_lookup_sparse", MATRIX, IDS, None, "max"),
    case("nn.embedding_lookup_sparse", MATRIX, T([[1]]), None),
    case("nn.embedding_lookup_sparse", MATRIX, IDS, T([[1.0]])),
    case("nn.embedding_lookup_sparse", MATRIX, IDS, HOLE_WEIGHTS),
    *(
        case("nn.safe_embedding_lookup_sparse", MATRIX, ids, weights, combiner, default)
        for ids, weights in ((HOLES, None), (HOLES, HOLE_WEIGHTS), (IDS, WEIGHTS), (CUBE, None))
        for combiner in ("sum", "mean", "sqrtn")
        for default in (None, 3)
    ),
    case("nn.safe_embedding_lookup_sparse", None, IDS),
    case("nn.safe_embedding_lookup_sparse", [], IDS),
    case("nn.safe_embedding_lookup_sparse", MATRIX, IDS, combiner="max"),
    case("nn.safe_embedding_lookup_sparse", MATRIX, HOLES, default_id=9),
    case("nn.safe_embedding_lookup_sparse", MATRIX, HOLES, max_norm=1.0),
]
