"""``tf.experimental.dlpack``; written by ``nox -s api``."""

from flowstone_core.dlpack import from_dlpack as from_dlpack
from flowstone_core.dlpack import to_dlpack as to_dlpack
