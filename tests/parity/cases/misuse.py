"""Misuse: functions of each family with one argument made wrong; the types of exceptions are compared, eager and traced.

Each call of ``GOOD`` is made wrong argument by argument: None, a Python object, text, numbers of another type, another
rank, another shape; with an unknown keyword, and without its last argument.
"""

import re

from casekit import D, S, T, case


class _Strange:
    """An object that is no tensor."""

    def __repr__(self) -> str:
        return "STRANGE"


STRANGE = _Strange()
MATRIX = T([[1.0, 2.0], [3.0, 4.0]])
VECTOR = T([1.0, 2.0])
PLACES = T([0, 1])

TEXT = T(["a", "bc"])

GOOD = {
    "math.add": (VECTOR, VECTOR),
    "math.multiply": (VECTOR, VECTOR),
    "math.divide": (VECTOR, VECTOR),
    "math.pow": (VECTOR, VECTOR),
    "math.maximum": (VECTOR, VECTOR),
    "math.less": (VECTOR, VECTOR),
    "math.equal": (VECTOR, VECTOR),
    "math.logical_and": (T([True, False]), T([True, True])),
    "math.exp": (VECTOR,),
    "math.abs": (VECTOR,),
    "math.sigmoid": (VECTOR,),
    "math.add_n": ([VECTOR, VECTOR],),
    "math.reduce_sum": (MATRIX, 1),
    "math.reduce_mean": (MATRIX, 1),
    "math.reduce_all": (T([[True, False]]), 1),
    "math.argmax": (MATRIX, 1),
    "math.cumsum": (MATRIX, 1),
    "math.top_k": (VECTOR, 1),
    "math.segment_sum": (MATRIX, PLACES),
    "math.unsorted_segment_sum": (MATRIX, PLACES, 2),
    "linalg.matmul": (MATRIX, MATRIX),
    "linalg.matvec": (MATRIX, VECTOR),
    "linalg.inv": (MATRIX,),
    "linalg.cholesky": (T([[2.0, 0.0], [0.0, 3.0]]),),
    "linalg.solve": (MATRIX, MATRIX),
    "linalg.diag": (VECTOR,),
    "linalg.trace": (MATRIX,),
    "linalg.norm": (VECTOR,),
    "tensordot": (MATRIX, MATRIX, 1),
    "einsum": ("ij,jk->ik", MATRIX, MATRIX),
    "nn.relu": (VECTOR,),
    "nn.softmax": (MATRIX,),
    "nn.bias_add": (MATRIX, VECTOR),
    "nn.conv2d": (T([[[[1.0], [2.0]]]]), T([[[[1.0]]]]), 1, "SAME"),
    "nn.max_pool2d": (T([[[[1.0], [2.0]]]]), 1, 1, "VALID"),
    "nn.moments": (MATRIX, [0]),
    "nn.sparse_softmax_cross_entropy_with_logits": (T([0, 1]), MATRIX),
    "nn.embedding_lookup": (MATRIX, PLACES),
    "nn.dropout": (VECTOR, 0.0),
    "reshape": (MATRIX, [4]),
    "transpose": (MATRIX, [1, 0]),
    "expand_dims": (VECTOR, 0),
    "squeeze": (T([[1.0]]), [0]),
    "concat": ([VECTOR, VECTOR], 0),
    "stack": ([VECTOR, VECTOR], 0),
    "unstack": (MATRIX, 2),
    "split": (VECTOR, 2),
    "tile": (VECTOR, [2]),
    "pad": (VECTOR, [[1, 1]]),
    "reverse": (VECTOR, [0]),
    "roll": (VECTOR, 1, 0),
    "gather": (VECTOR, PLACES),
    "gather_nd": (MATRIX, T([[0, 1]])),
    "scatter_nd": (T([[0]]), T([1.0]), [2]),
    "tensor_scatter_nd_update": (VECTOR, T([[0]]), T([5.0])),
    "boolean_mask": (VECTOR, T([True, False])),
    "where": (T([True, False]), VECTOR, VECTOR),
    "slice": (VECTOR, [0], [1]),
    "one_hot": (PLACES, 2),
    "fill": ([2], 1.0),
    "zeros": ([2],),
    "ones_like": (VECTOR,),
    "range": (3,),
    "linspace": (0.0, 1.0, 3),
    "eye": (2,),
    "broadcast_to": (VECTOR, [2, 2]),
    "cast": (VECTOR, "int32"),
    "clip_by_value": (VECTOR, 0.0, 1.0),
    "sort": (VECTOR,),
    "unique": (PLACES,),
    "searchsorted": (VECTOR, VECTOR),
    "sequence_mask": (PLACES, 3),
    "bitwise.bitwise_and": (PLACES, PLACES),
    "random.uniform": ([2],),
    "random.stateless_uniform": ([2], [1, 2]),
    "identity": (VECTOR,),
    "shape": (VECTOR,),
    "convert_to_tensor": (VECTOR,),
    "math.floordiv": (PLACES, T([1, 2])),
    "math.not_equal": (VECTOR, VECTOR),
    "math.atan2": (VECTOR, VECTOR),
    "math.lgamma": (VECTOR,),
    "math.is_nan": (VECTOR,),
    "math.igamma": (VECTOR, VECTOR),
    "math.bessel_i0": (VECTOR,),
    "math.cumprod": (MATRIX, 1),
    "math.reduce_logsumexp": (MATRIX, 1),
    "math.reduce_variance": (MATRIX, 1),
    "math.count_nonzero": (MATRIX, 1),
    "math.confusion_matrix": (PLACES, PLACES),
    "math.in_top_k": (PLACES, MATRIX, 1),
    "math.segment_mean": (MATRIX, PLACES),
    "math.invert_permutation": (PLACES,),
    "math.accumulate_n": ([VECTOR, VECTOR],),
    "complex": (VECTOR, VECTOR),
    "bitwise.left_shift": (PLACES, PLACES),
    "bitcast": (VECTOR, D("int32")),
    "linalg.det": (MATRIX,),
    "linalg.qr": (MATRIX,),
    "linalg.svd": (MATRIX,),
    "linalg.eigh": (MATRIX,),
    "linalg.lstsq": (MATRIX, MATRIX),
    "linalg.triangular_solve": (MATRIX, MATRIX),
    "linalg.diag_part": (MATRIX,),
    "linalg.cross": (T([1.0, 2.0, 3.0]), T([1.0, 2.0, 3.0])),
    "nn.avg_pool2d": (T([[[[1.0], [2.0]]]]), 1, 1, "VALID"),
    "nn.log_softmax": (MATRIX,),
    "nn.elu": (VECTOR,),
    "nn.softmax_cross_entropy_with_logits": (MATRIX, MATRIX),
    "nn.sigmoid_cross_entropy_with_logits": (VECTOR, VECTOR),
    "nn.l2_loss": (VECTOR,),
    "nn.l2_normalize": (MATRIX, 1),
    "nn.local_response_normalization": (T([[[[1.0, 2.0]]]]),),
    "nn.space_to_depth": (T([[[[1.0], [2.0]], [[3.0], [4.0]]]]), 2),
    "meshgrid": (VECTOR, VECTOR),
    "repeat": (VECTOR, 2, 0),
    "reverse_sequence": (MATRIX, PLACES, 1),
    "tensor_scatter_nd_add": (VECTOR, T([[0]]), T([5.0])),
    "argsort": (VECTOR,),
    "unique_with_counts": (PLACES,),
    "size": (VECTOR,),
    "rank": (VECTOR,),
    "stop_gradient": (VECTOR,),
    "guarantee_const": (VECTOR,),
    "clip_by_norm": (VECTOR, 1.0),
    "clip_by_global_norm": ([VECTOR], 1.0),
    "quantization.fake_quant_with_min_max_args": (VECTOR, -1.0, 1.0),
    "random.normal": ([2],),
    "random.shuffle": (PLACES,),
    "random.stateless_normal": ([2], [1, 2]),
    "strings.join": ([TEXT, TEXT],),
    "strings.length": (TEXT,),
    "strings.lower": (TEXT,),
    "strings.substr": (TEXT, 0, 1),
    "strings.split": (TEXT,),
    "strings.regex_replace": (TEXT, "a", "b"),
    "strings.to_number": (T(["1", "2"]),),
    "strings.as_string": (VECTOR,),
    "strings.reduce_join": (TEXT, 0),
    "strings.to_hash_bucket_fast": (TEXT, 3),
    "strings.unicode_decode": (TEXT, "UTF-8"),
    "io.decode_raw": (TEXT, D("uint8")),
    "io.encode_base64": (TEXT,),
    "io.parse_tensor": (T(""), D("float32")),
    "sparse.to_dense": (S([[0, 1]], [1.0], [2, 2]),),
    "sparse.add": (S([[0, 1]], [1.0], [2, 2]), S([[0, 1]], [1.0], [2, 2])),
    "sparse.sparse_dense_matmul": (S([[0, 1]], [1.0], [2, 2]), MATRIX),
    "sparse.from_dense": (MATRIX,),
    "sets.size": (S([[0, 1]], [1], [2, 2]),),
    "signal.fft": (T([1.0, 2.0], "complex64"),),
    "signal.rfft": (VECTOR,),
    "signal.stft": (VECTOR, 2, 1),
    "signal.frame": (VECTOR, 1, 1),
    "signal.dct": (VECTOR, 2),
    "signal.hann_window": (3,),
    "image.resize": (T([[[1.0], [2.0]]]), [2, 2]),
    "image.flip_left_right": (T([[[1.0], [2.0]]]),),
    "image.rgb_to_grayscale": (T([[[1.0, 2.0, 3.0]]]),),
    "image.adjust_brightness": (T([[[1.0], [2.0]]]), 0.1),
    "image.adjust_contrast": (T([[[1.0], [2.0]]]), 0.1),
    "image.crop_to_bounding_box": (T([[[1.0], [2.0]]]), 0, 0, 1, 1),
    "image.pad_to_bounding_box": (T([[[1.0], [2.0]]]), 0, 0, 2, 2),
    "image.central_crop": (T([[[1.0], [2.0]]]), 0.5),
    "image.convert_image_dtype": (T([[[1.0], [2.0]]]), "uint8"),
    "image.per_image_standardization": (T([[[1.0], [2.0]]]),),
    "image.total_variation": (T([[[1.0], [2.0]]]),),
    "image.non_max_suppression": (T([[0.0, 0.0, 1.0, 1.0]]), T([0.5]), 1),
}
WRONG = {
    "none": None,
    "object": STRANGE,
    "text": T(["a", "b"]),
    "integers": T([1, 2]),
    "floats": T([1.5, 2.5], "float64"),
    "rank": T([[[[[1.0, 2.0, 3.0]]]]]),
    "shape": T([1.0, 2.0, 3.0]),
    "number": -7,
    "structure": [[1.0], [2.0, 3.0]],
}
RANDOM = re.compile(r"^random\.((uniform|normal).* # integers 0|shuffle.* # (text|integers|floats) 0|.*# shape)")
"""What is no mistake: random numbers are drawn, which differ."""


