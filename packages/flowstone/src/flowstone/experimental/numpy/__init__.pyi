"""``tf.experimental.numpy``; written by ``nox -s api``."""

from . import random as random
