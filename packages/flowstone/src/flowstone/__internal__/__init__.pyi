"""``tf.__internal__``; written by ``nox -s api``."""

from . import nest as nest
from . import tracking as tracking
from flowstone_core.composite import CompositeTensor as CompositeTensor
