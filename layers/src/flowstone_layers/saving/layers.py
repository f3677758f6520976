"""``keras.layers.serialize`` and ``deserialize``, and models as JSON."""

from __future__ import annotations

import json
from typing import Any

from flowstone_layers.layer import Layer
from flowstone_layers.saving.objects import deserialize_keras_object, serialize_keras_object


def serialize(layer: Any) -> Any:
    """``layer`` as data that JSON can hold.

    >>> tf.keras.layers.serialize(tf.keras.layers.ReLU(name="r"))["class_name"]
    'ReLU'
    """
    return serialize_keras_object(layer)


def deserialize(config: Any, custom_objects: Any = None) -> Any:
    """The layer that ``serialize`` described, without its weights.

    Raises:
        ValueError: If it is no layer.
    """
    made = deserialize_keras_object(config, custom_objects=custom_objects)
    if not isinstance(made, Layer):
        raise ValueError(
            f"`keras.layers.deserialize` was passed a `config` object that is not a `keras.Layer`: {config}"
        )
    return made


def model_from_json(json_string: str, custom_objects: Any = None) -> Any:
    """The model that ``model.to_json()`` described, without its weights.

    Raises:
        TypeError: If a class is unknown.
    """
    return deserialize_keras_object(json.loads(json_string), custom_objects=custom_objects)
