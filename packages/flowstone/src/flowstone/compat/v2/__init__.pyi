"""``tf.compat.v2``; written by ``nox -s api``."""

from flowstone import *
