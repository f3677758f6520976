"""Padding, order, blocks of space."""

from casekit import R, T, case

V = T([1, 2, 3])
IMAGE = R((4, 4, 6, 8))

MORE_SHAPES = {
    r"^space_to_batch.*T\(\[2, 2\]\)": "TensorFlow asks for known sizes, which are not needed",
}

CASES = [
    *(case("pad", V, [[2, 1]], mode) for mode in ("CONSTANT", "reflect", "SYMMETRIC", "nope")),
    case("pad", V, [[3, 3]], "SYMMETRIC"),
    case("pad", V, [[3, 0]], "REFLECT"),
    case("pad", V, [[4, 0]], "SYMMETRIC"),
    case("pad", T([[1, 2]]), [[0, 1], [1, 0]]),
    case("pad", T([[1, 2]]), [[0, 1], [1, 0]], constant_values=9),
    case("pad", T([[1, 2]]), T([[0, 1], [1, 0]]), constant_values=T(9)),
    case("pad", T([[1, 2], [3, 4], [5, 6]]), [[1, 2], [1, 1]], "REFLECT"),
    case("pad", T([[1, 2], [3, 4], [5, 6]]), [[1, 2], [1, 2]], "SYMMETRIC"),
    *(case("pad", T([1, 2], dtype), [[1, 1]]) for dtype in ("bool", "float16", "bfloat16", "complex64", "uint8")),
    case("pad", T(["a"]), [[1, 1]]),
    case("pad", T(["a"]), [[1, 1]], constant_values="b"),
    case("pad", T([1.5]), [[1, 1]], constant_values=2),
    case("pad", T([1]), [[1, 1]], constant_values=2.5),
    case("pad", V, [[1, 1], [1, 1]]),
    case("pad", V, [[1, -1]]),
    case("pad", V, [1, 1]),
    case("pad", V, [[1.0, 1.0]]),
    case("pad", V, T([[1, 1]], "int64")),
    case("pad", T(3), T([], "int32", (0, 2))),
    case("pad", R((0, 2)), [[1, 1], [0, 0]]),
    *(case("reverse", R((2, 3, 2)), axis) for axis in ([0], [1], [-1], [0, 2], [], T([1]), [3], [-4], [1, 1], [0, -3])),
    case("reverse", T(["a", "b"]), [0]),
    case("reverse", V, 0),
    case("reverse", T(1), []),
    case("reverse_sequence", T([[1, 2, 3], [4, 5, 6]]), T([2, 3]), 1),
    case("reverse_sequence", T([[1, 2, 3], [4, 5, 6]]), T([2, 1, 2]), 0, 1),
    case("reverse_sequence", R((2, 3, 4, 2)), T([4, 0], "int32"), seq_axis=2, batch_axis=0),
    case("reverse_sequence", T([[1, 2, 3], [4, 5, 6]]), T([2, 4]), 1),
    case("reverse_sequence", T([[1, 2, 3], [4, 5, 6]]), T([2]), 1),
    case("reverse_sequence", T([[1, 2, 3], [4, 5, 6]]), T([2, 3]), 2),
    case("reverse_sequence", T([[1, 2, 3], [4, 5, 6]]), T([2, 3]), 0),
    *(
        case("roll", R((3, 4)), shift, axis)
        for shift, axis in ((1, 0), (-1, 1), (5, -1), ([1, 2], [0, 1]), ([1, 1], [0, 0]))
    ),
    *(
        case("roll", R((3, 4)), shift, axis)
        for shift, axis in ((1, 2), ([1], [0, 1]), (1, [0, 1]), (1.0, 0), ([[1]], [[0]]))
    ),
    case("roll", T(["a", "b"]), T(1), T(0)),
    case("roll", T(1), 1, 0),
    *(case("math.invert_permutation", T(x)) for x in ([2, 0, 1], [0], [], [1, 1], [0, 3], [-1, 0], [[0]])),
    case("math.invert_permutation", T([1, 0], "int64")),
    case("space_to_batch", IMAGE, [2, 3], [[0, 0], [0, 0]]),
    case("space_to_batch", IMAGE, [2, 3], [[1, 1], [2, 1]]),
    case("space_to_batch", R((2, 4, 3)), [2], [[0, 0]]),
    case("space_to_batch", IMAGE, [1, 2, 4], [[0, 0], [1, 1], [0, 0]]),
    case("space_to_batch", IMAGE, [3, 3], [[0, 0], [0, 0]]),
    case("space_to_batch", IMAGE, [2, 0], [[0, 0], [0, 0]]),
    case("space_to_batch", IMAGE, [2, 2], [[0, 0]]),
    case("space_to_batch", IMAGE, T([2, 2]), T([[0, 0], [0, 0]])),
    case("space_to_batch_nd", IMAGE, [2, 2], [[0, 0], [0, 0]]),
    case("batch_to_space", R((8, 2, 3, 2)), [2, 2], [[0, 0], [0, 0]]),
    case("batch_to_space", R((8, 2, 3, 2)), [2, 2], [[1, 0], [0, 2]]),
    case("batch_to_space", R((8, 2, 3)), [4], [[1, 1]]),
    case("batch_to_space", R((8, 2, 3, 2)), [3, 2], [[0, 0], [0, 0]]),
    case("batch_to_space", R((8, 2, 3, 2)), [2, 2], [[3, 2], [0, 0]]),
    case("batch_to_space", R((8, 2, 3, 2)), 2, [[0, 0], [0, 0]]),
    case("nn.space_to_depth", IMAGE, 2),
    case("nn.space_to_depth", R((2, 3, 4, 6)), 2, "NCHW", unlike="TensorFlow has no kernel for CPUs"),
    case("nn.space_to_depth", IMAGE, 3),
    case("nn.space_to_depth", IMAGE, 1),
    case("nn.space_to_depth", R((2, 4, 4)), 2),
    case("nn.depth_to_space", IMAGE, 2),
    case("nn.depth_to_space", IMAGE, 3),
    case("nn.depth_to_space", T([[[["a", "b", "c", "d"]]]]), 2),
    case("nn.depth_to_space", IMAGE, 2, "XXXX"),
    case("required_space_to_batch_paddings", [10, 11], [4, 3]),
    case("required_space_to_batch_paddings", [10, 11], [4, 3], [[1, 0], [0, 2]]),
]
