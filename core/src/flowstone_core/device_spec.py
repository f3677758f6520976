"""``tf.DeviceSpec``: the parts of a device's name."""

from __future__ import annotations

from typing import Any

_PARTS = ("job", "replica", "task", "device_type", "device_index")


class DeviceSpec:
    """A device by job, replica, task, type and number, each of which may be left open.

    >>> tf.DeviceSpec(job="worker", device_type="CPU", device_index=0).to_string()
    '/job:worker/device:CPU:0'

    Args:
        job: The name of a job.
        replica: The number of a replica.
        task: The number of a task.
        device_type: ``"CPU"``, ``"GPU"``, ...
        device_index: The number of the device.
    """

    __slots__ = ("_values",)

    def __init__(
        self,
        job: str | None = None,
        replica: int | None = None,
        task: int | None = None,
        device_type: str | None = None,
        device_index: int | None = None,
    ) -> None:
        self._values = (
            None if job is None else str(job),
            None if replica is None else int(replica),
            None if task is None else int(task),
            None if device_type is None else str(device_type).upper(),
            None if device_index is None else int(device_index),
        )

    @property
    def job(self) -> str | None:
        """The job."""
        return self._values[0]

    @property
    def replica(self) -> int | None:
        """The number of the replica."""
        return self._values[1]

    @property
    def task(self) -> int | None:
        """The number of the task."""
        return self._values[2]

    @property
    def device_type(self) -> str | None:
        """The type."""
        return self._values[3]

    @property
    def device_index(self) -> int | None:
        """The number."""
        return self._values[4]

    @classmethod
    def from_string(cls, spec: str) -> DeviceSpec:
        """The parts of a name such as ``"/job:worker/task:1/device:CPU:0"`` or ``"/cpu:0"``.

        Raises:
            ValueError: If it is no such name.
        """
        found: dict[str, Any] = {}
        for part in filter(None, (spec or "").split("/")):
            fields = part.split(":")
            kind = fields[0].lower()
            if kind in ("job", "replica", "task") and len(fields) == 2:
                found[kind] = fields[1]
            elif kind == "device" and len(fields) in (2, 3):
                found["device_type"] = fields[1]
                found["device_index"] = None if fields[2:] in ([], ["*"]) else fields[2]
            elif kind in ("cpu", "gpu", "tpu") and len(fields) == 2:
                if "device_type" in found:
                    raise ValueError(f"Multiple device types are not allowed while parsing the device spec: {spec!r}.")
                found["device_type"] = kind
                found["device_index"] = None if fields[1] == "*" else fields[1]
            else:
                raise ValueError(
                    f"Unknown attribute {fields[0]!r} is encountered while parsing the device spec: {spec!r}."
                )
        return cls(**found)

    def parse_from_string(self, spec: str) -> DeviceSpec:
        """A new spec from a name; see ``from_string``."""
        return self.from_string(spec)

    def make_merged_spec(self, dev: DeviceSpec) -> DeviceSpec:
        """This spec with what ``dev`` says in its place."""
        pairs = zip(_PARTS, self._values, dev._values, strict=True)
        return type(self)(**{name: mine if theirs is None else theirs for name, mine, theirs in pairs})  # type: ignore[arg-type]

    def replace(self, **kwargs: Any) -> DeviceSpec:
        """This spec with some parts replaced."""
        return type(self)(**{**dict(zip(_PARTS, self._values, strict=True)), **kwargs})

    def to_string(self) -> str:
        """The name."""
        text = "".join(
            f"/{name}:{value}" for name, value in zip(_PARTS[:3], self._values[:3], strict=True) if value is not None
        )
        if self.device_type is not None:
            text += f"/device:{self.device_type}:{'*' if self.device_index is None else self.device_index}"
        return text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DeviceSpec) and self._values == other._values

    def __hash__(self) -> int:
        return hash(self._values)

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={value}" for name, value in zip(_PARTS, self._values, strict=True))
        return f"<DeviceSpec({shown})>"
