"""What the machine can do at most: multiply-adds by second, and bytes moved by second.

Multiply-adds are measured with a loop of independent vector instructions that llvmlite compiles, where it is
installed, and otherwise with numpy's matrix product; bytes with numpy's addition, in arrays as large as the rows'.
All threads work at once.
"""

from __future__ import annotations

import ctypes
import importlib
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from typing import Any

import numpy as np

CHAINS = 24
"""Independent sums: enough to hide the latency of a multiply-add in two pipelines."""

ELEMENTS = 1024 * 1024
"""The float32 elements of an array of the elementwise rows."""


def _loop(lanes: int) -> str:
    """LLVM IR of ``n`` rounds of ``CHAINS`` multiply-adds of vectors with ``lanes`` elements."""
    vector = f"<{lanes} x float>"
    start = "".join(f"  %a{k} = phi {vector} [ zeroinitializer, %entry ], [ %b{k}, %loop ]\n" for k in range(CHAINS))
    steps = "".join(
        f"  %b{k} = call {vector} @llvm.fma.v{lanes}f32({vector} %x, {vector} %x, {vector} %a{k})\n"
        for k in range(CHAINS)
    )
    total = "".join(f"  %t{k} = fadd {vector} %{f't{k - 1}' if k > 1 else 'b0'}, %b{k}\n" for k in range(1, CHAINS))
    return f"""
declare {vector} @llvm.fma.v{lanes}f32({vector}, {vector}, {vector})
define void @f(i64 %n, ptr %p) {{
entry:
  %x = load {vector}, ptr %p, align 4
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %j, %loop ]
{start}{steps}  %j = add i64 %i, 1
  %more = icmp ult i64 %j, %n
  br i1 %more, label %loop, label %out
out:
{total}  store {vector} %t{CHAINS - 1}, ptr %p, align 4
  ret void
}}
"""


def _together(work: Callable[[int], Any], threads: int, repeats: int = 15) -> float:
    """The least seconds that ``threads`` threads take for ``work``, each with its number."""
    best = np.inf
    with ThreadPoolExecutor(threads) as pool:
        for _ in range(repeats):
            start = time.perf_counter()
            list(pool.map(work, range(threads)))
            best = min(best, time.perf_counter() - start)
    return best


def flops(threads: int) -> float:
    """Floating-point operations by second in float32, a multiply-add counted as two."""
    if not find_spec("llvmlite"):
        x = np.ones([2048, 2048], np.float32)
        return 2.0 * 2048**3 / _together(lambda _: x @ x, 1, repeats=5)
    llvm = importlib.import_module("llvmlite.binding")
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    best, rounds = 0.0, 200_000
    for lanes in (4, 8, 16):
        machine = llvm.Target.from_default_triple().create_target_machine(
            cpu=llvm.get_host_cpu_name(), features=llvm.get_host_cpu_features().flatten(), opt=2
        )
        engine = llvm.create_mcjit_compiler(llvm.parse_assembly(_loop(lanes)), machine)  # takes the machine over
        engine.finalize_object()
        call = ctypes.CFUNCTYPE(None, ctypes.c_int64, ctypes.c_void_p)(engine.get_function_address("f"))
        values = [np.zeros(lanes, np.float32) for _ in range(threads)]
        seconds = _together(lambda thread, call=call, values=values: call(rounds, values[thread].ctypes.data), threads)
        best = max(best, 2.0 * lanes * CHAINS * rounds * threads / seconds)
    return best


def traffic(threads: int) -> float:
    """Bytes read and written by second, where three arrays as large as the rows' take part."""
    x, y, z = (np.ones(ELEMENTS, np.float32) for _ in range(3))
    part = -(-ELEMENTS // threads)

    def work(thread: int) -> None:
        mine = slice(thread * part, (thread + 1) * part)
        for _ in range(10):
            np.add(x[mine], y[mine], out=z[mine])

    return 10 * 3.0 * 4 * ELEMENTS / _together(work, threads)
