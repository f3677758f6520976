"""The compiler that joins plans: which nodes it takes, and what runs in their place.

A part is compiled for the shapes that it is called with, when it is called with them a second time (a function that
runs once is not worth compiling). That call waits for a short compilation; during a long one, before it, and wherever
something is not as expected, kernels execute the part.
"""

from __future__ import annotations

import ctypes
import logging
import os
import threading
from contextlib import ExitStack
from typing import Any

import numpy
from flowstone_core import dtypes
from flowstone_core.config import is_op_determinism_enabled
from flowstone_graphfn.compilers import Executable, Part
from flowstone_graphfn.graph import Node

from flowstone_kernels_simd import background, cache, program, rules, threads
from flowstone_kernels_simd.cpu import cpu
from flowstone_kernels_simd.handles import from_outside, pack, unpack, written
from flowstone_kernels_simd.ir import NARROW
from flowstone_kernels_simd.lowering import Lowering, refuse_tensor
from flowstone_kernels_simd.program import Program
from flowstone_kernels_simd.trifles import trifling
from flowstone_kernels_simd.values import Unsupported

WHEN_VARIABLE = "FLOWSTONE_SIMD_COMPILE"
"""The environment variable that says when parts are compiled: ``auto``, ``always`` (at once) or ``never``."""


STALL = 0.5
"""How many seconds a call waits for its code, if nothing else is said."""

STALL_VARIABLE = "FLOWSTONE_SIMD_WAIT"
"""The environment variable with the seconds that a call waits for its code at most; kernels serve meanwhile."""

MOST_NODES = 20_000
"""Larger parts are left to kernels: they would take minutes to compile."""


def at_once() -> bool:
    """Whether to compile at the first call, not only once that pays.

    So it is under ``tf.config.experimental.enable_op_determinism``: a result must not depend on how often something ran
    before, such as in a process that goes on from a checkpoint.
    """
    return os.environ.get(WHEN_VARIABLE) == "always" or is_op_determinism_enabled()


def stall() -> float:
    """How many seconds a call waits for code before kernels execute it meanwhile."""
    try:
        return float(os.environ[STALL_VARIABLE])
    except (KeyError, ValueError):
        return STALL


MOST = 32
"""How many combinations of shapes one part is compiled for; those that come later are executed by kernels."""

_log = logging.getLogger("flowstone.compilers")


class SimdCompiler:
    """What ``flowstone_compilers`` names."""

    def __init__(self) -> None:
        self._unusable = program.probe()

    def refuse(self, node: Node) -> str | None:
        """Why a node is not compiled."""
        name = node.op.name
        if name not in rules.RULES:
            return f"{name} is not compiled"
        for tensor in (*node.flat_inputs(), *node.outputs):
            reason = refuse_tensor(tensor)
            if reason is not None:
                return reason
            if tensor.dtype.name in NARROW and name not in rules.TAKES_NARROW:
                return f"{tensor.dtype.name} is not compiled for {name}"
        if from_outside(node):
            return "a list that comes from outside"
        refusal = rules.REFUSALS.get(name)
        return refusal(node) if refusal is not None else None

    def compile(self, part: Part) -> Executable | str:
        """Something that runs the part, compiled once that pays."""
        if self._unusable:
            return self._unusable
        when = os.environ.get(WHEN_VARIABLE, "auto")
        if when == "never":
            return f"{WHEN_VARIABLE}=never"
        if len(part.nodes) < 2 and part.nodes[0].op.name not in _LOOPS and when != "always":
            return "a single node"
        if when != "always" and trifling(part):
            return "little work on few numbers: kernels are faster than a call"
        if len(part.nodes) > MOST_NODES:
            return f"more than {MOST_NODES} nodes"
        runner = Runner(part, 0 if at_once() else 1)
        resources = [tensor for tensor in part.inputs if tensor.dtype is dtypes.resource]
        writes = written(part.nodes)
        return Executable(
            runner.run,
            reads=tuple(resources),
            writes=tuple(tensor for tensor in resources if id(tensor) in writes),
            note=f"{len(part.nodes)} nodes, {cpu().isa}",
            state=runner.state,
        )

    def summary(self) -> str:
        """One line for ``flowstone doctor``."""
        where = cache.folder()
        size = sum(status.st_size for _, status in cache.entries(where)) if where is not None else 0
        held = "no cache" if where is None else f"{size / 2**20:.1f} MiB of code in {where}"
        return self._unusable or f"{cpu().isa}, {threads.pool().threads} threads, {held}"


_LOOPS = frozenset({"While", "StatelessWhile"})

COMPILER = SimdCompiler()


