"""``tf.io``; written by ``nox -s api``."""

from . import gfile as gfile
