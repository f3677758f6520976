"""``tf.debugging.experimental``; written by ``nox -s api``."""

from flowstone_core.debugging import disable_dump_debug_info as disable_dump_debug_info
from flowstone_core.debugging import enable_dump_debug_info as enable_dump_debug_info
