"""tf.compat.v1: what means something without sessions."""

from __future__ import annotations

from flowstone_core._api.names import public

_LOGGING = """
    DEBUG ERROR FATAL INFO TaskLevelStatusMessage WARN debug error fatal flush get_verbosity info log log_every_n
    log_first_n log_if set_verbosity vlog warn warning
"""
_BEHAVIOR = """
    colocate_with control_flow_v2_enabled enable_control_flow_v2 enable_eager_execution enable_resource_variables
    enable_tensor_equality enable_v2_behavior enable_v2_tensorshape executing_eagerly_outside_functions
    global_variables_initializer placeholder_with_default reset_default_graph variables_initializer where
"""
_VARIABLES = "AUTO_REUSE VariableScope get_variable get_variable_scope variable_scope"

PUBLIC: dict[str, str] = (
    public("flowstone_core.v1.logging", {name: f"compat.v1.logging.{name}" for name in _LOGGING.split()})
    | public("flowstone_core.v1.behavior", {name: f"compat.v1.{name}" for name in _BEHAVIOR.split()})
    | public("flowstone_core.v1.variables", {name: f"compat.v1.{name}" for name in _VARIABLES.split()})
    | public("flowstone_core.random_seed", {"set_seed": "compat.v1.set_random_seed"})
)
