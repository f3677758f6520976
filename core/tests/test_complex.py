from __future__ import annotations

import cmath

import numpy as np
import pytest
from flowstone_core.conversion import constant
from flowstone_core.ops import complex as ops

VALUES = [1 + 2j, -1.5j, -3 + 0j, 0j]


@pytest.mark.parametrize("kind", ["complex64", "complex128"])
def test_parts(kind):
    x = constant(VALUES, kind)
    part = x.dtype.real_dtype
    for function, reference in ((ops.real, np.real), (ops.imag, np.imag), (ops.angle, np.angle)):
        assert function(x).dtype == part
        assert np.allclose(function(x).numpy(), reference(np.array(VALUES)))
    assert ops.conj(x).numpy().tolist() == np.conj(VALUES).tolist()
    assert (ops.complex(ops.real(x), ops.imag(x)).numpy() == x.numpy()).all()


def test_real_tensors_have_parts_too():
    x = constant([-1.0, 2.0])
    assert ops.real(x) is x
    assert ops.conj(x) is x
    assert ops.imag(x).numpy().tolist() == [0, 0]
    assert np.allclose(ops.angle(x).numpy(), [cmath.phase(-1), 0])


def test_parts_broadcast():
    assert ops.complex([[1.0], [2.0]], [3.0, 4.0]).numpy().tolist() == [[1 + 3j, 1 + 4j], [2 + 3j, 2 + 4j]]


def test_refusals():
    with pytest.raises(TypeError, match="both must be float32"):
        ops.complex(constant([1.0]), constant([1.0], "float64"))
    with pytest.raises(TypeError, match="both"):
        ops.complex([1], [2])
    for function in (ops.real, ops.conj):
        with pytest.raises(TypeError, match="numeric"):
            function("a")
