from __future__ import annotations

import itertools

import numpy as np
import pytest
from flowstone_core import dtypes
from flowstone_core.conversion import constant
from flowstone_core.errors import FailedPreconditionError, InvalidArgumentError, SpecError
from flowstone_core.ops import linalg as ops
from flowstone_core.ops.tensordot import tensordot
from flowstone_core.spec import Spec


def numbers(*shape, seed=0, kind="float64"):
    random = np.random.RandomState(seed)
    x = random.uniform(-3, 3, shape)
    return (x + 1j * random.uniform(-3, 3, shape) if "complex" in kind else x).astype(
        dtypes.as_dtype(kind).as_numpy_dtype
    )


@pytest.mark.parametrize("kind", ["float64", "complex128", "int32", "float16", "bfloat16"])
@pytest.mark.parametrize(("left", "right"), list(itertools.product(["", "transpose", "adjoint"], repeat=2)))
@pytest.mark.parametrize("batch", [(), (2,)])
def test_products_with_transpositions(kind, left, right, batch):
    def turned(x, how):
        swapped = np.swapaxes(x, -1, -2) if how else x
        return np.conj(swapped) if how == "adjoint" and "complex" in kind else swapped

    a = numbers(*batch, 3, 4, kind=kind)
    b = numbers(*batch, 4, 2, seed=1, kind=kind)
    options = {f"{how}_{which}": True for how, which in ((left, "a"), (right, "b")) if how}
    result = ops.matmul(turned(a, left), turned(b, right), **options)
    wide = np.result_type(a.dtype, np.float32) if kind in ("float16",) else a.dtype
    expected = np.matmul(a.astype(np.float32), b.astype(np.float32)) if kind == "bfloat16" else a.astype(wide) @ b
    assert result.dtype == kind
    assert np.allclose(result.numpy().astype(complex), expected.astype(complex), rtol=1e-2 if "16" in kind else 1e-6)


def test_stacks_broadcast():
    a, b = numbers(5, 1, 2, 3), numbers(4, 3, 2)
    assert np.allclose(ops.matmul(a, b).numpy(), a @ b)
    assert np.allclose(ops.matmul(numbers(4, 2, 3), numbers(3, 2)).numpy(), numbers(4, 2, 3) @ numbers(3, 2))


def test_other_types_of_results():
    a = np.full((1, 200), 100, np.int8)
    assert ops.matmul(a, a.T, output_type="int32").numpy().tolist() == [[2_000_000]]
    sparse = ops.matmul(numbers(2, 3, kind="float32"), numbers(3, 2, kind="float32"), a_is_sparse=True)
    assert np.allclose(sparse.numpy(), numbers(2, 3) @ numbers(3, 2), rtol=1e-4)


@pytest.mark.parametrize(
    ("a", "b", "words"),
    [
        ((2, 3), (2, 3), "size-incompatible"),
        ((3,), (3,), "at least 2 dimensions"),
        ((2, 2, 3), (3, 3, 2), "do not broadcast"),
        ((2, 2, 3), (2, 2, 3), "size-incompatible"),
    ],
)
def test_what_does_not_fit(a, b, words):
    with pytest.raises(InvalidArgumentError, match=words):
        ops.matmul(numbers(*a), numbers(*b))
    with pytest.raises(ValueError, match="Only one"):
        ops.matmul(numbers(2, 2), numbers(2, 2), transpose_a=True, adjoint_a=True)


def test_inference():
    plain = {"adj_x": False, "adj_y": False}
    infer = ops.BATCH_MATMUL_V2.infer
    assert infer(Spec((None, 2, 3), dtypes.float32), Spec((3, 4), dtypes.float32), **plain).shape == (None, 2, 4)
    assert infer(Spec(None, dtypes.float32), Spec((3, 4), dtypes.float32), **plain).shape is None
    with pytest.raises(SpecError):
        infer(Spec((3,), dtypes.float32), Spec((3, 4), dtypes.float32), **plain)
    assert ops.MATMUL.infer(
        Spec((3, None), dtypes.float32), Spec((None, 5), dtypes.float32), transpose_a=True, transpose_b=False
    ).shape == (None, 5)


def test_vectors():
    a, v = numbers(2, 3, 4), numbers(2, 4)
    assert np.allclose(ops.matvec(a, v).numpy(), np.einsum("bij,bj->bi", a, v))


def test_transposition():
    z = numbers(2, 3, 4, kind="complex128")
    assert (ops.matrix_transpose(z).numpy() == z.swapaxes(1, 2)).all()
    assert (ops.adjoint(z).numpy() == z.swapaxes(1, 2).conj()).all()
    with pytest.raises(ValueError, match="rank"):
        ops.matrix_transpose([1.0])


def test_cross_products():
    a, b = numbers(4, 3), numbers(4, 3, seed=1)
    assert np.allclose(ops.cross(a, b).numpy(), np.cross(a, b))
    with pytest.raises(FailedPreconditionError, match="3 elements"):
        ops.cross([1.0, 2.0], [1.0, 2.0])
    with pytest.raises(InvalidArgumentError, match="one shape"):
        ops.cross(a, b[0])


@pytest.mark.parametrize("axes", [0, 1, 2, [[0], [1]], [[0, 1], [1, 0]], [-1, 0], [[], []]])
def test_tensordot(axes):
    a, b = numbers(3, 3), numbers(3, 3, seed=1)
    reference = np.tensordot(a, b, axes)
    assert np.allclose(tensordot(a, b, axes).numpy(), reference)
    assert np.allclose(tensordot(a, b, constant(axes) if isinstance(axes, int) else axes).numpy(), reference)


def test_tensordot_refuses():
    for axes in (-1, 3, [[0, 1], [0]], [[0], [1], [0]]):
        with pytest.raises(ValueError, match="axes"):
            tensordot(numbers(3, 3), numbers(3, 3), axes)
    with pytest.raises(IndexError):
        tensordot(numbers(3, 3), numbers(3, 3), [[5], [0]])
