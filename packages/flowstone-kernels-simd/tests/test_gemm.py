"""Matrix products of all forms: native code against numpy in float64, within the bound of a sum of so many products."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from flowstone_core.conversion import convert_to_tensor as constant
from flowstone_core.ops import linalg
from flowstone_graphfn.function import function

SIZES = (
    # rows, depth, columns
    (1, 1, 1),
    (1, 5, 1),
    (3, 1, 4),
    (7, 40, 3),
    (100, 33, 5),  # few columns
    (1, 64, 50),
    (5, 64, 50),  # few rows
    (13, 17, 33),
    (64, 32, 64),
    (97, 20, 70),
    (130, 300, 70),  # blocks of rows, two blocks of depth
    (300, 40, 1),
    (4, 100, 300),
    (257, 600, 129),
)
STACKS = (
    ((3, 5, 7), (3, 7, 9)),
    ((2, 1, 20, 30), (4, 30, 40)),
    ((2, 3, 8, 40), (2, 3, 40, 1)),
    ((2, 3, 8, 40), (40, 20)),
    ((8, 40), (3, 40, 20)),
    ((2, 3, 1, 40), (2, 1, 40, 70)),
    ((3, 130, 40), (1, 40, 70)),
)
EPSILON = {"float32": 2.0**-23, "float64": 2.0**-52, "int32": 0, "int64": 0}


def check(natively, shapes, transposed, dtype):
    rng = np.random.default_rng(sum(shapes[0]))
    arrays = []
    for shape, turn in zip(shapes, transposed, strict=True):
        given = (*shape[:-2], shape[-1], shape[-2]) if turn else shape
        arrays.append((rng.standard_normal(given) * 9).astype(dtype))
    if max(map(len, shapes)) > 2:
        f = function(lambda a, b: linalg.BATCH_MATMUL_V2(a, b, adj_x=transposed[0], adj_y=transposed[1]))
    else:
        f = function(lambda a, b: linalg.MATMUL(a, b, transpose_a=transposed[0], transpose_b=transposed[1]))
    got = natively(f, *map(constant, arrays)).numpy()
    wide = [np.swapaxes(a, -1, -2) if turn else a for a, turn in zip(arrays, transposed, strict=True)]
    wide = [a.astype(np.float64) for a in wide]
    bound = np.abs(wide[0]) @ np.abs(wide[1]) * EPSILON[dtype] * 4
    assert got.shape == bound.shape
    assert (np.abs(got - wide[0] @ wide[1]) <= bound).all()


@pytest.mark.parametrize("transposed", list(itertools.product((False, True), repeat=2)))
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_products(size, transposed, natively):
    rows, depth, columns = size
    for dtype in EPSILON:
        check(natively, ((rows, depth), (depth, columns)), transposed, dtype)


@pytest.mark.parametrize("transposed", list(itertools.product((False, True), repeat=2)))
@pytest.mark.parametrize("shapes", STACKS, ids=str)
def test_products_of_stacks(shapes, transposed, natively):
    check(natively, shapes, transposed, "float32")
