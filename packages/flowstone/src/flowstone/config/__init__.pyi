"""``tf.config``; written by ``nox -s api``."""

from . import experimental as experimental
from . import optimizer as optimizer
from . import threading as threading
