"""``tf.sparse``; written by ``nox -s api``."""

from flowstone_core.sparse_tensor import SparseTensor as SparseTensor
from flowstone_core.ops.sparse_math import sparse_add as _sparse_add_add
from flowstone_core.ops.sparse_counting import sparse_bincount as _sparse_bincount_bincount
from flowstone_core.ops.sparse import sparse_concat as _sparse_concat_concat
from flowstone_core.ops.sparse_cross import sparse_cross as _sparse_cross_cross
from flowstone_core.ops.sparse_cross import sparse_cross_hashed as _sparse_cross_hashed_cross_hashed
from flowstone_core.ops.sparse_forms import sparse_expand_dims as _sparse_expand_dims_expand_dims
from flowstone_core.ops.sparse_forms import sparse_eye as _sparse_eye_eye
from flowstone_core.ops.sparse import sparse_fill_empty_rows as _sparse_fill_empty_rows_fill_empty_rows
from flowstone_core.ops.sparse_forms import from_dense as from_dense
from flowstone_core.ops.sparse_forms import map_values as map_values
from flowstone_core.ops.sparse_forms import sparse_mask as _sparse_mask_mask
from flowstone_core.ops.sparse_math import sparse_maximum as _sparse_maximum_maximum
from flowstone_core.ops.sparse_math import sparse_minimum as _sparse_minimum_minimum
from flowstone_core.ops.sparse_math import sparse_reduce_max as _sparse_reduce_max_reduce_max
from flowstone_core.ops.sparse_math import sparse_reduce_sum as _sparse_reduce_sum_reduce_sum
from flowstone_core.ops.sparse import sparse_reorder as _sparse_reorder_reorder
from flowstone_core.ops.sparse_forms import sparse_reset_shape as _sparse_reset_shape_reset_shape
from flowstone_core.ops.sparse import sparse_reshape as _sparse_reshape_reshape
from flowstone_core.ops.sparse_forms import sparse_retain as _sparse_retain_retain
from flowstone_core.ops.sparse_sampled import sampled_addmm as sampled_addmm
from flowstone_core.ops.segment import sparse_segment_mean as _sparse_segment_mean_segment_mean
from flowstone_core.ops.segment import sparse_segment_sqrt_n as _sparse_segment_sqrt_n_segment_sqrt_n
from flowstone_core.ops.segment import sparse_segment_sum as _sparse_segment_sum_segment_sum
from flowstone_core.ops.sparse import sparse_slice as _sparse_slice_slice
from flowstone_core.ops.sparse_math import sparse_softmax as _sparse_softmax_softmax
from flowstone_core.ops.sparse_math import sparse_dense_matmul as sparse_dense_matmul
from flowstone_core.ops.sparse import sparse_split as _sparse_split_split
from flowstone_core.ops.sparse import sparse_to_dense as _sparse_to_dense_to_dense
from flowstone_core.ops.sparse_forms import sparse_to_indicator as _sparse_to_indicator_to_indicator
from flowstone_core.ops.sparse_forms import sparse_transpose as _sparse_transpose_transpose

add = _sparse_add_add
bincount = _sparse_bincount_bincount
concat = _sparse_concat_concat
cross = _sparse_cross_cross
cross_hashed = _sparse_cross_hashed_cross_hashed
expand_dims = _sparse_expand_dims_expand_dims
eye = _sparse_eye_eye
fill_empty_rows = _sparse_fill_empty_rows_fill_empty_rows
mask = _sparse_mask_mask
maximum = _sparse_maximum_maximum
minimum = _sparse_minimum_minimum
reduce_max = _sparse_reduce_max_reduce_max
reduce_sum = _sparse_reduce_sum_reduce_sum
reorder = _sparse_reorder_reorder
reset_shape = _sparse_reset_shape_reset_shape
reshape = _sparse_reshape_reshape
retain = _sparse_retain_retain
segment_mean = _sparse_segment_mean_segment_mean
segment_sqrt_n = _sparse_segment_sqrt_n_segment_sqrt_n
segment_sum = _sparse_segment_sum_segment_sum
slice = _sparse_slice_slice
softmax = _sparse_softmax_softmax
split = _sparse_split_split
to_dense = _sparse_to_dense_to_dense
to_indicator = _sparse_to_indicator_to_indicator
transpose = _sparse_transpose_transpose
