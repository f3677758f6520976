"""``tf.ragged``; written by ``nox -s api``."""

from flowstone_core.ragged.functions import boolean_mask as boolean_mask
from flowstone_core.ragged.factory import constant as constant
from flowstone_core.ragged.functions import cross as cross
from flowstone_core.ragged.functions import cross_hashed as cross_hashed
from flowstone_core.ragged.functions import map_flat_values as map_flat_values
from flowstone_core.ragged.factory import range as range
from flowstone_core.ragged.functions import row_splits_to_segment_ids as row_splits_to_segment_ids
from flowstone_core.ragged.functions import segment_ids_to_row_splits as segment_ids_to_row_splits
from flowstone_core.ragged.joining import stack as stack
from flowstone_core.ragged.functions import stack_dynamic_partitions as stack_dynamic_partitions
