"""``tf.keras.utils``; written by ``nox -s api``."""

from . import legacy as legacy
from flowstone_layers.custom_objects import CustomObjectScope as CustomObjectScope
from flowstone_layers.utils.progbar import Progbar as Progbar
from flowstone_layers.custom_objects import CustomObjectScope as _CustomObjectScope_custom_object_scope
from flowstone_layers.saving.objects import deserialize_keras_object as deserialize_keras_object
from flowstone_layers.custom_objects import get_custom_objects as get_custom_objects
from flowstone_layers.custom_objects import get_registered_name as get_registered_name
from flowstone_layers.custom_objects import get_registered_object as get_registered_object
from flowstone_layers.keras_tensor import is_keras_tensor as is_keras_tensor
from flowstone_layers.models.data_adapter import pack_x_y_sample_weight as pack_x_y_sample_weight
from flowstone_layers.custom_objects import register_keras_serializable as register_keras_serializable
from flowstone_layers.saving.objects import serialize_keras_object as serialize_keras_object
from flowstone_layers.utils.seeding import set_random_seed as set_random_seed
from flowstone_layers.models.data_adapter import unpack_x_y_sample_weight as unpack_x_y_sample_weight

custom_object_scope = _CustomObjectScope_custom_object_scope
