"""``tf.keras.models``; written by ``nox -s api``."""

from flowstone_layers.models.model import Model as Model
from flowstone_layers.models.sequential import Sequential as Sequential
from flowstone_layers.saving.layers import model_from_json as model_from_json
