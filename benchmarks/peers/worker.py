"""A contestant: a process that makes the programs of rows and runs bursts of calls, as told on its standard input.

    python -m peers.worker CONTESTANT

Requests and answers are lines of JSON. ``{"do": "make", "row": ...}`` makes a program, calls it once and answers with
the seconds that took and a fingerprint of the result; ``{"do": "burst", "calls": n}`` times ``n`` calls;
``{"do": "memory"}`` tells the most memory that the process had.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

Maker = Callable[[str], Callable[[], Any]]
CONTESTANTS = ("simd", "numpy", "tensorflow", "xla", "torch", "torch.compile", "jax")
PACKAGES = {"xla": "tensorflow", "torch.compile": "torch", "simd": "flowstone_kernels_simd", "numpy": "flowstone"}
"""The package that a contestant needs, where it is not called like the contestant."""

CLOCK = time.process_time if os.environ.get("PEERS_CLOCK") == "processor" else time.perf_counter
"""What bursts are timed with."""

SHORT = 5e-3
"""Calls shorter than these seconds are preceded by one that is not timed: the others had the caches."""


def settings(contestant: str, caches: str) -> dict[str, str]:
    """The environment variables of a contestant, with ``caches`` as the folder for what it keeps on disk."""
    kernels = {"FLOWSTONE_KERNELS": "simd,numpy" if contestant == "simd" else "numpy"}
    return kernels | {
        "FLOWSTONE_SIMD_COMPILE": "always",  # at the first call, and not when a few have been made
        "FLOWSTONE_CACHE": f"{caches}/flowstone",
        "TORCHINDUCTOR_CACHE_DIR": f"{caches}/torch",
        "TORCHINDUCTOR_COMPILE_THREADS": "1",
        "JAX_COMPILATION_CACHE_DIR": f"{caches}/jax",
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
        "JAX_PLATFORMS": "cpu",
        "CUDA_VISIBLE_DEVICES": "",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "PYTHONWARNINGS": "ignore",
    }


def maker(contestant: str, threads: int) -> Maker:
    """What makes a contestant's programs; imports its framework."""
    if contestant in ("torch", "torch.compile"):
        pytorch = importlib.import_module("peers.in_pytorch")
        pytorch.torch.set_num_threads(threads)
        return lambda row: pytorch.make(row, contestant == "torch.compile")
    if contestant == "jax":
        return importlib.import_module("peers.in_jax").make
    tensorflow = importlib.import_module("peers.in_tensorflow")
    if contestant in ("simd", "numpy"):
        flowstone = importlib.import_module("flowstone")
        return lambda row: tensorflow.make(flowstone, row)
    tf = importlib.import_module("tensorflow")
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)
    return lambda row: tensorflow.make(tf, row, **({"jit_compile": True} if contestant == "xla" else {}))


def fingerprint(result: Any) -> list[float]:
    """A few numbers from each array of a result that change if its elements do or swap places."""
    if isinstance(result, Mapping):
        result = [result[key] for key in sorted(result)]
    if isinstance(result, (list, tuple)):
        return [number for item in result for number in fingerprint(item)]
    array = np.asarray(result.detach() if hasattr(result, "detach") else result, np.float64).ravel()
    return [float(array.size), float(np.abs(array).mean()), float(np.mean(array * np.cos(np.arange(array.size))))]


class Worker:
    """One contestant's programs, one at a time."""

    def __init__(self, make: Maker) -> None:
        self.make_program = make
        self.program: Callable[[], Any] = lambda: None

    def make(self, row: str) -> dict[str, Any]:
        """Make the program of a row and call it once."""
        self.program = lambda: None
        gc.collect()
        start = time.perf_counter()
        try:
            program = self.make_program(row)
            built = time.perf_counter()
            result = program()
        except NotImplementedError as error:
            return {"skipped": str(error)}
        except Exception as error:  # noqa: BLE001 - whatever a framework raises is the row's entry in the table
            return {"failed": f"{type(error).__name__}: {str(error)[:300]}"}
        self.program = program
        end = time.perf_counter()
        program()
        middle = time.perf_counter()
        program()
        once = time.perf_counter() - middle
        return {"build": built - start, "first": end - built, "once": once, "fingerprint": fingerprint(result)}

    def burst(self, calls: int) -> dict[str, Any]:
        """Time ``calls`` calls."""
        program, numbers = self.program, range(calls)
        start = CLOCK()
        program()
        if CLOCK() - start < SHORT or calls > 1:
            start = CLOCK()
            for _ in numbers:
                program()
        return {"seconds": (CLOCK() - start) / calls}

    def memory(self) -> dict[str, Any]:
        """The most memory that this process had, in megabytes."""
        resource = importlib.import_module("resource")
        return {"megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def main() -> None:
    """Serve until standard input ends."""
    contestant, threads = sys.argv[1], int(sys.argv[2])
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever a framework prints goes to the log
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])
    start = time.perf_counter()
    worker = Worker(maker(contestant, threads))
    print(json.dumps({"ready": time.perf_counter() - start, **worker.memory()}), file=answers, flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        answer = getattr(worker, request.pop("do"))(**request)
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
