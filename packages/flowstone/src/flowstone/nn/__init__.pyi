"""``tf.nn``; written by ``nox -s api``."""

from . import experimental as experimental
from flowstone_core.ops.elementary import sigmoid as sigmoid
from flowstone_core.ops.elementary import tanh as tanh
