"""``tf.profiler.experimental``; written by ``nox -s api``."""

from . import client as client
from . import server as server
