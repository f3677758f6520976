"""``tf.bitwise``; written by ``nox -s api``."""

from flowstone_core.ops.bitwise import bitwise_and as bitwise_and
from flowstone_core.ops.bitwise import bitwise_or as bitwise_or
from flowstone_core.ops.bitwise import bitwise_xor as bitwise_xor
from flowstone_core.ops.bitwise import invert as invert
from flowstone_core.ops.bitwise import left_shift as left_shift
from flowstone_core.ops.bitwise import right_shift as right_shift
