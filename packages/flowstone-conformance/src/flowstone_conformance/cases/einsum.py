"""Cases for ``flowstone_core.ops.einsum``."""

from __future__ import annotations

import itertools
import math

import numpy as np
from flowstone_core.ops import einsum as ops

from flowstone_conformance.case import Case
from flowstone_conformance.reference import Array, indices, number, store
from flowstone_conformance.samples import sample

EQUATIONS = {
    "ij,jk->ik": ((2, 3), (3, 4)),
    "bij,bjk->bik": ((2, 3, 4), (2, 4, 5)),
    "ij->ji": ((2, 3),),
    "ij->i": ((2, 3),),
    "ij->": ((2, 3),),
    "ii->i": ((3, 3),),
    "ii->": ((3, 3),),
    "i,j->ij": ((3,), (4,)),
    "bqhd,bkhd->bhqk": ((2, 3, 2, 4), (2, 5, 2, 4)),
    "i,i->": ((5,), (5,)),
    "ij,jk->ik ": ((0, 3), (3, 2)),
}
"""Without an ellipsis: the reference below is the definition, index by index."""


def einsum(inputs: list[Array], equation: str) -> Array:
    """The sum, over all values of the letters that the output lacks, of the products of the operands' elements."""
    left, _, output = equation.replace(" ", "").partition("->")
    terms = left.split(",")
    sizes = {
        letter: size
        for term, array in zip(terms, inputs, strict=True)
        for letter, size in zip(term, array.shape, strict=True)
    }
    summed = sorted(set(sizes) - set(output))
    values = []
    for place in indices([sizes[letter] for letter in output]):
        fixed = dict(zip(output, place, strict=True))
        products = []
        for inner in itertools.product(*(range(sizes[letter]) for letter in summed)):
            where = fixed | dict(zip(summed, inner, strict=True))
            factors = [number(array[tuple(where[k] for k in term)]) for term, array in zip(terms, inputs, strict=True)]
            products.append(math.prod(factors))
        values.append(sum(products))
    return store(values, np.dtype(inputs[0].dtype)).reshape([sizes[letter] for letter in output])


CASES = [
    Case(
        ops.EINSUM,
        ([sample(shape, dtype, seed=i) for i, shape in enumerate(shapes)],),
        einsum,
        {"equation": equation},
        tolerance=4,
    )
    for dtype in ("float32", "float64", "complex64", "int32", "bfloat16")
    for equation, shapes in EQUATIONS.items()
    if dtype in ("float32", "complex64") or equation.startswith(("ij,jk->ik", "ii"))
]
