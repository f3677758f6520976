"""Gradients against differences of values: ``tf.test.compute_gradient``, and a check for tests.

The numeric derivative of ``f`` by an element is ``(f(x + h) - f(x - h)) / 2h``, off by ``O(h²)`` and by rounding
over ``h``: use float64 where it matters. Complex numbers count as pairs of reals: the gradient of a real ``y``
by ``z = a + ib`` is ``dy/da + i dy/db``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from flowstone_core import nest
from flowstone_core.conversion import constant, convert_to_tensor
from flowstone_core.tensor import Tensor

from flowstone_autodiff.accumulator import ForwardAccumulator
from flowstone_autodiff.aggregate import dense
from flowstone_autodiff.recorder import trainable
from flowstone_autodiff.tape import GradientTape
from flowstone_autodiff.unconnected import UnconnectedGradients

Array = np.ndarray[Any, Any]


def compute_gradient(
    f: Callable[..., Any], x: Sequence[Any], delta: float | None = None
) -> tuple[tuple[Array, ...], tuple[Array, ...]]:
    """The Jacobians of a function by the tape and by differences.

    >>> by_tape, by_difference = tf.test.compute_gradient(lambda x: x * x, [tf.constant([1., 2.])])
    >>> by_tape[0]
    array([[2., 0.],
           [0., 4.]], dtype=float32)

    Args:
        f: A function of tensors that returns a tensor.
        x: Its arguments, a list of values convertible to tensors.
        delta: The distance ``h`` of the differences; 1/1024 if None.

    Returns:
        For each argument a matrix of ``y.size`` rows and ``x.size`` columns, by the tape; and the same by
        differences. Complex elements count twice.

    Raises:
        ValueError: If ``x`` is not a list.
    """
    if not isinstance(x, (list, tuple)):
        raise ValueError(
            "`x` must be a list or tuple of values convertible to a Tensor (arguments to `f`), not a "
            f"{type(x).__name__}."
        )
    arguments = [convert_to_tensor(value) for value in x]
    step = 1.0 / 1024 if delta is None else delta
    by_tape = tuple(_by_tape(f, arguments, index) for index in range(len(arguments)))
    return by_tape, tuple(_by_difference(f, arguments, index, step) for index in range(len(arguments)))


def _by_tape(f: Callable[..., Any], arguments: list[Tensor], index: int) -> Array:
    x = arguments[index]
    with GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = f(*arguments)
    columns = _reals(np.asarray(x)).size
    rows = []
    for weight in _units(y):
        found = tape.gradient(y, x, output_gradients=constant(weight))
        rows.append(np.zeros(columns) if found is None else _reals(np.asarray(dense(found))))
    return _matrix(rows, columns, x)


def _by_difference(f: Callable[..., Any], arguments: list[Tensor], index: int, step: float) -> Array:
    x = arguments[index]
    wide = np.asarray(x)
    columns = []
    for unit in _units(x):
        ends = [
            _wide(
                f(*arguments[:index], constant((wide + sign * unit * step).astype(wide.dtype)), *arguments[index + 1 :])
            )
            for sign in (1, -1)
        ]
        columns.append(_reals((ends[0] - ends[1]) / (2 * step)))
    rows = columns[0].size if columns else 0
    return _matrix(columns, rows, x).T


def _matrix(vectors: list[Array], width: int, x: Tensor) -> Array:
    real = _reals(np.zeros((), x.dtype.as_numpy_dtype)).dtype
    return np.array(vectors).reshape(len(vectors), width).astype(real)


def _units(tensor: Any) -> Iterator[Array]:
    """For each real component of a tensor an array that is 1 (or i) there and 0 elsewhere."""
    array = np.asarray(tensor)
    for place in range(array.size):
        for one in (1, 1j) if array.dtype.kind == "c" else (1,):
            unit = np.zeros(array.size, array.dtype)
            unit[place] = one
            yield unit.reshape(array.shape)


def _wide(tensor: Any) -> Array:
    array = np.asarray(tensor)
    return array.astype(np.complex128 if array.dtype.kind == "c" else np.float64)


def _reals(array: Any) -> Array:
    """The real components of an array, flat."""
    flat = np.ascontiguousarray(array).reshape(-1)
    return flat.view(flat.real.dtype) if flat.dtype.kind == "c" else flat


def check_gradients(
    function: Callable[..., Any],
    arguments: Sequence[Any],
    *,
    order: int = 2,
    forward: bool = True,
    delta: float = 1e-5,
    rtol: float = 1e-5,
    atol: float = 1e-6,
) -> None:
    """Check the derivatives of a function, backward and forward, against differences of its values.

    The function's floating point results are weighted by fixed random numbers and added up.

    >>> check_gradients(lambda x: x * x * x, [tf.constant([1., 2.], tf.float64)])

    Args:
        function: A function of tensors that returns a structure of tensors.
        arguments: Its arguments. Those of floating point or complex type are varied; float64 and complex128
            are exact enough for the default tolerances.
        order: How many times to differentiate: 2 checks the gradient's gradient too.
        forward: Whether to check ``tf.autodiff.ForwardAccumulator`` as well.
        delta: The distance of the differences.
        rtol: Relative tolerance.
        atol: Absolute tolerance.

    Raises:
        AssertionError: If they differ; the text says for which argument and at which order.
    """
    check = _Check(order, forward, delta, rtol, atol)
    check.run(function, [convert_to_tensor(value) for value in arguments], 1)


@dataclass(frozen=True)
class _Check:
    order: int
    forward: bool
    delta: float
    rtol: float
    atol: float

    def run(self, function: Callable[..., Any], arguments: list[Tensor], level: int) -> None:
        random = np.random.default_rng(level)
        varied = [index for index, tensor in enumerate(arguments) if tensor.dtype._kind in "fc"]
        weights = [_noise(random, tensor) for tensor in _results(function, arguments)]
        gradients = _weighted_gradients(function, arguments, varied, weights)
        for index, gradient in zip(varied, gradients, strict=True):
            expected = self._differences(function, arguments, index, weights)
            self._compare(_reals(np.asarray(gradient)), expected, f"derivative {level}, argument {index}")
        if self.forward:
            self._run_forward(function, arguments, varied, weights, gradients, random)
        if level < self.order:

            def derivative(*values: Any) -> list[Any]:
                return _weighted_gradients(function, list(values), varied, weights)

            self.run(derivative, arguments, level + 1)

    def _differences(
        self, function: Callable[..., Any], arguments: list[Tensor], index: int, weights: list[Array]
    ) -> Array:
        """The derivatives of ``Σ w y`` by each element of one argument."""

        def total(x: Array) -> float:
            results = _results(function, _with(arguments, index, x))
            return sum(_inner(weight, np.asarray(y)) for weight, y in zip(weights, results, strict=True))

        x, delta = np.asarray(arguments[index]), self.delta
        return np.array([(total(x + unit * delta) - total(x - unit * delta)) / (2 * delta) for unit in _units(x)])

    def _run_forward(
        self,
        function: Callable[..., Any],
        arguments: list[Tensor],
        varied: list[int],
        weights: list[Array],
        gradients: list[Any],
        random: np.random.Generator,
    ) -> None:
        """``<w, J t> = <Jᵀ w, t>``: what goes forward agrees with what went back."""
        primals = [arguments[index] for index in varied]
        tangents = [_noise(random, primal) for primal in primals]
        with ForwardAccumulator(primals, [constant(tangent) for tangent in tangents]) as accumulator:
            results = _results(function, arguments)
        pushed = accumulator.jvp(results, UnconnectedGradients.ZERO)
        left = sum(_inner(weight, np.asarray(each)) for weight, each in zip(weights, pushed, strict=True))
        right = sum(_inner(tangent, np.asarray(each)) for tangent, each in zip(tangents, gradients, strict=True))
        self._compare(np.array(left), np.array(right), "forward mode")

    def _compare(self, got: Array, expected: Array, what: str) -> None:
        np.testing.assert_allclose(got, expected, rtol=self.rtol, atol=self.atol, err_msg=what)


def _with(arguments: list[Tensor], index: int, value: Array) -> list[Tensor]:
    """The arguments with another value for one of them."""
    changed = constant(value.astype(arguments[index].dtype.as_numpy_dtype))
    return [*arguments[:index], changed, *arguments[index + 1 :]]


def _inner(a: Array, b: Array) -> float:
    """The inner product of real components."""
    return float(np.sum(_reals(a) * _reals(_wide(b))))


def _results(function: Callable[..., Any], arguments: Sequence[Tensor]) -> list[Tensor]:
    """The results that derivatives exist of."""
    flat = [convert_to_tensor(value) for value in nest.flatten(function(*arguments), expand_composites=True)]
    return [tensor for tensor in flat if trainable(tensor)]


def _weighted_gradients(
    function: Callable[..., Any], arguments: list[Tensor], varied: list[int], weights: list[Array]
) -> list[Any]:
    with GradientTape() as tape:
        sources = [arguments[index] for index in varied]
        tape.watch(sources)
        results = _results(function, arguments)
    found = tape.gradient(results, sources, [constant(weight) for weight in weights], UnconnectedGradients.ZERO)
    return [dense(each) for each in found]


def _noise(random: np.random.Generator, like: Tensor) -> Array:
    array = np.asarray(like)
    noise = random.uniform(0.5, 1.5, array.shape)
    return np.asarray(
        noise + 1j * random.uniform(0.5, 1.5, array.shape) if array.dtype.kind == "c" else noise, array.dtype
    )
