"""``tf.keras.utils``; written by ``nox -s api``."""

from . import legacy as legacy
