"""``tf.config``: the devices of this machine and the switches of the runtime.

There is one physical device, the processor; it may be divided into several logical ones until they are first listed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple, NoReturn

from flowstone_core.errors import UnimplementedError


class PhysicalDevice(NamedTuple):
    """A device of this machine."""

    name: str
    device_type: str


class LogicalDevice(NamedTuple):
    """A device that operations can be placed on."""

    name: str
    device_type: str


@dataclass
class LogicalDeviceConfiguration:
    """How a physical device becomes a logical one.

    Args:
        memory_limit: Megabytes; not for processors.
        experimental_priority: For GPUs.
        experimental_device_ordinal: For GPUs.
    """

    memory_limit: float | None = None
    experimental_priority: int | None = None
    experimental_device_ordinal: int | None = None


class ClusterDeviceFilters:
    """Which devices of a cluster see each other: there is no cluster.

    Raises:
        tf.errors.UnimplementedError: When it is asked to filter.
    """

    def set_device_filters(self, job_name: str, task_index: int, device_filters: Any) -> NoReturn:
        """Raise: there is no cluster."""
        raise _one_process("Device filters")


def _one_process(what: str) -> UnimplementedError:
    return UnimplementedError(None, None, f"{what} need a cluster of machines; flowstone runs in one process.")


_CPU = PhysicalDevice("/physical_device:CPU:0", "CPU")


class _Runtime:
    """What has been chosen; ``logical`` once the logical devices are known."""

    def __init__(self) -> None:
        self.parts: list[LogicalDeviceConfiguration] | None = None
        self.visible = [_CPU]
        self.logical: list[LogicalDevice] | None = None
        self.growth: dict[PhysicalDevice, bool] = {}
        self.threads = {"Inter": 0, "Intra": 0}
        self.soft_placement = True
        self.synchronous = True
        self.policy = "silent"
        self.tensor_float_32 = True
        self.deterministic = False


_runtime = _Runtime()


def _still_open(what: str) -> None:
    if _runtime.logical is not None:
        raise RuntimeError(f"{what} cannot be modified after being initialized: do it before devices are listed.")


def _known(device: Any) -> PhysicalDevice:
    if device != _CPU:
        raise ValueError(f"Unrecognized device: {device!r}. This machine has {[_CPU]}.")
    return _CPU


# -- devices ---------------------------------------------------------------------------------------------------------


def list_physical_devices(device_type: str | None = None) -> list[PhysicalDevice]:
    """The devices of this machine of a type, or all.

    >>> tf.config.list_physical_devices("GPU")
    []
    """
    return [device for device in [_CPU] if device_type in (None, device.device_type)]


def list_logical_devices(device_type: str | None = None) -> list[LogicalDevice]:
    """The logical devices of a type, or all; from now on they stay.

    >>> tf.config.list_logical_devices("CPU")
    [LogicalDevice(name='/device:CPU:0', device_type='CPU')]
    """
    if _runtime.logical is None:
        count = len(_runtime.parts or [None]) if _runtime.visible else 0
        _runtime.logical = [LogicalDevice(f"/device:CPU:{index}", "CPU") for index in range(count)]
    return [device for device in _runtime.logical if device_type in (None, device.device_type)]


def get_visible_devices(device_type: str | None = None) -> list[PhysicalDevice]:
    """The physical devices that are used."""
    return [device for device in _runtime.visible if device_type in (None, device.device_type)]


def set_visible_devices(devices: Any, device_type: str | None = None) -> None:
    """Use these physical devices only.

    Raises:
        ValueError: If there is no such device of this type.
        RuntimeError: If logical devices have been listed.
    """
    wanted = (
        list(devices) if isinstance(devices, (list, tuple)) and not isinstance(devices, PhysicalDevice) else [devices]
    )
    for device in wanted:
        if device_type not in (None, _known(device).device_type):
            raise ValueError(f"Unrecognized device: {device!r} is not of the type {device_type}.")
    if device_type in (None, "CPU") and wanted != _runtime.visible:
        _still_open("Visible devices")
        _runtime.visible = wanted


def get_logical_device_configuration(device: Any) -> list[LogicalDeviceConfiguration] | None:
    """How a physical device is divided; None if it is not."""
    _known(device)
    return _runtime.parts


def set_logical_device_configuration(device: Any, logical_devices: Any) -> None:
    """Divide a physical device into logical ones.

    Args:
        device: A physical device.
        logical_devices: A ``tf.config.LogicalDeviceConfiguration`` for each.

    Raises:
        ValueError: If there is no such device, or a processor is given a memory limit.
        RuntimeError: If logical devices have been listed.
    """
    _known(device)
    parts = list(logical_devices)
    for part in parts:
        for name in ("memory_limit", "experimental_priority", "experimental_device_ordinal"):
            if getattr(part, name) is not None:
                raise ValueError(f"Setting {name.replace('_', ' ')} on CPU virtual devices is not supported.")
    if parts != _runtime.parts:
        _still_open("Virtual devices")
        _runtime.parts = parts


def get_device_details(device: Any) -> dict[str, Any]:
    """What is known of a physical device: nothing of a processor."""
    return {}


# -- memory ----------------------------------------------------------------------------------------------------------


def get_memory_growth(device: Any) -> bool:
    """Whether memory of a device is taken as it is needed.

    Raises:
        ValueError: If there is no such device.
    """
    return _runtime.growth.get(_known(device), False)


def set_memory_growth(device: Any, enable: bool) -> None:
    """Take memory of a device as it is needed; that of a processor always is.

    Raises:
        ValueError: If there is no such device, or it has been divided.
    """
    _known(device)
    if _runtime.parts is not None:
        raise ValueError("Cannot set memory growth on device when virtual devices configured")
    if _runtime.growth.get(_CPU, False) != enable:
        _still_open("Memory growth")
        _runtime.growth[_CPU] = enable


def _cpu_name(device: Any) -> None:
    kind = str(device).upper().lstrip("/").removeprefix("DEVICE:").partition(":")[0]
    if kind != "CPU":
        raise ValueError(f"No matching devices found for {device!r}.")


def get_memory_info(device: str) -> dict[str, int]:
    """Bytes that tensors take on a device now, and have taken at most: 0 on a processor, which nobody counts.

    Raises:
        ValueError: If there is no such device.
    """
    _cpu_name(device)
    return {"current": 0, "peak": 0}


def get_memory_usage(device: str) -> int:
    """Bytes that tensors take on a device; see ``get_memory_info``."""
    return get_memory_info(device)["current"]


def reset_memory_stats(device: str) -> None:
    """Forget how much memory was taken at most; of a processor nobody counts it."""
    _cpu_name(device)


# -- threads and switches --------------------------------------------------------------------------------------------


def get_inter_op_parallelism_threads() -> int:
    """How many operations may run at a time; 0 for what the system likes."""
    return _runtime.threads["Inter"]


def set_inter_op_parallelism_threads(num_threads: int) -> None:
    """Let so many operations run at a time."""
    _set_threads("Inter", num_threads)


def get_intra_op_parallelism_threads() -> int:
    """How many threads an operation may use; 0 for what the system likes."""
    return _runtime.threads["Intra"]


def set_intra_op_parallelism_threads(num_threads: int) -> None:
    """Let an operation use so many threads."""
    _set_threads("Intra", num_threads)


def _set_threads(kind: str, count: int) -> None:
    if _runtime.threads[kind] != count:
        _still_open(f"{kind} op parallelism")
        _runtime.threads[kind] = count


def get_soft_device_placement() -> bool:
    """Whether operations go to another device if theirs cannot run them."""
    return _runtime.soft_placement


def set_soft_device_placement(enabled: bool) -> None:
    """Let operations go to another device if theirs cannot run them."""
    _runtime.soft_placement = enabled


def get_synchronous_execution() -> bool:
    """Whether eager operations have finished when they return: they always have, whatever this says."""
    return _runtime.synchronous


def set_synchronous_execution(enable: bool) -> None:
    """Ask that eager operations have finished when they return: they always have."""
    _runtime.synchronous = enable


def get_device_policy() -> str:
    """What happens when an operand is on another device."""
    return _runtime.policy


def set_device_policy(device_policy: str | None) -> None:
    """Say what happens when an operand is on another device; there is none.

    Raises:
        ValueError: If it is not None, "explicit", "warn", "silent" or "silent_for_int32".
    """
    if device_policy not in (None, "explicit", "warn", "silent", "silent_for_int32"):
        raise ValueError(
            f"Invalid argument `device_policy`: {device_policy!r}. It is one of 'explicit', 'warn', 'silent' and "
            "'silent_for_int32'."
        )
    _runtime.policy = device_policy or "silent"


def tensor_float_32_execution_enabled() -> bool:
    """Whether GPUs may use TensorFloat-32; processors do not."""
    return _runtime.tensor_float_32


def enable_tensor_float_32_execution(enabled: bool) -> None:
    """Let GPUs use TensorFloat-32; processors do not."""
    _runtime.tensor_float_32 = enabled


def enable_op_determinism() -> None:
    """Have operations give the same results each time, in each process on one machine.

    The numpy kernels do so anyway; compilers then compile at the first call, so that a program that goes on from a
    checkpoint computes as one that never stopped.
    """
    _runtime.deterministic = True


def disable_op_determinism() -> None:
    """Undo ``enable_op_determinism``."""
    _runtime.deterministic = False


def is_op_determinism_enabled() -> bool:
    """Whether ``enable_op_determinism`` was called."""
    return _runtime.deterministic


def enable_mlir_bridge() -> None:
    """Nothing: graphs are not compiled by way of MLIR."""


def disable_mlir_bridge() -> None:
    """Nothing: graphs are not compiled by way of MLIR."""


# -- other machines --------------------------------------------------------------------------------------------------


def experimental_connect_to_host(remote_host: Any = None, job_name: str = "worker") -> NoReturn:
    """Raise: there is one process.

    Raises:
        ValueError: If no host is given.
        tf.errors.UnimplementedError: Otherwise.
    """
    if not remote_host:
        raise ValueError("Must provide at least one remote_host")
    raise _one_process("Remote hosts")


def experimental_connect_to_cluster(
    cluster_spec_or_resolver: Any,
    job_name: str = "localhost",
    task_index: int = 0,
    protocol: str | None = None,
    make_master_device_default: bool = True,
    cluster_device_filters: Any = None,
) -> NoReturn:
    """Raise: there is one process.

    Raises:
        tf.errors.UnimplementedError: Always.
    """
    raise _one_process("Clusters")
