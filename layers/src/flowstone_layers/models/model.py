"""``keras.Model``: layers with inputs, outputs, training loops and saving."""

from __future__ import annotations

import inspect
import json
from typing import Any

from flowstone_layers.keras_tensor import any_symbolic
from flowstone_layers.layer import Layer, symbolic_inputs
from flowstone_layers.models.summary import print_summary
from flowstone_layers.models.trainer import Trainer
from flowstone_layers.saving.objects import serialize_keras_object


class Model(Trainer, Layer):
    """Layers that are trained and saved together.

    Three ways to make one: from symbolic inputs and outputs (``Model(inputs, outputs)``), from a list of layers
    (``Sequential``), or as a subclass with layers in ``__init__`` and the computation in ``call``.

    >>> x = tf.keras.Input((3,))
    >>> model = tf.keras.Model(x, tf.keras.layers.Dense(2)(x))
    >>> model(tf.ones([1, 3])).shape
    TensorShape([1, 2])
    """

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:  # noqa: D102 - as for every class
        if cls is Model and _is_functional(args, kwargs):
            return super().__new__(_functional_class[0])
        if cls is not Model and _is_functional(args, kwargs) and not issubclass(cls, _functional_class[0]):
            return super().__new__(_with_functional_base(cls))
        return super().__new__(cls)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        args = tuple(arg for arg in args if arg is not self)  # "super().__init__(self)", as one page writes it
        if _is_functional(args, kwargs):  # a subclass that hands symbolic tensors on
            functional = _functional_class[0]
            self.__class__ = _with_functional_base(type(self))
            functional.__init__(self, *args, **kwargs)
            return
        if args:
            raise TypeError(
                f"{type(self).__name__}.__init__() takes no positional arguments unless they are symbolic inputs and "
                f"outputs. Received: {args}"
            )
        Trainer.__init__(self)
        Layer.__init__(self, **kwargs)

    @property
    def _builds_in_call(self) -> bool:  # type: ignore[override]
        """Whether the class has no ``build`` of its own."""
        return type(self).build is Model.build

    @property
    def layers(self) -> list[Layer]:
        """The layers directly inside."""
        return list(self._flatten_layers(include_self=False, recursive=False))

    def get_layer(self, name: str | None = None, index: int | None = None) -> Layer:
        """The layer of a name or at an index.

        Raises:
            ValueError: If there is none, or neither or both are given.
        """
        if (name is None) == (index is None):
            raise ValueError("Provide either a layer name or a layer index, not both or none.")
        layers = self.layers
        if index is not None:
            if not -len(layers) <= index < len(layers):
                raise ValueError(
                    f"Was asked to retrieve layer at index {index} but model only has {len(layers)} layers."
                )
            return layers[index]
        for layer in layers:
            if layer.name == name:
                return layer
        raise ValueError(f"No such layer: {name}. Existing layers are: {[layer.name for layer in layers]}.")

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """Compute the outputs."""
        raise NotImplementedError(
            f"Model {type(self).__name__} does not have a `call()` method implemented. Override `call`, or make the model "
            "from symbolic inputs and outputs."
        )

    def build(self, input_shape: Any) -> None:
        """Make all variables, by a symbolic call on inputs of ``input_shape``."""
        if self.built or input_shape is None:
            self.built = True
            return
        self.built = True  # `call` makes the variables of the layers inside
        inputs = symbolic_inputs(input_shape, self.compute_dtype)
        if isinstance(inputs, dict) and not _takes_one_input(self.call):
            self.compute_output_spec(**inputs)
        elif isinstance(inputs, (list, tuple)) and not _takes_one_input(self.call):
            self.compute_output_spec(*inputs)
        else:
            self.compute_output_spec(inputs)
        self.__dict__["_build_shape"] = input_shape

    def reset_states(self) -> None:
        """Reset the metrics and the states of stateful layers inside."""
        self.reset_metrics()
        for layer in self._flatten_layers(include_self=False):
            if getattr(layer, "stateful", False) and hasattr(layer, "reset_state"):
                layer.reset_state()

    def summary(
        self,
        line_length: int | None = None,
        positions: Any = None,
        print_fn: Any = None,
        expand_nested: bool = False,
        show_trainable: bool = False,
        layer_range: Any = None,
    ) -> None:
        """Print a table of the layers with output shapes and parameter counts."""
        print_summary(self, line_length, positions, print_fn, expand_nested, show_trainable, layer_range)

    def get_config(self) -> dict[str, Any]:
        """The arguments of a subclass's constructor, where they are plain data."""
        config = Layer.get_config(self)
        if type(self).get_config is Model.get_config:
            config |= self._recorded_arguments(config)
        return config

    def to_json(self, **kwargs: Any) -> str:
        """The configuration as JSON, for ``keras.models.model_from_json``; ``kwargs`` go to ``json.dumps``."""
        return json.dumps(serialize_keras_object(self), **kwargs)

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        """A model made from ``get_config``'s answer."""
        functional = _functional_class[0]
        if "layers" in config and "input_layers" in config and (cls is Model or issubclass(cls, functional)):
            return functional.from_config_of(cls, config, custom_objects)
        return cls(**config)


_functional_class: list[Any] = []
"""The class of models made from symbolic tensors, put here by its module, which needs ``Model``."""


def _is_functional(args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
    return (
        (len(args) == 2 and any_symbolic(args))
        or (len(args) == 1 and "outputs" in kwargs)
        or ("inputs" in kwargs and "outputs" in kwargs)
    )


_mixed_classes: dict[type, type] = {}


def _with_functional_base(cls: type) -> type:
    """``cls`` as a subclass of the functional model too, so that ``super().__init__(inputs, outputs)`` works."""
    if cls not in _mixed_classes:
        _mixed_classes[cls] = type(cls.__name__, (cls, _functional_class[0]), {"__module__": cls.__module__})
    return _mixed_classes[cls]


def _takes_one_input(call: Any) -> bool:
    required = [
        parameter
        for parameter in inspect.signature(call).parameters.values()
        if parameter.default is parameter.empty
        and parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD)
    ]
    return len(required) <= 1
