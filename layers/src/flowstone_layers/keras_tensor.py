"""Symbolic inputs of the functional API: ``keras.Input`` and what layers make of it.

A ``KerasTensor`` has a shape and a type and remembers the call that made it; a model is the calls between its
inputs and outputs. It never meets an interpreter: any op that receives one becomes such a call.
"""

from __future__ import annotations

from typing import Any

from flowstone_core import nest
from flowstone_core.dtypes import as_dtype
from flowstone_core.op import Op
from flowstone_core.shapes import TensorShape
from flowstone_core.spec import Spec

from flowstone_layers.config import standardize_dtype
from flowstone_layers.names import auto_name


class KerasTensor:
    """A tensor to come, in a model that is being put together.

    >>> x = tf.keras.Input((3,), name="x")
    >>> x
    <KerasTensor shape=(None, 3), dtype=float32, sparse=False, ragged=False, name=x>

    Args:
        shape: The shape, with the batch size first, None where unknown.
        dtype: The element type.
        sparse: Whether it stands for a sparse tensor.
        ragged: Whether it stands for a ragged tensor.
        record_history: Accepted as in Keras.
        name: The name.
    """

    __array_priority__ = 200
    __tf_is_tensor__ = True

    def __init__(
        self,
        shape: Any,
        dtype: Any = "float32",
        sparse: bool = False,
        ragged: bool = False,
        record_history: bool = True,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        self._shape = None if shape is None else tuple(shape)
        self._dtype = standardize_dtype(dtype)
        self.sparse = bool(sparse)
        self.ragged = bool(ragged)
        self.name = name or auto_name(type(self).__name__)
        self.record_history = record_history
        self._keras_history: History | None = None

    @property
    def shape(self) -> Any:
        """The shape as a tuple."""
        return self._shape

    @property
    def dtype(self) -> str:
        """The element type's name."""
        return self._dtype

    @property
    def ndim(self) -> int | None:
        """The number of dimensions."""
        return None if self._shape is None else len(self._shape)

    @property
    def spec(self) -> Spec:
        """What shape rules know of it."""
        return Spec(self._shape, as_dtype(self._dtype))

    def get_shape(self) -> TensorShape:
        """The shape as ``tf.TensorShape``."""
        return TensorShape(self._shape)

    def reshape(self, newshape: Any) -> Any:
        """This tensor in another shape."""
        from_ops = _operators["reshape"]
        return from_ops(self, newshape)

    def squeeze(self, axis: Any = None) -> Any:
        """This tensor without axes of size 1."""
        return _operators["squeeze"](self, axis)

    def __flowstone_op__(self, op: Op, inputs: tuple[Any, ...], attrs: dict[str, Any]) -> Any:
        return _operators["op"](op, inputs, attrs)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        raise ValueError(
            "A KerasTensor is symbolic: it's a placeholder for a shape and a dtype. It doesn't have any actual "
            "numerical value. You cannot convert it to a NumPy array."
        )

    def __iter__(self) -> Any:
        raise NotImplementedError("Iterating over a symbolic KerasTensor is not supported.")

    def __bool__(self) -> bool:
        raise TypeError("A symbolic KerasTensor cannot be used as a boolean.")

    def __int__(self) -> int:
        raise TypeError("A symbolic KerasTensor has no integer value.")

    def __float__(self) -> float:
        raise TypeError("A symbolic KerasTensor has no float value.")

    def __len__(self) -> int:
        raise TypeError("A symbolic KerasTensor has no length.")

    def __repr__(self) -> str:
        return (
            f"<KerasTensor shape={self._shape}, dtype={self._dtype}, sparse={self.sparse}, ragged={self.ragged}, "
            f"name={self.name}>"
        )


_operators: dict[str, Any] = {}
"""What makes calls of ops; ``flowstone_layers.functional_ops`` puts it here, since it needs layers' machinery."""


class History:
    """Where a ``KerasTensor`` comes from: an operation, which of its calls, which of the call's outputs."""

    __slots__ = ("node_index", "operation", "tensor_index")

    def __init__(self, operation: Any, node_index: int, tensor_index: int) -> None:
        self.operation = operation
        self.node_index = node_index
        self.tensor_index = tensor_index

    def __iter__(self) -> Any:
        return iter((self.operation, self.node_index, self.tensor_index))


class CallNode:
    """One call of an operation with symbolic arguments."""

    def __init__(self, operation: Any, args: tuple[Any, ...], kwargs: dict[str, Any], outputs: Any) -> None:
        self.operation = operation
        self.args = args
        self.kwargs = kwargs
        self.input_tensors = [t for t in nest.flatten((args, kwargs)) if isinstance(t, KerasTensor)]
        self.outputs = nest.flatten(outputs)
        self.output_structure = outputs
        node_index = len(operation._inbound_nodes)
        for index, tensor in enumerate(self.outputs):
            tensor._keras_history = History(operation, node_index, index)
        operation._inbound_nodes.append(self)

    @property
    def is_input(self) -> bool:
        """Whether it is an entry of a model."""
        return not self.input_tensors

    @property
    def parent_nodes(self) -> list[CallNode]:
        """The calls that made this one's inputs."""
        return [node_of(t) for t in self.input_tensors]


def node_of(tensor: KerasTensor) -> CallNode:
    """The call that made ``tensor``."""
    history = tensor._keras_history
    if history is None:
        raise ValueError(f"{tensor!r} was not made by keras.Input or a layer.")
    node: CallNode = history.operation._inbound_nodes[history.node_index]
    return node


def is_keras_tensor(x: Any) -> bool:
    """Whether ``x`` is a symbolic input or output of layers."""
    return isinstance(x, KerasTensor)


def any_symbolic(*structures: Any) -> bool:
    """Whether a ``KerasTensor`` is among the leaves."""
    return any(isinstance(leaf, KerasTensor) for leaf in nest.flatten(structures))
