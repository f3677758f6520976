"""Models made from symbolic inputs and outputs: a graph of layer calls."""

from __future__ import annotations

import functools
import inspect
from typing import Any

from flowstone_core import nest
from flowstone_core.api import tf
from flowstone_core.tensor import Tensor
from flowstone_core.type_spec import TensorSpec

from flowstone_layers.core.input_layer import InputLayer
from flowstone_layers.custom_objects import CustomObjectScope
from flowstone_layers.keras_tensor import CallNode, KerasTensor, node_of
from flowstone_layers.layer import Layer
from flowstone_layers.models import model as model_module
from flowstone_layers.models.model import Model
from flowstone_layers.names import unique_name
from flowstone_layers.operation import Operation
from flowstone_layers.saving.objects import deserialize_keras_object, serialize_keras_object


class Functional(Model):
    """A model that computes the calls between its symbolic inputs and its symbolic outputs.

    Args:
        inputs: A structure of symbolic tensors.
        outputs: A structure of symbolic tensors that follow from them.
        name: The name.
    """

    def __init__(self, inputs: Any, outputs: Any, name: str | None = None, **kwargs: Any) -> None:
        trainable = kwargs.pop("trainable", None)
        super().__init__(name=name or unique_name("functional"), **kwargs)
        for tensor in nest.flatten((inputs, outputs)):
            if not isinstance(tensor, KerasTensor):
                raise ValueError(
                    f"All `inputs` and `outputs` values must be KerasTensors. Received: inputs={inputs} outputs={outputs}"
                )
        self._inputs_struct = inputs
        self._outputs_struct = outputs
        self._inputs = nest.flatten(self._inputs_struct)
        self._outputs = nest.flatten(outputs)
        self._nodes = _ordered_calls(self._inputs, self._outputs)
        operations = list({id(node.operation): node.operation for node in self._nodes}.values())
        self._operations = operations
        for operation in operations:
            if isinstance(operation, Layer):
                self._track(operation)
        if trainable is not None:
            self.trainable = trainable
        self.built = True
        self._convert_input_args = False

    @property
    def inputs(self) -> list[KerasTensor]:
        """The symbolic inputs."""
        return list(self._inputs)

    @property
    def outputs(self) -> list[KerasTensor]:
        """The symbolic outputs."""
        return list(self._outputs)

    @property
    def input(self) -> Any:
        """The symbolic inputs, in their structure."""
        return self._inputs_struct

    @property
    def output(self) -> Any:
        """The symbolic outputs, in their structure."""
        return self._outputs_struct

    @property
    def input_shape(self) -> Any:
        """The shape of each input."""
        return nest.map_structure(lambda tensor: tensor.shape, self._inputs_struct)

    @property
    def output_shape(self) -> Any:
        """The shape of each output."""
        return nest.map_structure(lambda tensor: tensor.shape, self._outputs_struct)

    @property
    def input_names(self) -> list[str]:
        """The names of the inputs."""
        return [tensor.name for tensor in self._inputs]

    @property
    def output_names(self) -> list[str]:
        """The names of the operations that make the outputs."""
        return [tensor._keras_history.operation.name for tensor in self._outputs]

    @property
    def operations(self) -> list[Operation]:
        """Layers and other operations, in the order of computation."""
        return list(self._operations)

    @property
    def layers(self) -> list[Layer]:
        """The layers, in the order of computation."""
        return [operation for operation in self._operations if isinstance(operation, Layer)]

    def call(self, inputs: Any, training: Any = None, mask: Any = None, **kwargs: Any) -> Any:
        """Compute the outputs from values in the structure of the inputs (or a flat list of them)."""
        values = self._arranged(inputs)
        masks = None if mask is None else nest.flatten(mask)
        for index, (tensor, value) in enumerate(zip(self._inputs, values, strict=True)):
            if masks is not None and masks[index] is not None:
                value._keras_mask = masks[index]
            values[index] = self._adjusted(tensor, value)
        return self._compute(values, training, kwargs)

    def _compute(self, values: list[Any], training: Any, kwargs: dict[str, Any]) -> Any:
        known: dict[int, Any] = {id(tensor): value for tensor, value in zip(self._inputs, values, strict=True)}

        def filled(leaf: Any) -> Any:
            return known[id(leaf)] if isinstance(leaf, KerasTensor) else leaf

        for node in self._nodes:
            if node.is_input or all(id(tensor) in known for tensor in node.outputs):
                continue
            own_args, own_kwargs = nest.map_structure(filled, (node.args, node.kwargs))
            operation = node.operation
            if training is not None and isinstance(operation, Layer) and operation._takes_training:
                own_kwargs = {**own_kwargs, "training": training}
            results = operation(*own_args, **own_kwargs)
            for tensor, value in zip(node.outputs, nest.flatten(results), strict=True):
                known[id(tensor)] = value
        return nest.map_structure(lambda tensor: known[id(tensor)], self._outputs_struct)

    def _arranged(self, inputs: Any) -> list[Any]:
        """The values for the inputs, in order: by structure, by name, or as a flat list.

        Raises:
            ValueError: If they are too many or too few.
        """
        if isinstance(inputs, dict):
            by_key = isinstance(self._inputs_struct, dict)
            names = list(self._inputs_struct) if by_key else self.input_names
            missing = [name for name in names if name not in inputs]
            if missing:
                raise ValueError(f"Missing data for input {missing[0]!r} of model {self.name!r}. Got {sorted(inputs)}.")
            values = nest.flatten({name: inputs[name] for name in names}) if by_key else [inputs[n] for n in names]
        else:
            values = nest.flatten(inputs)
        if len(values) != len(self._inputs):
            raise ValueError(
                f"Model {self.name!r} takes {len(self._inputs)} input(s), but received {len(values)}: {inputs}"
            )
        return values

    def _adjusted(self, tensor: KerasTensor, value: Any) -> Any:
        """``value`` as the input declared it: a tensor, of its type, with its rank (a last axis of 1 may differ)."""
        if not isinstance(value, Tensor):
            value = self._convert_one(value)
            if not isinstance(value, Tensor):
                value = tf.convert_to_tensor(value, dtype_hint=tensor.dtype)
        dtype = tf.as_dtype(tensor.dtype)
        if value.dtype is not dtype and (value.dtype.is_floating or value.dtype.is_integer or value.dtype.is_bool):
            value = tf.cast(value, dtype)
        shape, rank = tensor.shape, value.shape.rank
        if shape is None or rank is None:
            return value
        if rank == len(shape) - 1 and shape[-1] == 1:
            value = tf.expand_dims(value, -1)
        elif rank == len(shape) + 1 and value.shape[-1] == 1:
            value = tf.squeeze(value, -1)
        if not value.shape.is_compatible_with(shape):
            raise ValueError(
                f'Input "{tensor.name}" of model "{self.name}" is incompatible with the model: expected '
                f"shape={shape}, found shape={value.shape.as_tuple()}"
            )
        return value

    def _serving_spec(self) -> Any:
        """The specs of the inputs, with any batch size."""
        return nest.map_structure(lambda one: TensorSpec(one.shape, one.dtype, one.name), self._inputs_struct)

    # -- configuration ---------------------------------------------------------------------------------------

    def get_config(self) -> dict[str, Any]:
        """The layers, the calls between them, and which are inputs and outputs."""
        if type(self).__init__ is not Functional.__init__ and not _built_by_functional(type(self)):
            return Model.get_config(self)
        own = {id(node) for node in self._nodes}
        layers = []
        for operation in self._operations:
            described = serialize_keras_object(operation)
            described["name"] = operation.name
            described["inbound_nodes"] = [
                self._described_call(node) for node in operation._inbound_nodes if id(node) in own and not node.is_input
            ]
            layers.append(described)
        return {
            "name": self.name,
            "trainable": self.trainable,
            "layers": layers,
            "input_layers": nest.map_structure(self._place, self._inputs_struct),
            "output_layers": nest.map_structure(self._place, self._outputs_struct),
        }

    def _place(self, tensor: KerasTensor) -> Any:
        operation, node_index, tensor_index = tensor._keras_history  # type: ignore[misc]
        kept = [node for node in operation._inbound_nodes if any(node is own for own in self._nodes)]
        return [operation.name, kept.index(operation._inbound_nodes[node_index]), tensor_index]

    def _described_call(self, node: CallNode) -> dict[str, Any]:
        def described(leaf: Any) -> Any:
            if isinstance(leaf, KerasTensor):
                return {
                    "class_name": "__keras_tensor__",
                    "config": {"shape": leaf.shape, "dtype": leaf.dtype, "keras_history": self._place(leaf)},
                }
            return serialize_keras_object(leaf)

        return {
            "args": [nest.map_structure(described, arg) for arg in node.args],
            "kwargs": {key: nest.map_structure(described, value) for key, value in node.kwargs.items()},
        }

    @classmethod
    def from_config_of(cls, target: Any, config: dict[str, Any], custom_objects: Any = None) -> Any:
        """A model of class ``target`` from ``get_config``'s answer."""
        with CustomObjectScope(custom_objects):
            return _revive(target if target is not Model else cls, config)


