"""Symbolic tensors: what stands for a value while a function is traced."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NoReturn

from flowstone_core.dtypes import DType
from flowstone_core.errors import InaccessibleTensorError
from flowstone_core.shapes import TensorShape, merge
from flowstone_core.spec import Spec
from flowstone_core.tensor import Tensor, not_a_python_value

from flowstone_graphfn.static_value import static_value

if TYPE_CHECKING:
    from flowstone_graphfn.graph import Graph, Node, Operation


class SymbolicTensor(Tensor):
    """One output of a node: a tensor whose value each call of the function decides.

    Attributes:
        node: The node that computes it.
        index: Which of the node's outputs it is, lists of outputs counted flat.
        owner: For the handle of a variable that is an argument: a weak reference to the variable.
    """

    owner: Callable[[], Any] | None = None

    __slots__ = ("_dtype", "_spec", "index", "node")

    def __init__(self, node: Node, index: int, spec: Spec) -> None:
        self.node = node
        self.index = index
        self._spec = spec
        self._dtype = spec.dtype

    @property
    def dtype(self) -> DType:
        """The element type."""
        return self._dtype

    @property
    def spec(self) -> Spec:
        """What shape rules know of this tensor."""
        return self._spec

    @property
    def shape(self) -> TensorShape:
        """The static shape, as far as it is known."""
        return TensorShape(self._spec.shape)

    @property
    def name(self) -> str:
        """The name of the node and the number of the output: ``"add_1:0"``."""
        return f"{self.node.name}:{self.index}"

    @property
    def op(self) -> Operation:
        """The operation that computes this tensor."""
        return self.node.operation

    @property
    def value_index(self) -> int:
        """Which of its operation's outputs this is."""
        return self.index

    @property
    def graph(self) -> Graph:
        """The graph that this tensor belongs to.

        Raises:
            InaccessibleTensorError: If the graph is gone: the tensor left the function that made it.
        """
        return self.node.graph

    @property
    def _array(self) -> NoReturn:
        """Raise: only eager tensors hold a value, and an op that runs eagerly was given this one."""
        raise InaccessibleTensorError(
            f"{self!r} is out of scope and has no value here: the function that made it has ended. Return it from "
            f"that function, or keep it in a tf.Variable.{self.node.made_at()}"
        )

    @property
    def device(self) -> str:
        """The device that will hold the value: not decided while tracing."""
        return ""

    def set_shape(self, shape: Any) -> None:
        """State what you know of the shape; later nodes use it.

        Raises:
            ValueError: If it contradicts what is known.
        """
        dims = merge(self._spec.shape, TensorShape(shape).as_tuple())
        self._spec = Spec(dims, self._spec.dtype, self._spec.value, self._spec.handle)

    def static_value(self, partial: bool = False) -> Any:
        """The value, if it follows from constants and static shapes; else None."""
        return static_value(self.node, self.index, partial)

    def consumers(self) -> list[Operation]:
        """The operations that take this tensor."""
        return [node.operation for node in self.graph.nodes if any(x is self for x in node.flat_inputs())]

    def eval(self, feed_dict: Any = None, session: Any = None) -> NoReturn:
        """Raise: there are no sessions in TensorFlow 2.

        Raises:
            ValueError: Always.
        """
        raise ValueError(
            f"Cannot evaluate {self!r} with eval(): there are no sessions. Return it from the function, or run "
            "the function with tf.config.run_functions_eagerly(True)."
        )

    def __iter__(self) -> Iterator[Tensor]:
        raise not_a_python_value(self, "as an iterable (`for x in tensor`, unpacking, `in`)")

    def __bool__(self) -> bool:
        raise not_a_python_value(self, "as a Python `bool`")

    def __len__(self) -> int:
        raise TypeError(
            f"len is not well defined for a symbolic Tensor ({self.name}). "
            "Please call `x.shape` rather than `len(x)` for shape information."
        )

    def __contains__(self, item: object) -> bool:
        raise not_a_python_value(self, "as a container (`x in tensor`)")

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        raise NotImplementedError(
            f"Cannot convert a symbolic tf.Tensor ({self.name}) to a numpy array. This error may indicate that "
            "you're trying to pass a Tensor to a NumPy call, which is not supported; "
            "tf.numpy_function and tf.py_function call numpy when the function runs."
        )

    def __copy__(self) -> SymbolicTensor:
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError(f"cannot pickle {type(self).__name__!r} object")

    def __str__(self) -> str:
        shape = "" if self._spec.shape is None else f", shape={self.shape}"
        return f'Tensor("{self.name}"{shape}, dtype={self._dtype.name})'

    def __repr__(self) -> str:
        return f"<tf.Tensor '{self.name}' shape={self.shape} dtype={self._dtype.name}>"
