"""``tf.experimental``; written by ``nox -s api``."""

from . import dlpack as dlpack
from . import extension_type as extension_type
from . import numpy as numpy
from flowstone_core.ragged.dynamic_shape import DynamicRaggedShape as DynamicRaggedShape
from flowstone_core.extension_type import ExtensionType as ExtensionType
from flowstone_data.optional import Optional as Optional
from flowstone_core.ragged.row_partition import RowPartition as RowPartition