def _made_wrong():
    for target, arguments in GOOD.items():
        for place in range(len(arguments)):
            for kind, wrong in WRONG.items():
                changed = [*arguments[:place], wrong, *arguments[place + 1 :]]
                yield case(target, *changed, shapes=False, note=f"{kind} {place}")
        yield case(target, *arguments, nonsense=1, note="unknown keyword")
        yield case(target, *arguments[:-1], shapes=False, note="one argument less")


UNLIKE = {
    r"^(math\.(reduce_|count_nonzero)|nn\.l2_normalize).*# integers 1$": "a graph of TensorFlow's reduces over a dimension that does not exist in silence",
    r"^einsum.*# (text|integers|floats|rank|shape|structure) 0$": "an attribute error out of TensorFlow: it takes the equation for text unseen",
    r"^(einsum.*# (none|object|number|structure) [12]|(nn\.(conv2d|moments)|image\.total_variation).*# (none|object|number|structure) 0)$": "an attribute error out of TensorFlow: it asks Python values for shape or type",
    r"^nn\.(max|avg)_pool2d.*# rank 0$": "TensorFlow's kernel aborts: nobody has checked the rank",
    r"^nn\.avg_pool2d.*# (text|structure) 3$": "a ValueError, as of nn.max_pool2d",
    r"^reverse\(.*# number 0$": "TensorFlow reverses a scalar along dimension 0, which it does not have, unless traced",
    r"^range.*# text 0$": "an assertion without a word fails in TensorFlow",
    r"^linalg\.lstsq.*# (text|integers|floats|shape|number) 0$": "TensorFlow takes the last two sizes of what is no matrix unseen",
    r"^nn\.softmax_cross_entropy.*# (text|integers|floats) 0$": "TensorFlow repeats one row of labels for all logits in silence",
    r"^nn\.softmax_cross_entropy.*# number [01]$": "TensorFlow takes the last size of a scalar unseen",
    r"^(bitcast|io\.decode_raw|io\.parse_tensor).*# number 1$": "what is no type is a TypeError, as everywhere",
    r"^quantization.*# none [12]$": "TensorFlow takes None for the default of a number",
    r"^meshgrid.*# (none|object|structure)": "what cannot become a tensor is said as everywhere; TensorFlow's meshgrid reshapes and stacks it first",
    r"^meshgrid.*# text 0": "TensorFlow fails at a one made of text; here two types differ",
    r"^(math\.argmax.*# structure 1|zeros.*# structure 0)$": "that rows differ in length is said; TensorFlow says that they do not hold integers",
    r"^boolean_mask.*# structure 1$": "a mask is known to hold booleans, so its type is what is wrong",
    r"^nn\.embedding_lookup.*# structure 0$": "a list is a table in parts, of which the rows asked for are taken",
    r"^(repeat.*# number 1|reverse_sequence.*# number 2|sparse\.from_dense.*# number 0)$": "what is wrong is said while tracing, not only when it runs",
    r"^image\.(crop_to|central_crop).*# (integers|floats|rank|shape) [134]$": "TensorFlow's type follows from which comparison of symbolic tensors fails first",
    r"^image\.resize.*# object 1$": "an object is a TypeError while tracing, as everywhere",
    r"^signal\.stft.*# number 1$": "a negative length is refused as by signal.frame",
}

CRASHES = "conv2d(T([1.0, 2.0, 3.0])"
"""What ends TensorFlow's process."""

CASES = [each for each in _made_wrong() if CRASHES not in each.id and not RANDOM.match(each.id)]
