"""``tf.debugging``; written by ``nox -s api``."""

from . import experimental as experimental
from flowstone_core.ops.script import Assert as Assert
from flowstone_core.ops.array import check_numerics as check_numerics
