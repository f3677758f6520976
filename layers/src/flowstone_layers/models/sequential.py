"""``keras.Sequential``: one layer after the other."""

from __future__ import annotations

from typing import Any

from flowstone_layers.core.input_layer import InputLayer
from flowstone_layers.custom_objects import CustomObjectScope
from flowstone_layers.keras_tensor import KerasTensor
from flowstone_layers.layer import Layer
from flowstone_layers.models.functional import Functional
from flowstone_layers.models.model import Model
from flowstone_layers.saving.objects import deserialize_keras_object, serialize_keras_object


class Sequential(Model):
    """Layers called one after the other.

    It is built when the shape of its input is known: by an ``Input`` as the first layer, by ``build``, or by the
    first call.

    >>> model = tf.keras.Sequential([tf.keras.layers.Dense(8, activation="relu"), tf.keras.layers.Dense(1)])
    >>> model(tf.ones([4, 3])).shape
    TensorShape([4, 1])

    Args:
        layers: The layers.
        trainable: Whether the variables should be trained.
        name: The name.
    """

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:  # noqa: D102 - as for every class
        return Layer.__new__(cls, *args, **kwargs)

    def __init__(self, layers: Any = None, trainable: bool = True, name: str | None = None) -> None:
        super().__init__(trainable=trainable, name=name)
        self._functional: Functional | None = None
        self._convert_input_args = False
        for layer in layers or []:
            self.add(layer, rebuild=False)
        self._maybe_rebuild()

    def add(self, layer: Any, rebuild: bool = True) -> None:
        """Put a layer at the end.

        Raises:
            ValueError: If it is no layer, or its name is taken.
        """
        if isinstance(layer, KerasTensor):
            layer = layer._keras_history and layer._keras_history.operation
        if not isinstance(layer, Layer):
            if not callable(layer):
                raise ValueError(
                    f"Only instances of `keras.Layer` can be added to a Sequential model. Received: {layer} (of type "
                    f"{type(layer)})"
                )
            layer = _FunctionLayer(layer)
        if any(layer.name == other.name for other in self._layers):
            raise ValueError(
                f"All layers added to a Sequential model should have unique names. Name '{layer.name}' is already the "
                "name of a layer in this model. Update the `name` argument to pass a unique name."
            )
        if isinstance(layer, InputLayer) and self._layers and isinstance(self._layers[0], InputLayer):
            raise ValueError(
                f"Sequential model '{self.name}' has already been configured to use input shape "
                f"{self._layers[0].batch_shape}. You cannot add a different Input layer to it."
            )
        if not self._layers and not isinstance(layer, InputLayer) and layer._batch_input_shape is not None:
            self._layers.append(InputLayer(batch_shape=layer._batch_input_shape))
        self._layers.append(layer)
        if rebuild:
            self._maybe_rebuild()
        else:
            self._forget()

    def pop(self, rebuild: bool = True) -> Layer:
        """Take the last layer off."""
        layer = self._layers.pop()
        self._forget()
        if rebuild:
            self._maybe_rebuild()
        return layer

    def _forget(self) -> None:
        self.built = False
        self._functional = None

    def _maybe_rebuild(self) -> None:
        self._forget()
        if len(self._layers) > 1 and isinstance(self._layers[0], InputLayer):
            self.build(self._layers[0].batch_shape)

    def _own_layers(self) -> list[Layer]:
        return self._layers

    @property
    def layers(self) -> list[Layer]:
        """The layers, without an ``Input`` at the start."""
        return [layer for layer in self._layers if not isinstance(layer, InputLayer)]

    def build(self, input_shape: Any = None) -> None:
        """Make all variables, for inputs of ``input_shape`` (with the batch size)."""
        if self.built or input_shape is None or not self.layers:
            return
        if not isinstance(input_shape, (tuple, list)) or any(
            isinstance(size, (tuple, list, dict)) for size in input_shape
        ):
            return  # structured inputs are built by the first call
        first = self._layers[0]
        if not isinstance(first, InputLayer):
            dtype = first.compute_dtype
            first = InputLayer(batch_shape=(None, *input_shape[1:]), dtype="float32" if "int" in dtype else dtype)
            self._layers.insert(0, first)
        inputs = first.output
        x = inputs
        for layer in self._layers[1:]:
            try:
                x = layer(x)
            except NotImplementedError:
                return  # a layer that cannot be called symbolically: the first call builds it
        object.__setattr__(self, "_functional", Functional(inputs=inputs, outputs=x, name=self.name))
        self._child_attached("_functional", self._functional)
        self.built = True
        self.__dict__["_build_shape"] = tuple(input_shape)

    def call(self, inputs: Any, training: Any = None, mask: Any = None, **kwargs: Any) -> Any:
        """Compute the layers one after the other."""
        if self._functional is not None:
            return self._functional.call(inputs, training=training, mask=mask)
        outputs = self._convert_one(inputs)
        for layer in self.layers:
            own = {}
            if layer._takes_training and training is not None:
                own["training"] = training
            if "mask" in layer._call_names and mask is not None:
                own["mask"] = mask
            outputs = layer(outputs, **own)
            mask = getattr(outputs, "_keras_mask", None)
        return outputs

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of the output for an input of ``input_shape``."""
        return super().compute_output_shape(input_shape)

    def compute_output_spec(self, inputs: Any, training: Any = None, mask: Any = None, **kwargs: Any) -> Any:
        """The symbolic output for a symbolic input."""
        given = {key: value for key, value in (("training", training), ("mask", mask)) if value is not None}
        return super().compute_output_spec(inputs, **given, **kwargs)

    @property
    def input_shape(self) -> Any:
        """The shape of the input, if it is known.

        Raises:
            AttributeError: If the model has not been built.
        """
        return self._built_graph().input_shape

    @property
    def output_shape(self) -> Any:
        """The shape of the output, if it is known."""
        return self._built_graph().output_shape

    @property
    def inputs(self) -> Any:
        """The symbolic inputs."""
        return self._built_graph().inputs

    @property
    def outputs(self) -> Any:
        """The symbolic outputs."""
        return self._built_graph().outputs

    @property
    def input(self) -> Any:
        """The symbolic input."""
        return self._built_graph().inputs[0]

    @property
    def output(self) -> Any:
        """The symbolic output."""
        return self._built_graph().outputs[0]

    def _built_graph(self) -> Functional:
        if self._functional is None:
            raise AttributeError(f"Sequential model '{self.name}' has no defined input and output yet. Build it first.")
        return self._functional

    def _serving_spec(self) -> Any:
        """The spec of the input, with any batch size."""
        return super()._serving_spec() if self._functional is None else self._functional._serving_spec()

    def _trackable_children(self) -> dict[str, Any]:
        children = super()._trackable_children()
        if self._functional is not None:  # as in Keras: checkpoints hold the layers as the graph's operations
            del children["_layers"]
        return children

    def get_config(self) -> dict[str, Any]:
        """The name and the layers."""
        config = {
            "name": self.name,
            "trainable": self.trainable,
            "dtype": Layer.get_config(self)["dtype"],
            "layers": [serialize_keras_object(layer) for layer in self._layers],
        }
        if self._functional is not None:
            config["build_input_shape"] = self._layers[0].batch_shape
        return config

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        """A model made from ``get_config``'s answer."""
        with CustomObjectScope(custom_objects):
            model = cls(name=config.get("name"))
            for described in config["layers"]:
                model.add(deserialize_keras_object(described), rebuild=False)
            model._maybe_rebuild()
            shape = config.get("build_input_shape")
            if not model.built and shape:
                model.build(tuple(shape))
            return model


class _FunctionLayer(Layer):
    """A plain function, as a layer of a sequential model."""

    def __init__(self, function: Any) -> None:
        super().__init__()
        self.function = function

    def call(self, inputs: Any) -> Any:
        """Run the function."""
        return self.function(inputs)
