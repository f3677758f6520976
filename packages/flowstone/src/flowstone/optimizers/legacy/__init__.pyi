"""``tf.optimizers.legacy``; written by ``nox -s api``."""

from flowstone.keras.optimizers.legacy import *
