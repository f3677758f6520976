"""The thread pool: work items are claimed by compare-and-swap, and nobody waits for a worker that has not started.

Workers are Python threads that are parked in machine code without the interpreter's lock. Whoever has work to
spread publishes it, wakes the sleepers, and works through it itself; on a busy machine it simply does everything. One
caller at a time has the pool; others work alone. Workers sleep on a futex (Linux), or on a POSIX condition variable
(macOS and other Unixes); elsewhere (Windows) there are none, and everything runs on the thread that calls.

The state is 64-byte lines of 64-bit words: ticket (epoch and chunks left), finished chunks, the job (function,
table, count, grain, chunks, epoch), the number that sleepers wait for with the count of sleepers, a stop flag, the
number of workers, and whether the pool is taken; then a mutex and a condition variable, where they are used.
"""

from __future__ import annotations

import ctypes
import os
import platform
import sys
import threading
from typing import Any

from flowstone_core import config

from flowstone_kernels_simd import native

_FUTEX = {"x86_64": 202, "aarch64": 98}
_SPINS = 2000

_FUTEX_TEXT = """
declare i64 @syscall(i64, ...)

define internal void @park(ptr %p, i32 %seen) #0 {
  %s = getelementptr i8, ptr %p, i64 192
  %r = call i64 (i64, ...) @syscall(i64 FUTEX, ptr %s, i64 128, i32 %seen, ptr null, ptr null, i64 0)
  ret void
}

define internal void @wake(ptr %p) #0 {
  %s = getelementptr i8, ptr %p, i64 192
  %r = call i64 (i64, ...) @syscall(i64 FUTEX, ptr %s, i64 129, i64 1000000, ptr null, ptr null, i64 0)
  ret void
}

define void @flowstone_prepare(ptr %p) {
  ret void
}
"""
"""Sleeping and waking by the kernel's futex."""

_POSIX_TEXT = """
declare i32 @pthread_mutex_init(ptr, ptr)
declare i32 @pthread_mutex_lock(ptr)
declare i32 @pthread_mutex_unlock(ptr)
declare i32 @pthread_cond_init(ptr, ptr)
declare i32 @pthread_cond_wait(ptr, ptr)
declare i32 @pthread_cond_broadcast(ptr)

define internal void @park(ptr %p, i32 %seen) #0 {
entry:
  %s = getelementptr i8, ptr %p, i64 192
  %m = getelementptr i8, ptr %p, i64 512
  %c = getelementptr i8, ptr %p, i64 640
  %locked = call i32 @pthread_mutex_lock(ptr %m)
  br label %look
look:
  %now = load atomic i32, ptr %s seq_cst, align 4
  %same = icmp eq i32 %now, %seen
  br i1 %same, label %sleep, label %out
sleep:
  %slept = call i32 @pthread_cond_wait(ptr %c, ptr %m)
  br label %look
out:
  %unlocked = call i32 @pthread_mutex_unlock(ptr %m)
  ret void
}

define internal void @wake(ptr %p) #0 {
  %m = getelementptr i8, ptr %p, i64 512
  %c = getelementptr i8, ptr %p, i64 640
  %locked = call i32 @pthread_mutex_lock(ptr %m)
  %told = call i32 @pthread_cond_broadcast(ptr %c)
  %unlocked = call i32 @pthread_mutex_unlock(ptr %m)
  ret void
}

define void @flowstone_prepare(ptr %p) {
  %m = getelementptr i8, ptr %p, i64 512
  %c = getelementptr i8, ptr %p, i64 640
  %one = call i32 @pthread_mutex_init(ptr %m, ptr null)
  %two = call i32 @pthread_cond_init(ptr %c, ptr null)
  ret void
}
"""
"""Sleeping and waking by a mutex and a condition variable."""

