"""Devices, switches, the installation."""

from __future__ import annotations

from flowstone_core._api.names import public

_BOTH = "get_visible_devices list_logical_devices list_physical_devices set_visible_devices"
_CONFIG = """
    LogicalDevice PhysicalDevice experimental_connect_to_cluster experimental_connect_to_host
    get_soft_device_placement set_soft_device_placement
"""
_EXPERIMENTAL = """
    ClusterDeviceFilters disable_mlir_bridge enable_mlir_bridge enable_op_determinism enable_tensor_float_32_execution
    get_device_details get_device_policy get_memory_growth get_memory_info get_memory_usage get_synchronous_execution
    reset_memory_stats set_device_policy set_memory_growth set_synchronous_execution tensor_float_32_execution_enabled
"""
_THREADS = """
    get_inter_op_parallelism_threads get_intra_op_parallelism_threads set_inter_op_parallelism_threads
    set_intra_op_parallelism_threads
"""
_INITIALIZERS = {
    "Zeros": "zeros_initializer",
    "Ones": "ones_initializer",
    "Constant": "constant_initializer",
    "RandomUniform": "random_uniform_initializer",
    "RandomNormal": "random_normal_initializer",
}

PUBLIC: dict[str, str] = (
    public(
        "flowstone_core.config",
        {name: f"config.{name} config.experimental.{name}" for name in _BOTH.split()}
        | {name: f"config.{name}" for name in _CONFIG.split()}
        | {name: f"config.experimental.{name}" for name in _EXPERIMENTAL.split()}
        | {name: f"config.threading.{name}" for name in _THREADS.split()}
        | {
            "LogicalDeviceConfiguration": (
                "config.LogicalDeviceConfiguration config.experimental.VirtualDeviceConfiguration"
            ),
            "get_logical_device_configuration": (
                "config.get_logical_device_configuration config.experimental.get_virtual_device_configuration"
            ),
            "set_logical_device_configuration": (
                "config.set_logical_device_configuration config.experimental.set_virtual_device_configuration"
            ),
        },
    )
    | public("flowstone_core.device_spec", {"DeviceSpec": "."})
    | public("flowstone_core.initializers", _INITIALIZERS)
    | public("flowstone_core.public_types", {"TensorLike": "types.experimental.TensorLike"})
    | public(
        "flowstone_core.sysconfig",
        {
            name: f"sysconfig.{name}"
            for name in """
                CXX11_ABI_FLAG CXX_VERSION MONOLITHIC_BUILD get_build_info get_compile_flags get_include get_lib
                get_link_flags
            """.split()
        }
        | dict.fromkeys(("get_logger", "load_library", "load_op_library"), "."),
    )
)
