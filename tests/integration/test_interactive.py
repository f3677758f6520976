"""Functions typed at Python's prompt, in a terminal of their own."""

from __future__ import annotations

import os
import select
import signal
import sys
import time

import pytest

pty = pytest.importorskip("pty", reason="terminals of this kind are POSIX's")
pytest.importorskip("readline", reason="the prompt of Python 3.11 and 3.12 keeps what is typed only with readline")

TYPED = """\
import flowstone as tf
@tf.function
def f(x):
    if x > 0:
        return x * 2
    return -x

print('first', f(tf.constant(3)).numpy(), f(tf.constant(-4)).numpy())
g = tf.function(lambda x: x if x > 5 else tf.constant(5))
print('second', g(tf.constant(1)).numpy())
exit()
"""


def test_functions_typed_at_the_prompt() -> None:
    child, terminal = pty.fork()
    if child == 0:  # pragma: no cover - another process
        os.environ["TERM"] = "dumb"
        os.execv(sys.executable, [sys.executable, "-q"])
    shown = b""
    waiting = TYPED.splitlines(keepends=True)
    end = time.monotonic() + 120
    try:
        while time.monotonic() < end:
            if not select.select([terminal], [], [], 1.0)[0]:
                continue
            shown += os.read(terminal, 65536)
            if waiting and shown.endswith((b">>> ", b"... ")):
                os.write(terminal, waiting.pop(0).encode())
    except OSError:  # the other side has gone
        pass
    finally:
        os.kill(child, signal.SIGKILL)
        os.close(terminal)
        os.waitpid(child, 0)
    assert b"\nfirst 6 4" in shown, shown.decode()
    assert b"\nsecond 5" in shown, shown.decode()
