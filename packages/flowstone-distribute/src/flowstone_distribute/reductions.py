"""How values of replicas become one: the enumerations and options that reductions take."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


class ReduceOp(enum.Enum):
    """What a reduction computes. Methods also take the strings ``"SUM"`` and ``"MEAN"``, in any case."""

    SUM = "SUM"
    MEAN = "MEAN"

    @staticmethod
    def of(value: ReduceOp | str) -> ReduceOp:
        """The member that ``value`` is or names.

        Raises:
            ValueError: It names none.
        """
        return value if isinstance(value, ReduceOp) else ReduceOp(value.upper())


class CommunicationImplementation(enum.Enum):
    """How devices would talk to each other; on one device nobody does."""

    AUTO = "AUTO"
    RING = "RING"
    NCCL = "NCCL"


CollectiveCommunication = CommunicationImplementation


@dataclass(frozen=True)
class CommunicationOptions:
    """Options of collective operations, which one device doesn't need.

    Args:
        bytes_per_pack: How much is sent at once; 0 leaves it to the implementation.
        timeout_seconds: When to give up.
        implementation: A ``CommunicationImplementation``.
    """

    bytes_per_pack: int = 0
    timeout_seconds: float | None = None
    implementation: CommunicationImplementation = CommunicationImplementation.AUTO


class CrossDeviceOps:
    """Reduces and broadcasts values between devices. With one replica a value is its own sum and mean."""

    def reduce(self, reduce_op: ReduceOp | str, per_replica_value: Any, destinations: Any, options: Any = None) -> Any:
        """The reduced value."""
        ReduceOp.of(reduce_op)
        return per_replica_value

    def batch_reduce(
        self, reduce_op: ReduceOp | str, value_destination_pairs: Sequence[tuple[Any, Any]], options: Any = None
    ) -> list[Any]:
        """The reduced value of each pair."""
        return [self.reduce(reduce_op, value, to, options) for value, to in value_destination_pairs]

    def broadcast(self, tensor: Any, destinations: Any) -> Any:
        """``tensor`` on every device."""
        return tensor


class ReductionToOneDevice(CrossDeviceOps):
    """Copies all values to one device and reduces them there."""

    def __init__(self, reduce_to_device: str | None = None, accumulation_fn: Any = None) -> None:
        self.reduce_to_device, self.accumulation_fn = reduce_to_device, accumulation_fn


class NcclAllReduce(CrossDeviceOps):
    """Reduces with NCCL where there are several GPUs."""

    def __init__(self, num_packs: int = 1) -> None:
        if num_packs < 0:
            raise ValueError(f"num_packs must be 0 or more, got {num_packs}.")
        self.num_packs = num_packs


class HierarchicalCopyAllReduce(NcclAllReduce):
    """Reduces along a tree of devices."""
