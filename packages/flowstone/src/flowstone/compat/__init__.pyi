"""``tf.compat``; written by ``nox -s api``."""

from . import v1 as v1
from . import v2 as v2
from flowstone_core.shapes import dimension_value as dimension_value
