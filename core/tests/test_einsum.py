from __future__ import annotations

import numpy as np
import pytest
from flowstone_core import dtypes
from flowstone_core.einsum_equation import parse_equation
from flowstone_core.errors import InvalidArgumentError, SpecError
from flowstone_core.ops import einsum as ops
from flowstone_core.spec import Spec
from hypothesis import given
from hypothesis import strategies as st

LABELS = "abcd"
labels = st.text(LABELS, max_size=3)


def numbers(shape, seed):
    return np.random.RandomState(seed).uniform(-2, 2, shape)


@given(terms=st.lists(labels, min_size=1, max_size=3), data=st.data())
def test_any_equation_is_numpys(terms, data):
    every = sorted(set("".join(terms)))
    output = "".join(data.draw(st.permutations(every)))[: data.draw(st.integers(0, len(every)))]
    sizes = dict(zip(LABELS, (2, 3, 1, 4), strict=True))
    operands = [numbers([sizes[label] for label in term], i) for i, term in enumerate(terms)]
    equation = f"{','.join(terms)}->{output}"
    result = ops.einsum(equation, *operands)
    assert np.allclose(result.numpy(), np.einsum(equation, *operands))
    inferred = ops.EINSUM.infer([Spec(x.shape, dtypes.float64) for x in operands], equation=equation)
    assert inferred.shape == result.shape


@pytest.mark.parametrize(
    "equation", ["...ij,...jk->...ik", "...ij,jk", "i...j,j...->...i", "...ij->...", "ij,...j->...i"]
)
def test_ellipses(equation):
    shapes = {"...ij": (2, 1, 3, 4), "jk": (4, 2), "...jk": (3, 4, 2), "i...j": (3, 2, 4), "j...": (4, 2), "ij": (3, 4)}
    shapes |= {"...j": (2, 4)}
    operands = [numbers(shapes[term], i) for i, term in enumerate(equation.partition("->")[0].split(","))]
    assert np.allclose(ops.einsum(equation, *operands).numpy(), np.einsum(equation, *operands))


def test_diagonals():
    x = numbers((3, 3), 0)
    assert np.allclose(ops.einsum("ii->i", x).numpy(), np.diag(x))
    assert np.allclose(ops.EINSUM([np.diag(x)], equation="i->ii").numpy(), np.diag(np.diag(x)))
    with pytest.raises(ValueError, match="twice"):
        ops.einsum("i->ii", np.diag(x))


def test_results_without_an_arrow_are_in_alphabetical_order():
    assert parse_equation("ba,cb").output == "ac"
    assert parse_equation("...b, ba").output == ".a"


@pytest.mark.parametrize("equation", ["i->j", "i1", "......i", "i->i->i", "ij,jk"])
def test_malformed_equations(equation):
    with pytest.raises(ValueError):
        ops.einsum(equation, numbers((2, 2), 0))


def test_what_does_not_fit():
    with pytest.raises(InvalidArgumentError, match="stands for sizes"):
        ops.einsum("ij,jk", numbers((2, 3), 0), numbers((4, 2), 1))
    with pytest.raises(InvalidArgumentError, match="label"):
        ops.einsum("ij", numbers((2,), 0))
    with pytest.raises(SpecError, match="operands"):
        ops.EINSUM.infer([Spec((2,), dtypes.float32)], equation="i,i->")
    with pytest.raises(TypeError, match="keyword"):
        ops.einsum("i->i", numbers((2,), 0), speed=1)


def test_unknown_sizes():
    specs = [Spec((None, 3), dtypes.float32), Spec((3, None), dtypes.float32)]
    assert ops.EINSUM.infer(specs, equation="ij,jk->ik").shape == (None, None)
    assert ops.EINSUM.infer([Spec(None, dtypes.float32)], equation="...i->i...").shape is None