class Runner:
    """Runs a part: natively where it has been compiled for the shapes at hand.

    Args:
        part: The part.
        patience: How many calls with the same shapes kernels execute before it is compiled.
    """

    def __init__(self, part: Part, patience: int) -> None:
        self.part = part
        self.patience = patience
        self.programs: dict[Any, Program | None] = {}
        self.calls: dict[Any, int] = {}
        self.failure = ""
        self._compiling = threading.Lock()
        self._asking = threading.Lock()
        self._jobs: dict[Any, threading.Event] = {}
        self._states = [i for i, tensor in enumerate(part.inputs) if tensor.dtype is dtypes.resource]
        self._lists = [i for i, tensor in enumerate(part.inputs) if tensor.dtype is dtypes.variant]
        self._lists_out = any(tensor.dtype is dtypes.variant for tensor in part.outputs)
        changed = written(part.nodes)
        self._written = [i for i in self._states if id(part.inputs[i]) in changed]
        self._types = [
            numpy.dtype((tensor._spec.handle[0].dtype if tensor.dtype.is_handle else tensor.dtype).numpy_dtype)
            for tensor in part.inputs
        ]

    def state(self) -> str:
        """What has become of the part so far, in words."""
        ready = sum(found is not None for found in self.programs.values())
        words = [f"in use for {ready} combination{'s' * (ready != 1)} of shapes"] if ready else []
        if self.failure:
            words.append(f"kernels execute it: {self.failure}")
        return ", ".join(words) or "waiting for a second call"

    def run(self, *given: Any) -> Any:
        """The outputs for arrays and the states of variables."""
        arrays = list(given)
        for index in self._states:
            arrays[index] = given[index].array
            if arrays[index] is None:
                return self.part.plain(*given)
        for index in self._lists:
            arrays[index] = pack(given[index])
            if arrays[index] is None:
                return self.part.plain(*given)
        key = tuple([array.shape for array in arrays])
        native = self.programs.get(key)
        if native is None:
            native = self._find(key)
            if native is None:
                return self.part.plain(*given)
        for index, kind in enumerate(self._types):
            if arrays[index].dtype is not kind and arrays[index].dtype != kind:
                return self.part.plain(*given)
        pool = pool_array()
        if not self._written:
            outputs = native.run(arrays, pool)
        else:
            outputs = self._run_with_locks(native, given, arrays, pool)
        if outputs is None:
            return self._again(native, given, arrays, pool)
        return unpack(self.part.outputs, outputs) if self._lists_out else outputs

    def _run_with_locks(self, native: Program, given: Any, arrays: list[Any], pool: Any) -> Any:
        """Hold the locks of the variables that are written, always in the same order."""
        states = {id(given[index]): given[index] for index in self._states}
        if len(states) < len(self._states):
            return None  # one variable under two names
        with ExitStack() as locks:
            for index in sorted(self._written, key=lambda index: id(given[index])):
                locks.enter_context(given[index].lock)
            for index in self._written:
                state = given[index]
                if state.array is None or state.array.shape != arrays[index].shape:
                    return None
                if not state.array.flags.c_contiguous or not state.array.flags.writeable:
                    state.escaped = True
                arrays[index] = state.mutable()
            return native.run(arrays, pool)

    def _again(self, native: Program, given: Any, arrays: list[Any], pool: Any) -> Any:
        """What the native code would not take: arrays that are not contiguous are copied once; kernels do the rest."""
        scattered = [i for i, array in enumerate(arrays) if not (array.flags.c_contiguous and array.flags.aligned)]
        if scattered and not self._written:
            copied = [numpy.require(array, requirements=["C", "A"]) for array in arrays]
            outputs = native.run(copied, pool)
            if outputs is not None:
                return unpack(self.part.outputs, outputs)
        return self.part.plain(*given)

    def _find(self, key: Any) -> Program | None:
        """The program for these shapes, if there is one or it is time to compile it."""
        if key in self.programs or len(self.programs) >= MOST:
            return None
        calls = self.calls[key] = self.calls.get(key, 0) + 1
        if calls <= self.patience:
            if len(self.calls) > 16 * MOST:
                self.calls.clear()
            return None
        if self.patience == 0:
            self._make(key)
            return self.programs[key]
        with self._asking:
            job = self._jobs.get(key)
            if job is None and key not in self.programs:
                job = self._jobs[key] = background.start(lambda: self._make(key))
                first = True
            else:
                first = False
        if first and job is not None:
            job.wait(stall())
        return self.programs.get(key)

    def _make(self, key: Any) -> None:
        """Compile the part for these shapes, unless that is done."""
        with self._compiling:
            if key not in self.programs:
                self.programs[key] = self._compile(key)
        self._jobs.pop(key, None)

    def _compile(self, key: Any) -> Program | None:
        try:
            made = Lowering(self.part, key).program()
            made.load(f"{self.part.name}, {len(self.part.nodes)} nodes")
        except Unsupported as reason:
            self.failure = str(reason)
            _log.debug("%s: %s", self.part.name, reason)
            return None
        except Exception as error:
            if os.environ.get(WHEN_VARIABLE) == "always":
                raise
            self.failure = f"{type(error).__name__}: {error}"
            _log.warning("compiling %r failed; kernels execute it. %s", self.part.name, self.failure)
            return None
        return made


def pool_array() -> Any:
    """An array whose memory is the state of the thread pool that the configuration asks for."""
    found = threads.pool(threads.wanted())
    if found.array is None:
        found.array = numpy.ctypeslib.as_array((ctypes.c_uint8 * 512).from_address(found.address))
    return found.array
