"""The strategies by name. Those that one device can serve work; the others say what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, NoReturn

from flowstone_core.config import list_logical_devices
from flowstone_core.device_spec import DeviceSpec

from flowstone_distribute.clusters import TFConfigClusterResolver
from flowstone_distribute.reductions import CrossDeviceOps
from flowstone_distribute.strategy import Strategy, StrategyExtended


def _one_device(devices: Sequence[str], strategy: str) -> str:
    """The device of a strategy that was given ``devices``.

    Raises:
        ValueError: None is named, or one that this machine lacks.
        NotImplementedError: Several are named.
    """
    if len(devices) > 1:
        raise NotImplementedError(
            f"{strategy} was given {len(devices)} devices, {list(devices)}; flowstone runs one replica. "
            "Give one device: on a CPU its threads share the work already."
        )
    if not devices:
        raise ValueError(f"{strategy} was given no device: give one, for example '/cpu:0', or leave the argument out.")
    spec = DeviceSpec.from_string(devices[0])
    known = [device.name for device in list_logical_devices()]
    name = f"/device:{spec.device_type}:{spec.device_index or 0}"
    if name not in known:
        raise ValueError(f"{strategy} was given the device {devices[0]!r}, which this machine lacks. It has {known}.")
    return name


class OneDeviceStrategy(Strategy):
    """Everything on one device.

    Args:
        device: Its name, such as ``"/cpu:0"``.
    """

    def __init__(self, device: str) -> None:
        super().__init__(partial(StrategyExtended, device=_one_device([device], "OneDeviceStrategy")))


class MirroredStrategy(Strategy):
    """One replica on each device of a machine: here, on its one.

    Args:
        devices: Their names; by default the first CPU.
        cross_device_ops: How replicas' values are reduced.

    >>> tf.distribute.MirroredStrategy().num_replicas_in_sync
    1
    """

    def __init__(self, devices: Sequence[str] | None = None, cross_device_ops: CrossDeviceOps | None = None) -> None:
        named = [devices] if isinstance(devices, str) else devices
        chosen = "/device:CPU:0" if named is None else _one_device(named, "MirroredStrategy")
        super().__init__(partial(StrategyExtended, device=chosen))


class MultiWorkerMirroredStrategy(Strategy):
    """Replicas on several machines; here one machine, which is what TensorFlow does without ``TF_CONFIG``.

    Args:
        cluster_resolver: What knows the cluster; by default ``TF_CONFIG`` does.
        communication_options: How machines would talk to each other.

    Raises:
        NotImplementedError: The cluster has several workers.
    """

    def __init__(self, cluster_resolver: Any = None, communication_options: Any = None) -> None:
        resolver = TFConfigClusterResolver() if cluster_resolver is None else cluster_resolver
        workers = [task for job in resolver.cluster_spec().as_dict().values() for task in job]
        if len(workers) > 1:
            raise NotImplementedError(f"flowstone runs in one process; the cluster has the workers {workers}.")
        super().__init__()


class CentralStorageStrategy(MirroredStrategy):
    """Variables on the CPU, replicas on devices.

    Args:
        compute_devices: Who runs replicas; by default the first CPU.
        parameter_device: Who holds variables.
    """

    def __init__(self, compute_devices: Sequence[str] | None = None, parameter_device: str | None = None) -> None:
        super().__init__(compute_devices)


class ParameterServerStrategy(Strategy):
    """Variables on servers, steps on workers: it needs a cluster, which flowstone has not."""

    def __init__(self, cluster_resolver: Any, variable_partitioner: Any = None) -> None:
        _needs("ParameterServerStrategy", "a cluster of processes")


class TPUStrategy(Strategy):
    """Replicas on TPU cores, which flowstone has no kernels for."""

    def __init__(
        self,
        tpu_cluster_resolver: Any = None,
        experimental_device_assignment: Any = None,
        experimental_spmd_xla_partitioning: bool = False,
    ) -> None:
        _needs("TPUStrategy", "TPUs")


def _needs(strategy: str, what: str) -> NoReturn:
    raise NotImplementedError(
        f"tf.distribute.{strategy} needs {what}; flowstone runs on this machine's CPU. "
        "Use tf.distribute.get_strategy() or MirroredStrategy(), which run the same program there."
    )
