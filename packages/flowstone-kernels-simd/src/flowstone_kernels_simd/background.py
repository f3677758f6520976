"""Compilation beside the program: a call waits for it a moment, then kernels serve until it is ready.

A compilation cannot be stopped; at the end of the process the running ones are waited for, and no other begins.
"""

from __future__ import annotations

import atexit
import os
import threading
from collections.abc import Callable

_turn = threading.Semaphore(1)
_running: set[threading.Thread] = set()
_ending = threading.Event()


def start(job: Callable[[], None]) -> threading.Event:
    """Do a job in a thread of its own, one at a time; the event is set when it is done."""
    done = threading.Event()
    turn = _turn

    def work() -> None:
        try:
            with turn:
                if not _ending.is_set():
                    job()
        finally:
            done.set()
            _running.discard(threading.current_thread())

    thread = threading.Thread(target=work, name="flowstone compiler", daemon=True)
    _running.add(thread)
    thread.start()
    return done


def wait() -> None:
    """Wait until everything is compiled that was asked for."""
    for thread in list(_running):
        thread.join()


def _end() -> None:
    _ending.set()
    wait()


def _forget() -> None:
    """After a fork: threads do not survive it."""
    global _turn
    _turn = threading.Semaphore(1)
    _running.clear()


atexit.register(_end)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
