"""``tf.lookup``; written by ``nox -s api``."""

from . import experimental as experimental