model_module._functional_class.append(Functional)


def _built_by_functional(cls: type) -> bool:
    """Whether a subclass takes symbolic inputs and outputs as ``Functional`` does."""
    return list(inspect.signature(cls.__init__).parameters)[1:3] == ["inputs", "outputs"]  # type: ignore[misc]


def _ordered_calls(inputs: list[KerasTensor], outputs: list[KerasTensor]) -> list[CallNode]:
    """The calls between inputs and outputs, each after those it needs, in the order in which they were made.

    Raises:
        ValueError: If an output follows from a symbolic tensor that is not among the inputs.
    """
    given = {id(tensor) for tensor in inputs}
    done: dict[int, CallNode] = {}
    for tensor in inputs:
        node = node_of(tensor)
        if node.is_input:
            done[id(node)] = node
    stack: list[tuple[CallNode, bool]] = []
    for output in outputs:
        if id(output) not in given:
            stack.append((node_of(output), False))
        while stack:
            node, ready = stack.pop()
            if id(node) in done:
                continue
            if ready:
                done[id(node)] = node
                continue
            if node.is_input:
                raise ValueError(
                    f"`inputs` not connected to `outputs`: {node.outputs[0]!r} is needed, but it is not among the "
                    f"inputs {inputs}."
                )
            stack.append((node, True))
            stack += [(node_of(t), False) for t in reversed(node.input_tensors) if id(t) not in given]
    return list(done.values())


