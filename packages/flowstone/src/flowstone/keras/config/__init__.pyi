"""``tf.keras.config``; written by ``nox -s api``."""

from flowstone_layers.dtype_policy import dtype_policy as dtype_policy
from flowstone_layers.config import epsilon as epsilon
from flowstone_layers.config import floatx as floatx
from flowstone_layers.config import image_data_format as image_data_format
from flowstone_layers.dtype_policy import set_dtype_policy as set_dtype_policy
from flowstone_layers.config import set_epsilon as set_epsilon
from flowstone_layers.config import set_floatx as set_floatx
from flowstone_layers.config import set_image_data_format as set_image_data_format