_TEXT = """
declare i32 @sched_yield()

define internal void @chunks(ptr %p) #0 {
entry:
  br label %look
look:
  %ticket = load atomic i64, ptr %p acquire, align 8
  %left = and i64 %ticket, 4294967295
  %none = icmp eq i64 %left, 0
  br i1 %none, label %out, label %claim
claim:
  %less = sub i64 %ticket, 1
  %pair = cmpxchg ptr %p, i64 %ticket, i64 %less acq_rel monotonic
  %mine = extractvalue { i64, i1 } %pair, 1
  br i1 %mine, label %work, label %look
work:
  %j0 = getelementptr i8, ptr %p, i64 128
  %function = load ptr, ptr %j0
  %j1 = getelementptr i8, ptr %p, i64 136
  %table = load ptr, ptr %j1
  %j2 = getelementptr i8, ptr %p, i64 144
  %count = load i64, ptr %j2
  %j3 = getelementptr i8, ptr %p, i64 152
  %grain = load i64, ptr %j3
  %number = sub i64 %left, 1
  %low = mul i64 %number, %grain
  %end = add i64 %low, %grain
  %over = icmp sgt i64 %end, %count
  %high = select i1 %over, i64 %count, i64 %end
  call void %function(ptr %table, i64 %low, i64 %high)
  %d = getelementptr i8, ptr %p, i64 64
  %was = atomicrmw add ptr %d, i64 1 acq_rel
  br label %look
out:
  ret void
}

define void @flowstone_parallel(ptr %p, ptr %function, ptr %table, i64 %count, i64 %grain) #0 {
entry:
  %up = add i64 %count, %grain
  %up1 = sub i64 %up, 1
  %chunks = udiv i64 %up1, %grain
  %several = icmp sgt i64 %chunks, 1
  %w = getelementptr i8, ptr %p, i64 320
  %workers = load i64, ptr %w
  %anybody = icmp sgt i64 %workers, 0
  %spread = and i1 %several, %anybody
  br i1 %spread, label %take, label %alone
take:
  %b = getelementptr i8, ptr %p, i64 384
  %pair = cmpxchg ptr %b, i64 0, i64 1 acq_rel monotonic
  %mine = extractvalue { i64, i1 } %pair, 1
  br i1 %mine, label %publish, label %alone
alone:
  call void %function(ptr %table, i64 0, i64 %count)
  ret void
publish:
  %j0 = getelementptr i8, ptr %p, i64 128
  store ptr %function, ptr %j0
  %j1 = getelementptr i8, ptr %p, i64 136
  store ptr %table, ptr %j1
  %j2 = getelementptr i8, ptr %p, i64 144
  store i64 %count, ptr %j2
  %j3 = getelementptr i8, ptr %p, i64 152
  store i64 %grain, ptr %j3
  %d = getelementptr i8, ptr %p, i64 64
  store atomic i64 0, ptr %d monotonic, align 8
  %j4 = getelementptr i8, ptr %p, i64 160
  %epoch = load i64, ptr %j4
  %next = add i64 %epoch, 1
  store i64 %next, ptr %j4
  %shifted = shl i64 %next, 32
  %ticket = or i64 %shifted, %chunks
  store atomic i64 %ticket, ptr %p release, align 8
  %s = getelementptr i8, ptr %p, i64 192
  %old = atomicrmw add ptr %s, i32 1 seq_cst
  %z = getelementptr i8, ptr %p, i64 200
  %sleeping = load atomic i32, ptr %z seq_cst, align 4
  %any = icmp sgt i32 %sleeping, 0
  br i1 %any, label %wake, label %work
wake:
  call void @wake(ptr %p)
  br label %work
work:
  call void @chunks(ptr %p)
  br label %wait
wait:
  %k = phi i64 [0, %work], [%k1, %again]
  %finished = load atomic i64, ptr %d acquire, align 8
  %all = icmp eq i64 %finished, %chunks
  br i1 %all, label %out, label %spin
spin:
  %k1 = add i64 %k, 1
  %y = and i64 %k1, 255
  %yy = icmp eq i64 %y, 0
  br i1 %yy, label %yield, label %again
yield:
  %ignored = call i32 @sched_yield()
  br label %again
again:
  br label %wait
out:
  store atomic i64 0, ptr %b release, align 8
  ret void
}

define void @flowstone_worker(ptr %p, i64 %spins) #0 {
entry:
  %s = getelementptr i8, ptr %p, i64 192
  %z = getelementptr i8, ptr %p, i64 200
  %stop = getelementptr i8, ptr %p, i64 256
  br label %top
top:
  %seen = load atomic i32, ptr %s acquire, align 4
  call void @chunks(ptr %p)
  br label %spin
spin:
  %k = phi i64 [0, %top], [%k1, %more]
  %now = load atomic i32, ptr %s acquire, align 4
  %changed = icmp ne i32 %now, %seen
  br i1 %changed, label %top, label %more
more:
  %k1 = add i64 %k, 1
  %on = icmp slt i64 %k1, %spins
  br i1 %on, label %spin, label %sleep
sleep:
  %flag = load atomic i32, ptr %stop acquire, align 4
  %ending = icmp ne i32 %flag, 0
  br i1 %ending, label %out, label %park
park:
  %a = atomicrmw add ptr %z, i32 1 seq_cst
  call void @park(ptr %p, i32 %seen)
  %c = atomicrmw sub ptr %z, i32 1 seq_cst
  br label %top
out:
  ret void
}
attributes #0 = { nounwind }
"""


