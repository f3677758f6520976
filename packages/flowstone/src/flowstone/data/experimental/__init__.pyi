"""``tf.data.experimental``; written by ``nox -s api``."""

from . import service as service
from flowstone_data.dataset import AUTOTUNE as AUTOTUNE
from flowstone_data.dataset import INFINITE_CARDINALITY as INFINITE_CARDINALITY
from flowstone_data.dataset import UNKNOWN_CARDINALITY as UNKNOWN_CARDINALITY
