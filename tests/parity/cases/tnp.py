"""Parity cases of ``tf.experimental.numpy``: promotion, shapes, values.

Functions for which TensorFlow needs ``experimental_enable_numpy_behavior`` are in ``test_numpy_behavior.py``.
"""

from casekit import NUMBERS, D, R, T, case, inf, nan

N = "experimental.numpy."
PAIRS = (
    (T(1), 2.5),
    (T(1), T(2.5)),
    (T(1, "int8"), 3),
    (T(1, "int8"), T(2, "uint8")),
    (T([1.5, 2.5], "float16"), T([1, 2])),
    (7, -2),
    ([1, 2], [[3.0], [4.0]]),
    (True, 2),
    (T(2.0), T(1j, "complex64")),
)
MATRIX = R((2, 3), seed=3)

MORE_SHAPES = {
    r"numpy\.(atleast_3d|diagonal)\(": "more is known than in TensorFlow",
    r"numpy\.tril\(": "TensorFlow asks for a known rank, which is not needed",
}

OTHER_SHAPES = {
    r"numpy\.diag\(R\(\(2": "without a known rank it is open whether a matrix is made or read; TensorFlow decides when it runs",
}

CASES = [
    *(
        case(N + "asarray", x)
        for x in (1, 2.5, True, [1, 2.5], [[1, 2], [3, 4]], T([1, 2]), 1j, [T(1), T(2)], [T(1), 2.5])
    ),
    *(case(N + "array", [1, 2], dtype=D(dtype)) for dtype in NUMBERS),
    case(N + "array", [1, 2], ndmin=3),
    *(case(N + "result_type", *pair, graph=False) for pair in PAIRS),
    *(
        case(N + name, *pair)
        for name in "add subtract multiply divide true_divide maximum minimum equal not_equal greater less_equal".split()
        for pair in PAIRS
        if not (name in ("maximum", "minimum", "greater", "less_equal") and "complex" in str(pair))
    ),
    *(case(N + name, *pair) for name in ("floor_divide", "mod", "power") for pair in PAIRS[:3]),
    *(case(N + name, T([True, False]), T([True, True])) for name in "add multiply maximum minimum logical_xor".split()),
    *(
        case(N + name, [12, 18, 0], [8, 27, 5])
        for name in "gcd lcm bitwise_and bitwise_or bitwise_xor logical_and logical_or".split()
    ),
    *(
        case(N + name, [1.0, nan, inf, 2.0], [1.0000001, nan, inf, 3.0], equal_nan=nans)
        for name in ("isclose", "allclose")
        for nans in (False, True)
    ),
    case(N + "array_equal", [1, 2], [1, 2.0]),
    case(N + "array_equal", [1, 2], [1, 2, 3]),
    case(N + "heaviside", [-1.0, 0.0, 2.0, nan], 0.5),
    case(N + "clip", [1, 5], 2, 3),
    case(N + "clip", T([1, 5]), 2.5, None),
    case(N + "clip", [1], None, None),
    *(case(N + name, [-1.5, 0.0, 2.5, -2.0]) for name in "abs sign negative square positive isreal signbit".split()),
    *(
        case(N + name, [1, -2])
        for name in "abs sign negative square bitwise_not logical_not iscomplex real imag".split()
    ),
    *(case(N + name, T([1 + 2j], "complex64")) for name in "real imag conj abs sign iscomplex angle".split()),
    *(
        case(N + name, x, **options)
        for name in "sum prod mean max min all any count_nonzero argmax argmin amax amin ptp".split()
        for x in (MATRIX, T([[1, 2], [3, 0]], "int8"), T([[True, False]]), T([[1, 2]], "uint8"))
        for options in ({}, {"axis": 1})
        if not (name == "ptp" and "True" in repr(x))
    ),
    *(case(N + name, MATRIX, axis=1, keepdims=True) for name in "sum mean max var std all nanmean nansum".split()),
    *(case(N + name, [[1, 2], [3, 5]], axis=axis) for name in ("var", "std") for axis in (None, 0)),
    *(
        case(N + name, [[1, 2], [3, 5]], axis)
        for name in ("cumsum", "cumprod", "sort", "argsort")
        for axis in (None, 0, 1)
    ),
    *(case(N + name, [1.0, nan, 2.0]) for name in ("nansum", "nanprod", "nanmean")),
    case(N + "average", [1, 2, 3], weights=[1, 1, 2]),
    case(N + "average", [[1, 2], [3, 4]], axis=0, weights=[1, 3], returned=True),
    case(N + "diff", [1, 4, 9, 16], n=2),
    # new arrays
    *(case(N + name, 2) for name in "zeros ones eye identity tri".split()),
    *(case(N + name, [[1, 2]]) for name in ("zeros_like", "ones_like", "diagflat")),
    case(N + "eye", 2, 3, 1, dtype=D("int32")),
    case(N + "full", [2, 2], 7),
    case(N + "full_like", [1.0, 2.0], 3),
    *(case(N + "arange", *bounds) for bounds in ((3,), (3.0,), (1, 7, 2), (0, 1, 0.25), (3, 1), (3, 0, -1))),
    *(case(N + "linspace", 0, 1, n, endpoint=end) for n in (0, 1, 2, 5) for end in (True, False) if n > 1 or end),
    case(N + "logspace", 0, 2, 3),
    case(N + "vander", [1, 2, 3]),
    case(N + "diag_indices", 3),
    case(N + "meshgrid", [1, 2], [3]),
    # shapes
    case(N + "reshape", MATRIX, (3, 2), order="F"),
    case(N + "reshape", MATRIX, -1),
    *(
        case(N + name, MATRIX)
        for name in "ravel transpose flip fliplr flipud rot90 atleast_3d squeeze diag tril".split()
    ),
    case(N + "moveaxis", R((2, 3, 4)), 0, -1),
    case(N + "moveaxis", R((2, 3, 4)), [0, 1], [2, 0]),
    case(N + "swapaxes", MATRIX, 0, 1),
    case(N + "rot90", MATRIX, 3),
    case(N + "expand_dims", MATRIX, 1),
    case(N + "broadcast_to", [1, 2], (2, 2)),
    *(case(N + name, ([1, 2], [3, 4.5])) for name in "concatenate stack hstack vstack dstack".split()),
    case(N + "append", [[1, 2]], [3], None),
    *(case(N + "split", [1, 2, 3, 4], parts) for parts in (2, [1, 3], [2], 3)),
    case(N + "hsplit", T([[1, 2], [3, 4]]), 2),
    case(N + "repeat", [[1, 2]], 2),
    case(N + "repeat", [[1, 2]], [1, 2], axis=1),
    case(N + "tile", [1, 2], (2, 2)),
    case(N + "roll", [[1, 2], [3, 4]], 1),
    case(N + "roll", [[1, 2], [3, 4]], 1, axis=1),
    case(N + "pad", [1, 2], [[1, 2]], "constant", constant_values=7),
    case(N + "pad", [1, 2], [[1, 1]], "reflect"),
    case(N + "pad", [1, 2], [[1, 1]], "linear"),
    # picking
    case(N + "where", [True, False], 1, 2.5),
    case(N + "where", [True, False], 1),
    case(N + "where", [True, False], graph=False),
    case(N + "nonzero", [[0, 1], [2, 0]], graph=False),
    case(N + "select", [[True, False], [True, True]], [[1, 2], [3.5, 4]], 0),
    *(case(N + "take", [1, 2, 3], [0, 5, -1], mode=mode) for mode in ("clip", "wrap", "never")),
    case(N + "take", [[1, 2], [3, 4]], [1], axis=1),
    case(N + "take_along_axis", [[3, 1, 2]], [[1, 2, 0]], 1),
    case(N + "compress", [True, False], [[1, 2], [3, 4]], axis=0),
    case(N + "ix_", [0, 1], [2]),
    *(case(N + "diagonal", R((2, 3)), offset) for offset in (0, 1, -1)),
    case(N + "trace", [[1, 2], [3, 4]]),
    # products
    *(case(N + name, [1, 2], [3, 4.5]) for name in "dot inner outer vdot kron matmul".split()),
    *(case(N + name, [[1, 2], [3, 4]], [1, 2]) for name in ("dot", "matmul", "inner")),
    case(N + "matmul", [1, 2], [[1, 2], [3, 4]]),
    case(N + "matmul", R((2, 2, 3)), R((3, 4))),
    case(N + "dot", R((2, 3)), R((4, 3, 2))),
    case(N + "dot", 2, [1, 2]),
    case(N + "tensordot", R((2, 3)), R((3, 2))),
    case(N + "cross", [1, 0, 0], [0, 1, 0]),
    case(N + "cross", [1, 0], [0, 1]),
    case(N + "kron", [[1, 2]], [[1], [2]]),
    case(N + "einsum", "ij,j->i", [[1, 2], [3, 4]], [1.5, 2]),
    case(N + "polyval", [1, 2, 3], 2.0),
    # limits, kinds
    *(case(N + name, [1j], graph=False) for name in ("iscomplexobj", "isrealobj")),
    *(case(N + "isscalar", x, graph=False) for x in (1, T(1), [1])),
    *(case(N + name, R((2, 3)), graph=False) for name in ("ndim", "shape", "size")),
]
