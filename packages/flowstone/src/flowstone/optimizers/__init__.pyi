"""``tf.optimizers``; written by ``nox -s api``."""

from flowstone.keras.optimizers import *
