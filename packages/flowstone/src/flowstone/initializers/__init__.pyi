"""``tf.initializers``; written by ``nox -s api``."""

from flowstone.keras.initializers import *
