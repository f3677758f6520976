"""``tf.nest``; written by ``nox -s api``."""

from flowstone_core.nest import assert_same_structure as assert_same_structure
from flowstone_core.nest import flatten as flatten
from flowstone_core.nest import is_nested as is_nested
from flowstone_core.nest import map_structure as map_structure
from flowstone_core.nest import pack_sequence_as as pack_sequence_as
