"""``tf.raw_ops``; written by ``nox -s api``."""

from typing import Any

def __getattr__(name: str) -> Any: ...
