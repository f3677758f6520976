"""``tf.keras.mixed_precision``; written by ``nox -s api``."""

from flowstone_layers.dtype_policy import DTypePolicy as DTypePolicy
from flowstone_layers.optimizers.loss_scale import LossScaleOptimizer as LossScaleOptimizer
from flowstone_layers.dtype_policy import DTypePolicy as _DTypePolicy_Policy
from flowstone_layers.dtype_policy import dtype_policy as dtype_policy
from flowstone_layers.dtype_policy import dtype_policy as _dtype_policy_global_policy
from flowstone_layers.dtype_policy import set_dtype_policy as set_dtype_policy
from flowstone_layers.dtype_policy import set_dtype_policy as _set_dtype_policy_set_global_policy

Policy = _DTypePolicy_Policy
global_policy = _dtype_policy_global_policy
set_global_policy = _set_dtype_policy_set_global_policy
