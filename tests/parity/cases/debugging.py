"""Parity cases of ``tf.debugging``: what holds, what does not, what is known while tracing."""

from casekit import FLOATS, D, T, case, inf, nan

PAIRS = "assert_equal assert_none_equal assert_less assert_less_equal assert_greater assert_greater_equal".split()
SIGNS = "assert_negative assert_positive assert_non_negative assert_non_positive".split()

CASES = [
    # tensors are unknown while tracing, Python values are constants
    *(
        case(f"run:debugging.{name}", *pair)
        for name in PAIRS
        for pair in (
            (T([1, 2]), T([1, 2])),
            (T([1, 2]), T([2, 3])),
            (T([2, 3]), T([1, 2])),
            (T([1, 2]), 2),
            ([1.0, 2.0], [1.0, 2.0]),
            (1, 2),
            (2, 1),
            ([1, 2], T([1, 3])),
            (T([], "float32"), T([], "float32")),
            ([], []),
            (T([1, 2]), T([1.0, 2.0])),
            (T([1, 2]), T([1, 2, 3])),
            (T([nan]), T([nan])),
            (T(["a"]), T(["a"])),
            (T([True]), T([False])),
            (None, 1),
        )
    ),
    *(
        case(f"run:debugging.{name}", x, message="said", summarize=2)
        for name in SIGNS
        for x in (T([1, 2]), T([-1, -2]), T([0.0]), T([], "int64"), 1, -1.5, 0, T([nan]), T(["a"]), T([1], "uint8"))
    ),
    *(
        case("run:debugging.assert_near", *pair, *tolerances)
        for pair in (
            (T([1.0, 2.0]), T([1.0, 2.0])),
            (T([1.0]), T([1.1])),
            (T([1.0]), 1.0),
            (1.0, 1.1),
            (T([1.0], "float64"), T([1.0], "float32")),
            (T([1, 2]), T([1, 2])),
            (T([nan]), T([nan])),
            (T([inf]), T([inf])),
            (T([1j], "complex64"), T([1j], "complex64")),
        )
        for tolerances in ((), (0.2,), (None, 0.2))
    ),
    *(
        case("run:debugging.assert_near", T([1.0], dtype), T([1.0 + error], dtype))
        for dtype in ("float16", "float32", "float64")
        for error in (1e-3, 1e-7, 1e-15, 2e-2)
    ),
    # ranks
    *(
        case(f"run:debugging.{name}", x, rank)
        for name in ("assert_rank", "assert_rank_at_least")
        for x in (T(1), T([1]), T([[1]]), [1, 2])
        for rank in (0, 1, 2, T(1), T([1]), [1], 1.0, T(1, "int64"), None)
    ),
    *(
        case("run:debugging.assert_rank_in", x, ranks)
        for x in (T(1), T([1]), T([[1]]))
        for ranks in ([0, 1], (1, 2), [2], [T(1), 2], [[1]], [1.0], 1, [])
    ),
    *(case("run:debugging.assert_scalar", x) for x in (T(1), T([1]), 1, "a", [1])),
    # types
    *(case("run:debugging.assert_integer", x) for x in (T(1), T(1.0), 1, 1.0, T(True), T(1, "uint8"), "a")),
    *(
        case("run:debugging.assert_type", x, dtype)
        for x in (T(1), T(1.0), "a")
        for dtype in (D("int32"), "float32", "string", "nothing", None)
    ),
    *(
        case("run:debugging.assert_same_float_dtype", *arguments)
        for arguments in (
            (),
            ([T(1.0), T(2.0)],),
            ([T(1.0), T(2.0, "float64")],),
            ([T(1.0), None], D("float32")),
            ([T(1.0)], D("float64")),
            ([T(1)],),
            ([],),
            (None, D("int32")),
            ([1.0],),
        )
    ),
    *(case("debugging.is_numeric_tensor", x) for x in (T(1), T("a"), T(True), 1, None, T(1j, "complex64"))),
    *(case("run:debugging.assert_proper_iterable", x) for x in (T([1]), [1], (), "ab", b"a", 3, None, {})),
    # shapes
    *(
        case("run:debugging.assert_shapes", shapes)
        for shapes in (
            [(T([[1, 2]]), ("N", "Q"))],
            [(T([[1, 2]]), ("N", "N"))],
            [(T([[1, 2], [3, 4]]), ("N", "N"))],
            [(T([[1, 2]]), (1, 2))],
            [(T([[1, 2]]), (1, 3))],
            [(T([[1, 2]]), (None, "."))],
            [(T([[1, 2]]), None)],
            [(T([[1, 2]]), (..., 2))],
            [(T([[1, 2]]), ("*", 2))],
            [(T([[1, 2]]), (2, ...))],
            [(T([[1, 2]]), "NQ")],
            [(T([[1, 2]]), "NQR")],
            [(T([[1, 2]]), 3)],
            [(T(1), ())],
            [(T(1), (1,))],
            [(T(1), ("N",)), (T([1, 2]), ("N",))],
            [(T([1]), ())],
            [(T([1, 2]), ())],
            [(T([[1, 2]]), ("N", "Q")), (T([1, 2]), ("Q",)), (T([5]), ("N",))],
            [(T([[1, 2]]), ("N", "Q")), (T([1, 2, 3]), ("Q",))],
            [],
        )
    ),
    # numbers
    *(
        case(f"debugging.{name}", T(values, dtype), "bad")
        for name in ("check_numerics", "assert_all_finite")
        for dtype in FLOATS
        for values in ([1.0], [nan], [inf, 1.0], [-inf], [])
    ),
    case("debugging.assert_all_finite", T([1]), "bad"),
    case("debugging.assert_all_finite", [1.0], "bad"),
    *(case("run:debugging.Assert", c, [T([1, 2, 3]), "x"]) for c in (T(True), T(False), True, False, T(1), None)),
    # aliases
    *(case(f"run:{name}", T(1), 2) for name in ("assert_equal", "assert_less", "assert_greater", "assert_rank")),
    # what is known
    *(
        case("get_static_value", x, graph=False)
        for x in (T([1, 2]), T("a"), T(1.5), 3, [1, 2], None, T([], "float64"), T(True))
    ),
]
