"""``tf.keras.backend``; written by ``nox -s api``."""

from flowstone_layers.config import epsilon as epsilon
from flowstone_layers.config import floatx as floatx
from flowstone_layers.names import get_uid as get_uid
from flowstone_layers.config import image_data_format as image_data_format
from flowstone_layers.keras_tensor import is_keras_tensor as is_keras_tensor
from flowstone_layers.config import set_epsilon as set_epsilon
from flowstone_layers.config import set_floatx as set_floatx
from flowstone_layers.config import set_image_data_format as set_image_data_format
