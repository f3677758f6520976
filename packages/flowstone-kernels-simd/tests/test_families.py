"""What the published cases leave out of families that are compiled: native code against numpy's kernels."""

from __future__ import annotations

import numpy as np
import pytest
from flowstone_core import dtypes, providers
from flowstone_core.conversion import convert_to_tensor as constant
from flowstone_core.ops import cumulative, diagonal, einsum, math, normalization, pool, rearranging, reduce
from flowstone_graphfn.function import function

RNG = np.random.default_rng(5)


def normal(*shape, dtype="float32"):
    return RNG.standard_normal(shape).astype(dtype)


def check(natively, f, *arrays, rtol=2e-5):
    """Native code gives what numpy's kernels give."""
    operands = [constant(array) for array in arrays]
    got = natively(function(f, autograph=False), *operands)
    with providers.kernel_providers(["numpy"]):
        expected = f(*operands)
    pairs = zip(got, expected, strict=True) if isinstance(got, (list, tuple)) else [(got, expected)]
    for mine, theirs in pairs:
        assert mine.dtype == theirs.dtype
        assert mine.shape == theirs.shape
        scale = max(1.0, np.abs(theirs.numpy().astype(float)).max(initial=0, where=np.isfinite(theirs.numpy())))
        np.testing.assert_allclose(mine.numpy(), theirs.numpy(), rtol=rtol, atol=rtol * scale)


@pytest.mark.parametrize(
    ("equation", "shapes"),
    [
        ("bqhd,bkhd->bhqk", ((2, 5, 3, 7), (2, 6, 3, 7))),  # attention
        ("bhqk,bkhd->bqhd", ((2, 3, 5, 6), (2, 6, 3, 7))),
        ("...ij,...jk->...ik", ((4, 1, 3, 5), (2, 5, 7))),
        ("ij,j->i", ((33, 40), (40,))),
        ("i,j->ij", ((5,), (40,))),
        ("ijk->kj", ((2, 3, 4),)),
        ("ij,jk,kl->il", ((3, 4), (4, 5), (5, 6))),
        ("bij,bij->b", ((3, 4, 5), (3, 4, 5))),
        ("abc,cd->abd", ((3, 4, 5), (5, 20))),
        ("ij->", ((30, 4),)),
    ],
)
def test_einstein_sums(equation, shapes, natively):
    check(natively, lambda *operands: einsum.EINSUM(operands, equation=equation), *(normal(*s) for s in shapes))


@pytest.mark.parametrize("layout", ["NHWC", "NCHW"])
@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_gradients_of_batch_normalization(layout, training, dtype, natively):
    shape = (3, 5, 4, 7)
    channels = shape[-1] if layout == "NHWC" else shape[1]
    dy, x = normal(*shape).astype(dtype), normal(*shape).astype(dtype)
    scale, mean, variance = normal(channels), normal(channels), np.abs(normal(channels)) + 0.5

    def f(*operands):
        attrs = {"epsilon": 1e-3, "data_format": layout, "is_training": training}
        return normalization.FUSED_BATCH_NORM_GRAD_V3(*operands, mean, **attrs)[:3]

    check(natively, f, dy, x, scale, mean, variance, rtol=2e-5 if dtype == "float32" else 2e-2)


@pytest.mark.parametrize("layout", ["NHWC", "NCHW", "NDHWC", "NCDHW"])
@pytest.mark.parametrize("padding", ["SAME", "VALID"])
def test_pooling_and_its_gradients(layout, padding, natively):
    rank = len(layout)
    spatial = (5, 7, 6)[: rank - 2]
    last = layout.endswith("C")
    x = normal(2, *spatial, 19) if last else normal(2, 19, *spatial)
    ones = (1, *[3] * (rank - 2), 1) if last else (1, 1, *[3] * (rank - 2))
    attrs = {"ksize": ones, "strides": tuple(min(n, 2) for n in ones), "padding": padding, "data_format": layout}
    two = rank == 4
    largest, mean = (pool.MAX_POOL, pool.AVG_POOL) if two else (pool.MAX_POOL_3D, pool.AVG_POOL_3D)
    back = (pool.MAX_POOL_GRAD, pool.AVG_POOL_GRAD) if two else (pool.MAX_POOL_3D_GRAD, pool.AVG_POOL_3D_GRAD)
    y = largest(constant(x), **attrs).numpy()
    check(natively, lambda x: (largest(x, **attrs), mean(x, **attrs)), x)
    dy = normal(*y.shape)
    check(natively, lambda x, y, dy: back[0](x, y, dy, **attrs), np.round(x), np.round(y), dy)
    check(natively, lambda dy: back[1](np.array(x.shape, np.int32), dy, **attrs), dy)


