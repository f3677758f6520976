"""absl-py, which only tests need: a clear error if it is not installed."""

from __future__ import annotations

try:
    from absl.testing import absltest
except ImportError as error:
    raise ImportError(
        "tf.test.TestCase and tf.test.main build on absl-py, which is not installed. Install it with: "
        "pip install 'flowstone-core[testing]'"
    ) from error

__all__ = ["absltest"]
