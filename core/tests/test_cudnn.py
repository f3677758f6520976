"""cuDNN's ops: schemas and shapes are known; running one says what it needs."""

import numpy as np
import pytest
from flowstone_core.errors import NotFoundError
from flowstone_core.ops import cudnn as ops


def test_they_need_a_gpu():
    x, state, params = np.zeros((2, 1, 3), np.float32), np.zeros((1, 1, 4), np.float32), np.zeros(99, np.float32)
    with pytest.raises(NotFoundError, match=r"CudnnRNNV3 runs on NVIDIA GPUs only[\s\S]*use_cudnn=False"):
        ops.CUDNN_RNN_V3(x, state, state, params, np.array([2], np.int32))
