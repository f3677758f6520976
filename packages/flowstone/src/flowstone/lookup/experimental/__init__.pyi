"""``tf.lookup.experimental``; written by ``nox -s api``."""

from flowstone_core.lookup.mutable import DenseHashTable as DenseHashTable
from flowstone_core.lookup.mutable import MutableHashTable as MutableHashTable
