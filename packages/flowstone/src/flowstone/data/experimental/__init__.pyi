"""``tf.data.experimental``; written by ``nox -s api``."""

from . import service as service