@pytest.mark.parametrize("dtype", ["float32", "float64", "int32", "bfloat16"])
def test_running_sums(dtype, natively):
    x = (normal(3, 5, 37) * 3).astype(dtype)
    for axis in (0, 1, 2):
        for exclusive in (False, True):
            for reverse in (False, True):
                attrs = {"exclusive": exclusive, "reverse": reverse}
                check(natively, lambda x, a=axis, k=attrs: cumulative.CUMSUM(x, np.int32(a), **k), x, rtol=1e-2)


def test_running_logarithms_of_sums(natively):
    x = normal(3, 5, 37) * 50
    x[1] = -np.inf
    for axis in (0, 2):
        for exclusive in (False, True):
            attrs = {"exclusive": exclusive, "reverse": True}
            check(natively, lambda x, a=axis, k=attrs: cumulative.CUMULATIVE_LOGSUMEXP(x, np.int32(a), **k), x)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("f", [reduce.reduce_sum, reduce.reduce_prod, reduce.reduce_max, reduce.reduce_min])
def test_reductions_of_nothing(f, natively):
    check(natively, lambda x: f(x, 1) + 1, normal(3, 0, 4))
    check(natively, lambda x: f(x, 0) + 1, normal(3, 0, 4))


def test_reductions_to_numbers(natively):
    x = normal(300, 40)
    check(
        natively,
        lambda x: (
            reduce.reduce_logsumexp(x),
            reduce.reduce_prod(x * 0.1 + 1),
            reduce.reduce_all(x > -9),
            reduce.reduce_any(x > 9),
            reduce.reduce_sum(x, [0, 1], keepdims=True),
        ),
        x,
    )


@pytest.mark.parametrize("dtype", ["float32", "float64", "int8", "int64", "uint16", "float16"])
def test_the_place_of_the_largest(dtype, natively):
    x = (normal(9, 50, 3) * 4).astype(dtype)
    if dtype.startswith("float"):
        x[3, 7, 1] = np.nan
        x[4] = np.nan
        x[5] = -np.inf
    for axis in (0, 1, 2):
        check(natively, lambda x, a=axis: (reduce.argmax(x, a), reduce.argmin(x, a, dtypes.int32)), x)


def test_what_moves_elements(natively):
    x = normal(4, 6, 8)
    check(natively, lambda x: rearranging.pad(x, [[1, 0], [0, 2], [3, 3]], constant_values=7.0) * 2, x)
    check(natively, lambda x: rearranging.pad(x, [[1, 0], [0, 2], [3, 3]], "REFLECT") * 2, x)
    check(natively, lambda x: rearranging.pad(x, [[1, 0], [0, 6], [3, 8]], "SYMMETRIC") * 2, x)
    check(natively, lambda x: rearranging.reverse(x, [0, 2]) * 2, x)
    check(natively, lambda x: rearranging.roll(x, [3, -11], [1, 2]) * 2, x)
    check(natively, lambda x: diagonal.MATRIX_BAND_PART(x, np.int64(1), np.int64(-1)) * 2, x)
    check(natively, lambda x: rearranging.space_to_batch(constant(x), [2, 4], [[0, 0], [3, 1]]) * 2, x)


@pytest.mark.parametrize("dtype", ["int8", "int16", "int32", "int64", "uint8", "uint32", "uint64"])
def test_quotients_of_integers(dtype, natively):
    low, high = np.iinfo(dtype).min, np.iinfo(dtype).max
    edges = np.array([low, low + 1, 0, 1, 2, 3, 7, high - 1, high], dtype)
    a, b = (grid.ravel() for grid in np.meshgrid(edges, edges[edges != 0]))
    if low:
        a, b = np.append(a, np.array([5, -5, low], dtype)), np.append(b, np.array([-3, 3, -1], dtype))
    with np.errstate(all="ignore"):
        ops = [math.FLOOR_DIV, math.FLOOR_MOD, math.TRUNCATE_DIV]
        for op in [*ops, math.TRUNCATE_MOD] if dtype in ("int32", "int64") else ops:
            check(natively, lambda a, b, op=op: op(a, b), a, b, rtol=0)


def test_a_division_by_zero_is_the_kernels_error(natively):
    traced = function(lambda a, b: math.FLOOR_DIV(a, b), autograph=False)
    with pytest.raises(Exception, match="Integer division by zero"):
        traced(constant(np.arange(5)), constant(np.arange(5)))
