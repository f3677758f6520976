"""Cluster resolvers: who knows which machines work together."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from typing import Any

Tasks = Mapping[str, Sequence[str]]


class ClusterSpec:
    """The addresses of a cluster's tasks, by job.

    Args:
        cluster: For example ``{"worker": ["host:port"]}``.
    """

    def __init__(self, cluster: Tasks | ClusterSpec) -> None:
        jobs = cluster.as_dict() if isinstance(cluster, ClusterSpec) else cluster
        self._jobs = {job: list(tasks) for job, tasks in jobs.items()}

    def as_dict(self) -> dict[str, list[str]]:
        """The addresses, by job."""
        return {job: list(tasks) for job, tasks in self._jobs.items()}

    @property
    def jobs(self) -> list[str]:
        """The names of the jobs."""
        return list(self._jobs)

    def num_tasks(self, job_name: str) -> int:
        """How many tasks a job has.

        Raises:
            ValueError: There is no such job.
        """
        return len(self.job_tasks(job_name))

    def job_tasks(self, job_name: str) -> list[str]:
        """The addresses of a job's tasks.

        Raises:
            ValueError: There is no such job.
        """
        if job_name not in self._jobs:
            raise ValueError(f"The cluster has no job {job_name!r}; it has {self.jobs}.")
        return list(self._jobs[job_name])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ClusterSpec) and self._jobs == other._jobs

    __hash__ = None  # type: ignore[assignment]

    def __bool__(self) -> bool:
        return bool(self._jobs)

    def __repr__(self) -> str:
        return f"ClusterSpec({self._jobs!r})"


class ClusterResolver:
    """The base class: a cluster's addresses and this process's place in it."""

    task_type: str | None = None
    task_id: int | None = None
    environment: str = ""

    def cluster_spec(self) -> ClusterSpec:
        """The cluster."""
        raise NotImplementedError(f"{type(self).__name__} does not say what its cluster is: override cluster_spec().")

    def master(self, task_type: str | None = None, task_id: int | None = None, rpc_layer: str | None = None) -> str:
        """The address of a task; empty on one machine."""
        if task_type is None or task_id is None:
            return ""
        address = self.cluster_spec().job_tasks(task_type)[task_id]
        return f"{rpc_layer}://{address}" if rpc_layer else address


class SimpleClusterResolver(ClusterResolver):
    """Knows what it is told.

    Args:
        cluster_spec: The cluster.
        master: The address of its master.
        task_type: This process's job.
        task_id: Its number there.
        environment: What kind of place it runs in.
        num_accelerators: How many accelerators a task has, by type.
        rpc_layer: The protocol of addresses.
    """

    def __init__(
        self,
        cluster_spec: ClusterSpec,
        master: str = "",
        task_type: str | None = None,
        task_id: int | None = None,
        environment: str = "",
        num_accelerators: Any = None,
        rpc_layer: str | None = None,
    ) -> None:
        self._spec, self._master = cluster_spec, master
        self.task_type, self.task_id, self.environment = task_type, task_id, environment

    def cluster_spec(self) -> ClusterSpec:
        """The cluster."""
        return self._spec


class TFConfigClusterResolver(ClusterResolver):
    """Reads the environment variable ``TF_CONFIG``, in JSON: ``{"cluster": {...}, "task": {"type": ..., "index": ...}}``."""

    def __init__(
        self,
        task_type: str | None = None,
        task_id: int | None = None,
        rpc_layer: str | None = None,
        environment: str | None = None,
    ) -> None:
        config = json.loads(os.environ.get("TF_CONFIG") or "{}")
        task = config.get("task", {})
        self._spec = ClusterSpec(config.get("cluster", {}))
        self.task_type = task.get("type") if task_type is None else task_type
        index = task.get("index") if task_id is None else task_id
        self.task_id = None if index is None else int(index)
        self.environment = environment or config.get("environment", "")

    def cluster_spec(self) -> ClusterSpec:
        """The cluster."""
        return self._spec


class TPUClusterResolver(ClusterResolver):
    """Finds a TPU, which this machine has not.

    Raises:
        ValueError: Always, as TensorFlow does where there is no TPU: programs catch it to go on without.
    """

    def __init__(
        self,
        tpu: Any = None,
        zone: str | None = None,
        project: str | None = None,
        job_name: str = "worker",
        coordinator_name: str | None = None,
        coordinator_address: str | None = None,
        credentials: Any = "default",
        service: Any = None,
        discovery_url: str | None = None,
    ) -> None:
        raise ValueError(
            "There is no TPU here: flowstone runs on this machine's CPU. Go on with tf.distribute.get_strategy()."
        )
