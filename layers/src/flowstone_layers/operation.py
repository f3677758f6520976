"""The base of what can be called with symbolic tensors: layers, and functions wrapped for the functional API."""

from __future__ import annotations

import inspect
from typing import Any

from flowstone_core import nest

from flowstone_layers.infer_outputs import infer_outputs
from flowstone_layers.keras_tensor import CallNode, KerasTensor, any_symbolic
from flowstone_layers.names import auto_name


class Operation:
    """Something with a name that turns tensors into tensors, and remembers its symbolic calls.

    Args:
        name: The name; derived from the class if None.
    """

    def __init__(self, name: str | None = None) -> None:
        if name is None:
            name = auto_name(type(self).__name__)
        if not isinstance(name, str) or "/" in name:
            raise ValueError(
                f"Argument `name` must be a string and cannot contain character `/`. Received: name={name} "
                f"(of type {type(name)})"
            )
        self.name = name
        self._inbound_nodes: list[CallNode] = []

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call with tensors, or record a symbolic call."""
        if any_symbolic(args, kwargs):
            return self.symbolic_call(*args, **kwargs)
        return self.call(*args, **kwargs)

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """Compute the outputs."""
        raise NotImplementedError(f"{type(self).__name__} has no `call` method.")

    def symbolic_call(self, *args: Any, **kwargs: Any) -> Any:
        """Record a call with symbolic tensors and return its symbolic outputs."""
        outputs = self.compute_output_spec(*args, **kwargs)
        CallNode(self, args, kwargs, outputs)
        return outputs

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """The symbolic outputs for symbolic inputs, found by tracing ``call``."""
        return infer_outputs(self.call, args, kwargs)

    @property
    def input(self) -> Any:
        """The symbolic input of the single call.

        Raises:
            AttributeError: If it was not called symbolically, or more than once.
        """
        return _one_or_all(self._only_node().input_tensors)

    @property
    def output(self) -> Any:
        """The symbolic output of the single call."""
        return _one_or_all(self._only_node().outputs)

    def _only_node(self) -> CallNode:
        nodes = self._inbound_nodes
        if not nodes:
            raise AttributeError(
                f"The layer {self.name} has never been called and thus has no defined input or output."
            )
        if len(nodes) > 1:
            raise ValueError(f"The layer {self.name} has multiple inbound nodes; its input and output are ill-defined.")
        return nodes[0]

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments, if they were recorded."""
        return {"name": self.name}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """An object made from ``get_config``'s answer."""
        try:
            return cls(**config)
        except Exception as error:
            raise TypeError(
                f"Unable to revive {cls.__name__} from its config, since its constructor does not take all of it. "
                f"config={config}\n\nError encountered during deserialization: {error}"
            ) from error


def _one_or_all(tensors: list[KerasTensor]) -> Any:
    return tensors[0] if len(tensors) == 1 else list(tensors)


class FunctionOperation(Operation):
    """A function of tensors, called in the functional API: ``x + 1``, ``keras.ops.relu(x)``, any ``tf`` op.

    Args:
        function: The function.
        name: The name.
    """

    def __init__(self, function: Any, name: str | None = None) -> None:
        super().__init__(name or auto_name(getattr(function, "__name__", type(function).__name__)))
        self.function = function

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """Run the function."""
        return self.function(*args, **kwargs)


def first_argument_name(function: Any) -> str | None:
    """The name of the first parameter of a bound method or function."""
    parameters = list(inspect.signature(function).parameters.values())
    return parameters[0].name if parameters else None


def flatten_tensors(structure: Any) -> list[Any]:
    """The leaves that have a shape: tensors, arrays, symbolic tensors."""
    return [leaf for leaf in nest.flatten(structure) if hasattr(leaf, "shape") and hasattr(leaf, "dtype")]
