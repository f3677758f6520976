"""Tensors that stand for one element of a batch, and the interpreter that computes for all elements at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NoReturn

from flowstone_core.conversion import convert_to_tensor
from flowstone_core.dtypes import DType
from flowstone_core.errors import InaccessibleTensorError, OperatorNotAllowedInGraphError
from flowstone_core.interpreter import Interpreter, pop, push, running_under
from flowstone_core.op import Op, execute
from flowstone_core.ops.array import expand_dims
from flowstone_core.ops.joining import stack
from flowstone_core.ops.reduce import reduce_sum
from flowstone_core.shapes import TensorShape, merge
from flowstone_core.spec import Spec
from flowstone_core.tensor import Tensor

from flowstone_autodiff.batch_registry import BatchCall, Same, find_batch_rule
from flowstone_autodiff.recorder import Backward, flat


class BatchedTensor(Tensor):
    """One element of a batch, whichever: its shape is that of an element.

    Attributes:
        values: All elements: a tensor with the batch as first dimension, or, for handles, a tuple of tensors.
        level: The interpreter that made it.
    """

    __slots__ = ("_dtype", "_spec", "level", "values")

    def __init__(self, values: Any, level: Batcher) -> None:
        self.values = values
        self.level = level
        first = values[0] if type(values) is tuple else values
        self._dtype: DType = first.dtype
        spec = first.spec
        self._spec = spec if type(values) is tuple else Spec(None if spec.shape is None else spec.shape[1:], spec.dtype)

    @property
    def dtype(self) -> DType:
        """The element type."""
        return self._dtype

    @property
    def spec(self) -> Spec:
        """What shape rules know of one element."""
        return self._spec

    @property
    def _array(self) -> NoReturn:
        raise InaccessibleTensorError(
            f"{self!r} stands for one element inside tf.vectorized_map (or a Jacobian), and has no value of its own. "
            "Return it from the function instead of keeping it."
        )

    def set_shape(self, shape: Any) -> None:
        """Check that the elements of the batch have ``shape``.

        Raises:
            ValueError: If they have another.
        """
        merge(self.shape.as_tuple(), TensorShape(shape).as_tuple())

    def __bool__(self) -> bool:
        raise OperatorNotAllowedInGraphError(
            f"Using a symbolic `tf.Tensor` as a Python `bool` is not allowed: {self!r} stands for every element of a "
            "batch. Use tf.where or tf.cond, or tf.map_fn instead of tf.vectorized_map."
        )

    def __iter__(self) -> Iterator[Tensor]:
        shape = self._spec.shape
        if not shape or shape[0] is None:
            raise OperatorNotAllowedInGraphError(f"Iterating over {self!r} is not allowed.")
        return iter([self[index] for index in range(shape[0])])

    def __len__(self) -> int:
        shape = self._spec.shape
        if not shape or shape[0] is None:
            raise TypeError(f"len is not well defined for {self!r}.")
        return shape[0]

    def __repr__(self) -> str:
        return f"<tf.Tensor, one of a batch: shape={self.shape}, dtype={self._dtype.name}>"


class Batcher:
    """Executes each op for all elements of a batch at once, by its batching rule, or else one by one.

    To what runs under it, it looks like a graph being built: tensors have shapes and no values.

    Args:
        size: How many elements: a number, or a scalar tensor inside a traced function.
    """

    building_graph = True

    def __init__(self, size: Any) -> None:
        self.parent: Interpreter | None = None
        self.size = size

    def owns(self, tensor: Any) -> bool:
        """Whether ``tensor`` stands for one element of this batch."""
        return type(tensor) is BatchedTensor and tensor.level is self

    def execute(self, op: Op, inputs: tuple[Any, ...], attrs: dict[str, Any], name: str | None) -> Any:
        """Execute for all elements."""
        batched = tuple(
            tuple(self.owns(item) for item in value) if type(value) is tuple else self.owns(value) for value in inputs
        )
        rule = find_batch_rule(op)
        if not any(any(flag) if type(flag) is tuple else flag for flag in batched) and not (rule and rule.always):
            with running_under(self.parent):
                return self._by_parent(op, inputs, attrs, name)
        outputs: Any = NotImplemented
        if rule is not None and not self._holds_tuples(inputs):
            call = BatchCall(op, tuple(map(self.physical, inputs)), batched, attrs, self.size, self)
            with running_under(self.parent):
                outputs = rule.function(call)
        if outputs is NotImplemented:
            outputs = self._one_by_one(op, inputs, attrs)
        return self._wrapped(outputs)

    def _by_parent(self, op: Op, inputs: tuple[Any, ...], attrs: dict[str, Any], name: str | None) -> Any:
        return execute(op, inputs, attrs) if self.parent is None else self.parent.execute(op, inputs, attrs, name)

    def physical(self, value: Any) -> Any:
        """All elements of what is of this batch; anything else as it is."""
        if type(value) is tuple:
            return tuple(map(self.physical, value))
        return value.values if self.owns(value) else value

    def _holds_tuples(self, inputs: tuple[Any, ...]) -> bool:
        return any(self.owns(item) and type(item.values) is tuple for item in flat(inputs))

    def _wrapped(self, outputs: Any) -> Any:
        if type(outputs) is Same:
            return outputs.value
        if isinstance(outputs, Tensor):
            return BatchedTensor(outputs, self)
        if type(outputs) is _Each:
            return BatchedTensor(outputs.values, self)
        if outputs is None:
            return None
        return type(outputs)(map(self._wrapped, outputs))

    def _one_by_one(self, op: Op, inputs: tuple[Any, ...], attrs: dict[str, Any]) -> Any:
        """Execute element by element, and stack what comes out."""
        if type(self.size) is not int:
            raise NotImplementedError(
                f"{op.name} has no batching rule, and the size of the batch is not known when the function is traced. "
                "Use tf.map_fn."
            )
        if self.size == 0:
            raise NotImplementedError(f"{op.name} has no batching rule, and the batch is empty.")
        with running_under(self.parent):
            results = []
            for index in range(self.size):
                own = tuple(self._element(value, index) for value in inputs)
                results.append(self._by_parent(op, own, attrs, None))
            return _stacked(results)

    def _element(self, value: Any, index: int) -> Any:
        if type(value) is tuple:
            return tuple(self._element(item, index) for item in value)
        return value.values[index] if self.owns(value) else value

    def constant(self, tensor: Any) -> Any:
        """What the parent makes of a constant."""
        return tensor if self.parent is None else self.parent.constant(tensor)

    def variable_created(self, variable: Any) -> NoReturn:
        """Refuse.

        Raises:
            ValueError: Always.
        """
        raise ValueError("Variables cannot be made inside tf.vectorized_map; make them outside.")

    def lowered(
        self, inputs: Sequence[Tensor], outputs: Sequence[Tensor], entry: Backward
    ) -> tuple[list[Tensor], list[Tensor], Backward]:
        """A computation with its own way back, as the interpreters below see it: for the whole batch."""
        own = [self.owns(tensor) for tensor in inputs]

        def backward(*gradients: Any) -> list[Any]:
            found = vectorized(self.size, lambda *each: list(entry.function(*each)), gradients)
            # what all elements share gets the sum of what each sends back
            return [
                each if each is None or mine else reduce_sum(each, 0) for each, mine in zip(found, own, strict=True)
            ]

        function = Backward(entry.name, backward, entry.missing, entry.forward)
        return list(map(self.physical, inputs)), list(map(self.physical, outputs)), function


class _Each:
    """Outputs that cannot be stacked: handles."""

    __slots__ = ("values",)

    def __init__(self, values: Sequence[Tensor]) -> None:
        self.values = tuple(values)


def _stacked(results: Sequence[Any]) -> Any:
    first = results[0]
    if first is None:
        return None
    if isinstance(first, Tensor):
        return _Each(results) if first.dtype.is_handle else stack(results)
    return type(first)(_stacked(column) for column in zip(*results, strict=True))


def batched(values: Tensor, level: Batcher) -> Tensor:
    """One element, whichever, of ``values``."""
    return BatchedTensor(values, level)


def _whole(tensor: Any, level: Batcher) -> Any:
    """All elements of a result of ``level``: repeated if it does not depend on the element."""
    if not level.owns(tensor):
        return BatchCall.repeated(expand_dims(tensor, 0), level.size)
    values = tensor.values
    return stack(values) if type(values) is tuple else values


def vectorized(size: Any, function: Callable[..., list[Any]], arguments: Sequence[Any]) -> list[Any]:
    """``function`` for each element of ``arguments``, for all at once.

    Args:
        size: How many elements: a number, or a scalar tensor.
        function: Takes one element of each argument; returns a list of tensors and Nones.
        arguments: Tensors with the batch as first dimension; Nones stay None.

    Returns:
        The results for all elements, with the batch as first dimension.
    """
    level = Batcher(size)
    push(level)
    try:
        results = function(*(None if value is None else batched(value, level) for value in arguments))
        tensors = [None if result is None else convert_to_tensor(result) for result in results]
    finally:
        pop(level)
    return [None if tensor is None else _whole(tensor, level) for tensor in tensors]
