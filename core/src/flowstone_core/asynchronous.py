"""What TensorFlow offers for ops that run later: here every op has run when its function returns."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def async_scope() -> Iterator[None]:
    """A scope whose ops may run later; they run at once, so errors come where they are made.

    >>> with tf.experimental.async_scope():
    ...     x = tf.constant(1) + 1
    """
    yield


def async_clear_error() -> None:
    """Forget an error of an op that ran later; there is none, as ops run at once."""


@contextmanager
def function_executor_type(executor_type: str | None) -> Iterator[None]:
    """A scope in which graphs are run by an executor of this name; accepted, results are the same.

    Args:
        executor_type: Such as ``"SINGLE_THREADED_EXECUTOR"``; None for the usual one.
    """
    yield
