"""``tf.distribute``; written by ``nox -s api``."""

from . import cluster_resolver as cluster_resolver
from . import experimental as experimental
