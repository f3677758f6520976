"""``tf.keras.layers``; written by ``nox -s api``."""

from flowstone_layers.activation.activation import Activation as Activation
from flowstone_layers.core.dense import Dense as Dense
from flowstone_layers.regularization.dropout import Dropout as Dropout
from flowstone_layers.reshaping.flatten import Flatten as Flatten
from flowstone_layers.core.input_layer import Input as Input
from flowstone_layers.core.input_layer import InputLayer as InputLayer
from flowstone_layers.input_spec import InputSpec as InputSpec
from flowstone_layers.layer import Layer as Layer
from flowstone_layers.reshaping.reshape import Reshape as Reshape
