"""``tf.experimental``; written by ``nox -s api``."""

from . import dlpack as dlpack
from . import extension_type as extension_type
from . import numpy as numpy
from flowstone_core.batchable_type import BatchableExtensionType as BatchableExtensionType
from flowstone_core.ragged.dynamic_shape import DynamicRaggedShape as DynamicRaggedShape
from flowstone_core.extension_type import ExtensionType as ExtensionType
from flowstone_core.batchable_type import ExtensionTypeBatchEncoder as ExtensionTypeBatchEncoder
from flowstone_core.extension_type import ExtensionTypeSpec as ExtensionTypeSpec
from flowstone_data.optional import Optional as Optional
from flowstone_core.ragged.row_partition import RowPartition as RowPartition
from flowstone_core.dispatch import dispatch_for_api as dispatch_for_api
from flowstone_core.dispatch import dispatch_for_binary_elementwise_apis as dispatch_for_binary_elementwise_apis
from flowstone_core.dispatch import dispatch_for_binary_elementwise_assert_apis as dispatch_for_binary_elementwise_assert_apis
from flowstone_core.dispatch import dispatch_for_unary_elementwise_apis as dispatch_for_unary_elementwise_apis
from flowstone_core.dispatch import unregister_dispatch_for as unregister_dispatch_for
