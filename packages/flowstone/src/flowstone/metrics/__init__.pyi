"""``tf.metrics``; written by ``nox -s api``."""

from flowstone.keras.metrics import *
