"""``tf.compat.v1.keras``; written by ``nox -s api``."""

from flowstone.keras import *
