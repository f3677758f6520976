"""``tf.gradients`` and ``tf.hessians``: derivatives of the graph that is being traced, without a tape."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flowstone_core.conversion import convert_to_tensor
from flowstone_core.interpreter import graph_interpreter
from flowstone_core.tensor import Tensor

from flowstone_autodiff import jacobians
from flowstone_autodiff.backprop import backpropagate
from flowstone_autodiff.sources import tensor_of, zeros_for
from flowstone_autodiff.unconnected import UnconnectedGradients, as_unconnected


def gradients(
    ys: Any,
    xs: Any,
    grad_ys: Any = None,
    name: str = "gradients",
    gate_gradients: bool = False,
    aggregation_method: Any = None,
    stop_gradients: Any = None,
    unconnected_gradients: Any = UnconnectedGradients.NONE,
) -> list[Any]:
    """The gradients of the sum of ``ys`` by each of ``xs``, inside a ``tf.function``.

    >>> @tf.function
    ... def slope(x):
    ...     return tf.gradients(x * x, x)[0]
    >>> slope(tf.constant(3.0)).numpy()
    np.float32(6.0)

    Args:
        ys: A tensor or a list of tensors of the function that is being traced.
        xs: A tensor, a variable, or a list of these.
        grad_ys: Weights: for each of ``ys`` a tensor of its shape, or None for ones.
        name: Accepted.
        gate_gradients: Accepted.
        aggregation_method: Accepted.
        stop_gradients: Tensors that count as constants.
        unconnected_gradients: What to give for one of ``xs`` that ``ys`` do not depend on.

    Returns:
        For each of ``xs`` a tensor, ``tf.IndexedSlices`` or None.

    Raises:
        RuntimeError: In eager mode; use ``tf.GradientTape``.
        ValueError: If there are not as many ``grad_ys`` as ``ys``.
        LookupError: If an op between has no gradient rule.
    """
    builder = graph_interpreter()
    if builder is None:
        raise RuntimeError(
            "tf.gradients is not supported when eager execution is enabled. Use tf.GradientTape instead."
        )
    unconnected = as_unconnected(unconnected_gradients)
    targets = [_local(builder, y) for y in _listed(ys)]
    sources = [_local(builder, x) for x in _listed(xs)]
    weights = [None] * len(targets) if grad_ys is None else _listed(grad_ys)
    if len(weights) != len(targets):
        raise ValueError(f"Passed {len(weights)} grad_ys for {len(targets)} ys")
    found = backpropagate(
        builder.graph.records(),
        targets,
        sources,
        [None if weight is None else convert_to_tensor(weight) for weight in weights],
        stop=[_local(builder, each) for each in _listed(stop_gradients)],
    )
    if unconnected is UnconnectedGradients.ZERO:
        return [zeros_for(source) if each is None else each for source, each in zip(sources, found, strict=True)]
    return found


def hessians(
    ys: Any, xs: Any, gate_gradients: bool = False, aggregation_method: Any = None, name: str = "hessians"
) -> list[Any]:
    """The matrices of second derivatives of the sum of ``ys`` by each of ``xs``, inside a ``tf.function``.

    >>> @tf.function
    ... def curvature(x):
    ...     return tf.hessians(tf.reduce_sum(x ** 3), x)[0]
    >>> curvature(tf.constant([1.0, 2.0])).numpy()
    array([[ 6.,  0.],
           [ 0., 12.]], dtype=float32)

    Args:
        ys: A tensor or a list of tensors of the function that is being traced.
        xs: A tensor or a list of tensors.
        gate_gradients: Accepted.
        aggregation_method: Accepted.
        name: Accepted.

    Returns:
        For each of ``xs`` a tensor of shape ``x.shape + x.shape``.

    Raises:
        RuntimeError: In eager mode.
        ValueError: If ``ys`` do not depend on one of ``xs``.
    """
    sources = _listed(xs)
    firsts = gradients(ys, sources)
    results = []
    for source, first in zip(sources, firsts, strict=True):
        if first is None:
            raise ValueError(f"The results do not depend on {source!r}: it has no second derivatives.")
        builder = graph_interpreter()
        slope = convert_to_tensor(first)
        (matrix,) = jacobians.jacobian(builder.graph.records(), slope, [_local(builder, source)], at_once=True)
        if matrix is None:
            matrix = jacobians.zeros(slope, _local(builder, source))
        results.append(matrix)
    return results


def _listed(values: Any) -> Sequence[Any]:
    if values is None:
        return []
    return list(values) if isinstance(values, (list, tuple)) else [values]


def _local(builder: Any, value: Any) -> Tensor:
    """The tensor of the graph that stands for ``value``."""
    tensor: Tensor = builder.local(tensor_of(value))
    return tensor
