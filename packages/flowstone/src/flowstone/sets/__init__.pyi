"""``tf.sets``; written by ``nox -s api``."""

from flowstone_core.ops.sets import difference as difference
from flowstone_core.ops.sets import intersection as intersection
from flowstone_core.ops.sets import set_size as _set_size_size
from flowstone_core.ops.sets import union as union

size = _set_size_size
