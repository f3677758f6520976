"""``tf.compat.v1.random``; written by ``nox -s api``."""

from flowstone_core.random_seed import get_seed as get_seed
