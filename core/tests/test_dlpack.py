import numpy as np
import pytest
from flowstone_core.api import tf
from flowstone_core.dlpack import from_dlpack, to_dlpack
from flowstone_core.errors import InvalidArgumentError


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "int8", "uint16", "int64", "bool", "complex64"])
def test_there_and_back(dtype):
    tensor = tf.constant(np.array([[0, 1], [1, 0]], dtype))
    again = from_dlpack(to_dlpack(tensor))
    assert again.dtype is tensor.dtype
    np.testing.assert_array_equal(again.numpy(), tensor.numpy())


def test_scalars_and_strides():
    assert from_dlpack(to_dlpack(tf.constant(3))).numpy() == 3
    np.testing.assert_array_equal(
        from_dlpack(np.arange(6).reshape(2, 3).T.__dlpack__()).numpy(), [[0, 3], [1, 4], [2, 5]]
    )


def test_memory_is_shared():
    array = np.arange(3.0)
    tensor = from_dlpack(array.__dlpack__())
    assert np.shares_memory(np.asarray(tensor), array)


def test_misuse():
    capsule = to_dlpack(tf.constant([1.0]))
    from_dlpack(capsule)
    with pytest.raises(InvalidArgumentError, match="at most once"):
        from_dlpack(capsule)
    with pytest.raises(TypeError, match="takes a capsule, got ndarray"):
        from_dlpack(np.arange(3))
    for value in ([1], np.arange(3), tf.Variable(1.0)):
        with pytest.raises(InvalidArgumentError, match="must be a TF tensor"):
            to_dlpack(value)
    for dtype in ("string", "bfloat16"):
        with pytest.raises(InvalidArgumentError, match=f"type {dtype} cannot go through DLPack"):
            to_dlpack(tf.zeros([1], dtype))
