"""``tf.keras.saving``; written by ``nox -s api``."""

from flowstone_layers.custom_objects import CustomObjectScope as CustomObjectScope
from flowstone_layers.custom_objects import CustomObjectScope as _CustomObjectScope_custom_object_scope
from flowstone_layers.saving.objects import deserialize_keras_object as deserialize_keras_object
from flowstone_layers.custom_objects import get_custom_objects as get_custom_objects
from flowstone_layers.custom_objects import get_registered_name as get_registered_name
from flowstone_layers.custom_objects import get_registered_object as get_registered_object
from flowstone_layers.custom_objects import register_keras_serializable as register_keras_serializable
from flowstone_layers.saving.objects import serialize_keras_object as serialize_keras_object

custom_object_scope = _CustomObjectScope_custom_object_scope
