"""``tf.sparse``; written by ``nox -s api``."""

from flowstone_core.sparse_tensor import SparseTensor as SparseTensor
from flowstone_core.ops.segment import sparse_segment_mean as _sparse_segment_mean_segment_mean
from flowstone_core.ops.segment import sparse_segment_sqrt_n as _sparse_segment_sqrt_n_segment_sqrt_n
from flowstone_core.ops.segment import sparse_segment_sum as _sparse_segment_sum_segment_sum

segment_mean = _sparse_segment_mean_segment_mean
segment_sqrt_n = _sparse_segment_sqrt_n_segment_sqrt_n
segment_sum = _sparse_segment_sum_segment_sum
