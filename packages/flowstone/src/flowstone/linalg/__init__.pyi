"""``tf.linalg``; written by ``nox -s api``."""

from . import experimental as experimental
from flowstone_core.ops.filling import eye as eye
