"""``tf.keras.models``; written by ``nox -s api``."""

from flowstone_layers.models.model import Model as Model
from flowstone_layers.models.sequential import Sequential as Sequential
