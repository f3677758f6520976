"""``tf.saved_model``; written by ``nox -s api``."""

from . import experimental as experimental
