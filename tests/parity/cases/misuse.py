"""Misuse: functions of each family with one argument made wrong; the types of exceptions are compared, eager and traced.

Each call of ``GOOD`` is made wrong argument by argument: None, a Python object, text, numbers of another type, another
rank, another shape; with an unknown keyword, and without its last argument.
"""

import re

from casekit import T, case


class _Strange:
    """An object that is no tensor."""

    def __repr__(self) -> str:
        return "STRANGE"


STRANGE = _Strange()
MATRIX = T([[1.0, 2.0], [3.0, 4.0]])
VECTOR = T([1.0, 2.0])
PLACES = T([0, 1])

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
}
RANDOM = re.compile(r"^random\.(uniform.* # integers 0|.*# shape)")
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
    r"^math\.reduce_.*# integers 1$": "a graph of TensorFlow's reduces over a dimension that does not exist in silence",
    r"^einsum.*# (text|integers|floats|rank|shape) 0$": "an attribute error out of TensorFlow: it takes the equation for text unseen",
    r"^einsum.*# (none|object|number) [12]$": "an attribute error out of TensorFlow: it asks Python values for their shape",
    r"^nn\.(conv2d|moments).*# (none|object|number) 0$": "an attribute error out of TensorFlow: it asks Python values for shape or type",
    r"^nn\.max_pool2d.*# rank 0$": "TensorFlow's kernel aborts: nobody has checked the rank",
    r"^reverse.*# number 0$": "TensorFlow reverses a scalar along dimension 0, which it does not have, unless traced",
    r"^range.*# text 0$": "an assertion without a word fails in TensorFlow",
}

CRASHES = "conv2d(T([1.0, 2.0, 3.0])"
"""What ends TensorFlow's process."""

CASES = [each for each in _made_wrong() if CRASHES not in each.id and not RANDOM.match(each.id)]