def _revive(cls: Any, config: dict[str, Any]) -> Any:
    operations: dict[str, Operation] = {}
    calls: dict[str, list[CallNode]] = {}
    waiting = []
    for described in config["layers"]:
        operation = deserialize_keras_object(described)
        operations[described["name"]] = operation
        calls[described["name"]] = list(operation._inbound_nodes) if isinstance(operation, InputLayer) else []
        waiting += [(described["name"], call) for call in described["inbound_nodes"]]
    while waiting:
        rest: list[Any] = []
        for name, call in waiting:
            if _ready(call, calls) and not any(name == earlier for earlier, _ in rest):
                before = len(operations[name]._inbound_nodes)
                args, kwargs = _revive_arguments(call, calls)
                operations[name](*args, **kwargs)
                calls[name].append(operations[name]._inbound_nodes[before])
            else:
                rest.append((name, call))
        if len(rest) == len(waiting):
            raise ValueError(f"The configuration of {config.get('name')!r} has calls whose inputs never come: {rest}.")
        waiting = rest
    lookup = functools.partial(_tensor_at, calls)
    inputs = _map_places(lookup, config["input_layers"])
    outputs = _map_places(lookup, config["output_layers"])
    trainable = config.get("trainable")
    return cls(inputs, outputs, name=config.get("name"), trainable=trainable)


def _is_place(value: Any) -> bool:
    return (
        isinstance(value, (list, tuple)) and len(value) == 3 and isinstance(value[0], str) and value[1] == int(value[1])
    )


def _map_places(lookup: Any, value: Any) -> Any:
    if _is_place(value):
        return lookup(value)
    if isinstance(value, dict):
        return {key: _map_places(lookup, item) for key, item in value.items()}
    return [_map_places(lookup, item) for item in value]


def _tensor_at(calls: dict[str, list[CallNode]], place: Any) -> KerasTensor:
    name, node_index, tensor_index = place
    tensor: KerasTensor = calls[name][node_index].outputs[tensor_index]
    return tensor


def _histories(value: Any) -> list[Any]:
    if isinstance(value, dict):
        if value.get("class_name") == "__keras_tensor__":
            return [value["config"]["keras_history"]]
        return [history for item in value.values() for history in _histories(item)]
    if isinstance(value, (list, tuple)):
        return [history for item in value for history in _histories(item)]
    return []


def _ready(call: Any, calls: dict[str, list[CallNode]]) -> bool:
    return all(len(calls[name]) > node_index for name, node_index, _ in _histories((call["args"], call["kwargs"])))


def _revive_arguments(call: Any, calls: dict[str, list[CallNode]]) -> tuple[list[Any], dict[str, Any]]:
    def revive(value: Any) -> Any:
        if isinstance(value, dict):
            if value.get("class_name") == "__keras_tensor__":
                return _tensor_at(calls, value["config"]["keras_history"])
            if "class_name" in value and "config" in value:
                return deserialize_keras_object(value)
            return {key: revive(item) for key, item in value.items()}
        if isinstance(value, list):
            return [revive(item) for item in value]
        return value

    return [revive(arg) for arg in call["args"]], {key: revive(value) for key, value in call["kwargs"].items()}
