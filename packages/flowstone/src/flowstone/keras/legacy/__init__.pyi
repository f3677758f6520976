"""``tf.keras.legacy``; written by ``nox -s api``."""

from . import saving as saving
