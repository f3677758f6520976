"""Values that differ from replica to replica."""

from __future__ import annotations

from typing import Any


class DistributedValues:
    """One value for each replica; what ``experimental_distribute_values_from_function`` gives.

    Args:
        values: The values, by replica.
    """

    def __init__(self, values: tuple[Any, ...]) -> None:
        self.values = values

    def __repr__(self) -> str:
        lines = "\n".join(f"  {index}: {value}" for index, value in enumerate(self.values))
        return f"PerReplica:{{\n{lines}\n}}"


def local(value: Any) -> tuple[Any, ...]:
    """The values of all replicas that ``value`` stands for."""
    return value.values if isinstance(value, DistributedValues) else (value,)


def of_replica(value: Any) -> Any:
    """What the one replica sees of ``value``, where it is a leaf of a nest of arguments."""
    return value.values[0] if isinstance(value, DistributedValues) else value
