"""``tf.losses``; written by ``nox -s api``."""

from flowstone.keras.losses import *
