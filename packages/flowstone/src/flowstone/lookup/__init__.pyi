"""``tf.lookup``; written by ``nox -s api``."""

from . import experimental as experimental
from flowstone_core.lookup.initializers import KeyValueTensorInitializer as KeyValueTensorInitializer
from flowstone_core.lookup.static import StaticHashTable as StaticHashTable
from flowstone_core.lookup.static import StaticVocabularyTable as StaticVocabularyTable
from flowstone_core.lookup.initializers import TextFileIndex as TextFileIndex
from flowstone_core.lookup.initializers import TextFileInitializer as TextFileInitializer
