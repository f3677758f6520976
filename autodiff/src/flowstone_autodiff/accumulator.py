"""``tf.autodiff.ForwardAccumulator``: derivatives along a direction, computed along with the values."""

from __future__ import annotations

import logging
import weakref
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Any

from flowstone_core import nest
from flowstone_core.conversion import convert_to_tensor
from flowstone_core.dtypes import variant
from flowstone_core.indexed_slices import IndexedSlices
from flowstone_core.interpreter import Interpreter, pop, push, running_under
from flowstone_core.op import Op, execute
from flowstone_core.ops.filling import ones_like, zeros_like
from flowstone_core.ops.gathering import gather
from flowstone_core.tensor import Tensor

from flowstone_autodiff.aggregate import dense
from flowstone_autodiff.backprop import backpropagate, go_back
from flowstone_autodiff.recorder import INTERCEPTED, TRAINABLE_KINDS, Backward, Recorder, flat
from flowstone_autodiff.registry import NOT_DIFFERENTIABLE, find_rule
from flowstone_autodiff.sources import element_type, tensor_of, zeros_for
from flowstone_autodiff.unconnected import UnconnectedGradients, as_unconnected

_log = logging.getLogger("flowstone")


class ForwardAccumulator:
    """Computes Jacobian-vector products: the derivative of each result along a direction of the inputs.

    It costs about two evaluations of the function for one direction, however many results there are; a tape
    costs that for one result, however many inputs there are.

    >>> x = tf.constant([2.0, 3.0])
    >>> with tf.autodiff.ForwardAccumulator(primals=x, tangents=tf.constant([1.0, 0.0])) as accumulator:
    ...     y = x * x
    >>> accumulator.jvp(y).numpy()
    array([4., 0.], dtype=float32)

    With a tape inside, the derivative of the gradient along the direction (a Hessian-vector product):

    >>> with tf.autodiff.ForwardAccumulator(x, tf.constant([1.0, 0.0])) as accumulator:
    ...     with tf.GradientTape() as tape:
    ...         tape.watch(x)
    ...         y = x * x * x
    ...     gradient = tape.gradient(y, x)
    >>> accumulator.jvp(gradient).numpy()
    array([12.,  0.], dtype=float32)

    Args:
        primals: The tensors or variables to vary, a structure of them.
        tangents: The direction: a structure like ``primals`` of tensors of their shapes and types.

    Raises:
        ValueError: If the structures, shapes or types differ, or a primal occurs twice.
    """

    def __init__(self, primals: Any, tangents: Any) -> None:
        nest.assert_same_structure(primals, tangents)
        self._pusher = Pusher()
        self._recording = False
        for primal, tangent in zip(nest.flatten(primals), nest.flatten(tangents), strict=True):
            self._watch(tensor_of(primal), tangent)

    def _watch(self, primal: Tensor, value: Any) -> None:
        dtype = element_type(primal)
        if dtype._kind not in TRAINABLE_KINDS:
            _log.warning("The dtype of the watched primal must be floating (e.g. tf.float32), got %r", dtype)
        tangent = convert_to_tensor(value, dtype)
        held = primal.spec.handle if primal.dtype.is_handle else None
        shape = held[0].shape if held else primal.spec.shape
        if not tangent.shape.is_compatible_with(shape):
            raise ValueError(
                f"The tangent of a primal must have its shape: expected {shape}, received {tangent.shape.as_tuple()}."
            )
        if self._pusher.tangent(primal) is not None:
            raise ValueError(
                f"Tensor {primal!r} was specified as a primal multiple times. This may indicate an error. If it was "
                "intended, please sum the corresponding tangents."
            )
        self._pusher.push(primal, tangent)

    def __enter__(self) -> ForwardAccumulator:
        """Start (or go on) computing along."""
        if self._recording:
            raise ValueError("Accumulator is already recording.")
        push(self._pusher)
        self._recording = True
        return self

    def __exit__(
        self, typ: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop."""
        if self._recording:
            pop(self._pusher)
            self._recording = False

    def jvp(self, primals: Any, unconnected_gradients: Any = UnconnectedGradients.NONE) -> Any:
        """The derivative along the direction of what was computed in the context.

        Args:
            primals: Results, a structure of tensors.
            unconnected_gradients: What to give for a tensor that does not depend on the primals: ``None``, or
                zeros.

        Raises:
            ValueError: If ``unconnected_gradients`` is unknown.
        """
        unconnected = as_unconnected(unconnected_gradients)

        def derivative(value: Any) -> Any:
            tensor = tensor_of(value)
            tangent = self._pusher.tangent(tensor)
            if tangent is None and unconnected is UnconnectedGradients.ZERO:
                return zeros_for(tensor)
            return tangent

        return nest.map_structure(derivative, primals)


class Pusher:
    """The interpreter behind an accumulator: executes by its parent, and pushes the tangents forward.

    A rule gives ``Jᵀ w`` for any ``w``, and that is linear in ``w``: differentiating ``<Jᵀ w, t>`` by ``w``
    gives ``J t``. So reverse rules serve forward mode as well.
    """

    building_graph = False
    differentiates_backward = True

    def __init__(self) -> None:
        self.parent: Interpreter | None = None
        self._tangents: dict[int, tuple[weakref.ref[Tensor], Tensor]] = {}

    def tangent(self, tensor: Tensor) -> Tensor | None:
        """The tangent of a tensor; None if it depends on no primal."""
        found = self._tangents.get(id(tensor))
        return None if found is None else found[1]

    def push(self, tensor: Tensor, tangent: Tensor) -> None:
        """Remember a tangent for as long as its tensor lives."""
        key, tangents = id(tensor), self._tangents
        tangents[key] = (weakref.ref(tensor, lambda _: tangents.pop(key, None)), tangent)

    def execute(self, op: Op, inputs: tuple[Any, ...], attrs: dict[str, Any], name: str | None) -> Any:
        """Execute by the parent, then push tangents."""
        if op.name in INTERCEPTED:
            return INTERCEPTED[op.name](op, inputs, attrs, name)
        parent = self.parent
        outputs = execute(op, inputs, attrs) if parent is None else parent.execute(op, inputs, attrs, name)
        if self.watches(flat(inputs)) and find_rule(op) is not NOT_DIFFERENTIABLE:
            self._push_through(op, inputs, outputs, attrs)
        return outputs

    def constant(self, tensor: Any) -> Any:
        """What the parent makes of a constant."""
        return tensor if self.parent is None else self.parent.constant(tensor)

    def record_custom(self, inputs: Sequence[Tensor], outputs: Sequence[Tensor], backward: Backward) -> None:
        """Push tangents through a computation that brings its own way back."""
        if backward.forward and self.watches(inputs):
            self._push_through(backward, tuple(inputs), tuple(outputs), None)

    def watches(self, tensors: Sequence[Tensor]) -> bool:
        """Whether one of ``tensors`` has a tangent."""
        tangents = self._tangents
        return any(id(tensor) in tangents for tensor in tensors)

    def access(self, handle: Tensor) -> None:
        """Do nothing: variables are primals or are constant."""

    def _push_through(self, op: Op | Backward, inputs: tuple[Any, ...], outputs: Any, attrs: Any) -> None:
        results = [tensor for tensor in flat(outputs) if _carries(tensor)]
        if not results:
            return
        recorder = Recorder(watch_accessed=False)
        with running_under(self.parent):
            push(recorder)
            try:
                weights = [_weight(result) for result in results]
                for weight in weights:
                    recorder.watch(weight)
                back = go_back(op, inputs, outputs, attrs, _nested(outputs, iter(weights)))
            finally:
                pop(recorder)
            targets, directions = self._paired(inputs, back)
            derivatives = backpropagate(recorder.records, targets, weights, directions)
        for result, derivative in zip(results, derivatives, strict=True):
            if derivative is not None:
                self.push(result, dense(derivative))

    def _paired(self, inputs: tuple[Any, ...], gradients: Sequence[Any]) -> tuple[list[Tensor], list[Tensor]]:
        """What the rule gave for each input with a tangent, and that tangent."""
        targets: list[Tensor] = []
        directions: list[Tensor] = []
        for value, gradient in zip(inputs, gradients, strict=True):
            several = type(value) is tuple
            for tensor, each in zip(value, gradient, strict=True) if several and gradient else [(value, gradient)]:
                tangent = None if type(tensor) is tuple or each is None else self.tangent(tensor)
                if tangent is None:
                    continue
                if isinstance(each, IndexedSlices):
                    each, tangent = each.values, gather(tangent, each.indices)
                targets.append(each)
                directions.append(tangent)
        return targets, directions


def _carries(tensor: Tensor) -> bool:
    """Whether a tensor can have a tangent: numbers, and lists of them."""
    return tensor.dtype._kind in "fc" or tensor.dtype is variant


def _weight(result: Tensor) -> Any:
    """Some ``w`` for a result; which one does not matter, for rules are linear in it."""
    return zeros_like(result) if result.dtype is variant else ones_like(result)


def _nested(outputs: Any, weights: Iterator[Tensor]) -> Any:
    """The weights of floating point outputs in their places, None for others."""
    if isinstance(outputs, Tensor):
        return next(weights) if _carries(outputs) else None
    return [_nested(output, weights) for output in outputs]
