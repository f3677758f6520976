"""``tf.__internal__.nest``; written by ``nox -s api``."""

from flowstone_core.shallow_nest import flatten_up_to as flatten_up_to
from flowstone_core.shallow_nest import get_traverse_shallow_structure as get_traverse_shallow_structure
from flowstone_core.shallow_nest import is_attrs as is_attrs
from flowstone_core.shallow_nest import is_mapping as is_mapping
from flowstone_core.shallow_nest import list_to_tuple as list_to_tuple
from flowstone_core.shallow_nest import map_structure_up_to as map_structure_up_to
from flowstone_core.shallow_nest import yield_flat_paths as yield_flat_paths
