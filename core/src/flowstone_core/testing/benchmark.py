"""``tf.test.Benchmark``: measures and reports."""

from __future__ import annotations

import inspect
import json
import time
from typing import Any, NoReturn

from flowstone_core.testing.evaluate import evaluated


class Benchmark:
    """The base of benchmarks: a subclass has methods ``benchmark_*`` that call ``report_benchmark``."""

    @classmethod
    def is_abstract(cls) -> bool:
        """Whether this is the base itself."""
        return cls is Benchmark

    def evaluate(self, tensors: Any) -> Any:
        """A nest of tensors as a nest of numpy values."""
        return evaluated(tensors)

    def report_benchmark(
        self,
        iters: int | None = None,
        cpu_time: float | None = None,
        wall_time: float | None = None,
        throughput: float | None = None,
        extras: dict[str, Any] | None = None,
        name: str | None = None,
        metrics: list[dict[str, Any]] | None = None,
    ) -> None:
        """Print what was measured as one line of JSON.

        Args:
            iters: How often it ran.
            cpu_time: Seconds of processor time for each.
            wall_time: Seconds for each.
            throughput: Megabytes a second.
            extras: Other numbers and texts by name.
            name: The name; that of the calling method if None.
            metrics: Dictionaries with ``name``, ``value``, ``min_value`` and ``max_value``.
        """
        found = {
            "iters": iters,
            "cpu_time": cpu_time,
            "wall_time": wall_time,
            "throughput": throughput,
            "extras": extras,
            "metrics": metrics,
        }
        line = {"name": name or self._caller()} | {key: value for key, value in found.items() if value is not None}
        print(json.dumps(line, default=str), flush=True)

    def _caller(self) -> str:
        methods = (frame.function for frame in inspect.stack() if frame.frame.f_locals.get("self") is self)
        named = next((method for method in methods if method.startswith("benchmark")), "benchmark")
        return f"{type(self).__name__}.{named}"

    def run_op_benchmark(
        self,
        sess: Any,
        op_or_tensor: Any,
        feed_dict: Any = None,
        burn_iters: int = 2,
        min_iters: int = 10,
        store_trace: bool = False,
        store_memory_usage: bool = True,
        name: str | None = None,
        extras: dict[str, Any] | None = None,
        mbs: float = 0,
    ) -> dict[str, Any]:
        """Call a function several times; report and return the median of the times.

        Raises:
            NotImplementedError: If ``op_or_tensor`` is no function: eager tensors cannot be run again.
        """
        if not callable(op_or_tensor) or feed_dict:
            raise NotImplementedError("Benchmark a function: eager tensors cannot be run again, and nothing is fed.")
        times = []
        for _ in range(burn_iters + min_iters):
            begin = time.perf_counter()
            evaluated(op_or_tensor())
            times.append(time.perf_counter() - begin)
        times = sorted(times[burn_iters:])
        median = times[len(times) // 2] if times else 0.0
        throughput = mbs / median if median else 0.0
        self.report_benchmark(min_iters, None, median, throughput or None, extras, name)
        return {"iters": min_iters, "wall_time": median, "throughput": throughput, "extras": extras or {}}


def benchmark_config() -> NoReturn:
    """Raise: there are no sessions to configure.

    Raises:
        NotImplementedError: Always.
    """
    raise NotImplementedError("Benchmarks run eagerly or in tf.function: there is no session to configure.")