def parking() -> str:
    """How workers sleep here: ``"futex"``, ``"posix"``, or ``""`` if there are none."""
    if sys.platform == "linux" and platform.machine() in _FUTEX:
        return "futex"
    return "posix" if os.name == "posix" else ""


class Pool:
    """The workers of this process.

    Attributes:
        address: Where the state is: what compiled code is given.
        threads: How many threads work, the caller included.
    """

    def __init__(self, threads: int) -> None:
        self._memory = ctypes.create_string_buffer(1024)
        self.address = (ctypes.addressof(self._memory) + 63) & ~63
        self.threads = 1
        self.array: Any = None
        if threads > 1 and parking():
            ctypes.CFUNCTYPE(None, ctypes.c_void_p)(addresses()["flowstone_prepare"])(self.address)
            worker = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int64)(addresses()["flowstone_worker"])
            self._worker: Any = worker  # what ctypes calls must live as long as the threads
            for _ in range(threads - 1):
                name = "flowstone worker"
                threading.Thread(target=worker, args=(self.address, _SPINS), daemon=True, name=name).start()
            self.threads = threads
            ctypes.c_int64.from_address(self.address + 320).value = threads - 1


_addresses: dict[str, int] = {}


def addresses() -> dict[str, int]:
    """Where the pool's functions are."""
    if not _addresses:
        how = parking()
        if how:
            text = {"futex": _FUTEX_TEXT, "posix": _POSIX_TEXT}[how] + _TEXT
            text = text.replace("FUTEX", str(_FUTEX.get(platform.machine(), 0)))
            names = ["flowstone_parallel", "flowstone_worker", "flowstone_prepare"]
        else:
            text, names = _ALONE, ["flowstone_parallel"]
        _addresses.update(native.load(text, names))
    return _addresses


_ALONE = """
define void @flowstone_parallel(ptr %p, ptr %function, ptr %table, i64 %count, i64 %grain) {
  call void %function(ptr %table, i64 0, i64 %count)
  ret void
}
"""

_pools: dict[int, Pool] = {}
_lock = threading.Lock()


def processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def pool(wanted: int = 0) -> Pool:
    """The pool of a number of threads; 0 for one for each processor."""
    count = wanted or processors()
    found = _pools.get(count)
    if found is None:
        with _lock:
            found = _pools.get(count) or _pools.setdefault(count, Pool(count))
    return found


def wanted() -> int:
    """How many threads ``tf.config.threading`` asks for; 0 for as many as there are processors."""
    return config.get_intra_op_parallelism_threads()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_pools.clear)  # threads do not survive a fork
