"""The QR decomposition."""

import numpy as np
import pytest
from flowstone_core.api import tf


@pytest.mark.parametrize("shape", [(3, 3), (5, 2), (2, 5), (4, 3, 2), (0, 3, 3)])
@pytest.mark.parametrize("full", [False, True])
def test_product_and_orthogonality(shape, full):
    a = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    q, r = tf.linalg.qr(a, full_matrices=full)
    np.testing.assert_allclose((q.numpy() @ r.numpy()), a, atol=1e-5)
    columns = np.swapaxes(q.numpy(), -1, -2) @ q.numpy()
    np.testing.assert_allclose(columns, np.broadcast_to(np.eye(columns.shape[-1]), columns.shape), atol=1e-5)
    assert np.allclose(np.tril(r.numpy(), -1), 0, atol=1e-6)


def test_a_vector_is_refused():
    with pytest.raises(tf.errors.InvalidArgumentError, match="Qr takes matrices"):
        tf.linalg.qr(np.ones(3, np.float32))
