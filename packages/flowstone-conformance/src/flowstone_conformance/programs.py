# Programs as users write them; what traces them is given, and untyped.
# mypy: disable-error-code="untyped-decorator, operator, misc"
"""Programs that compilers are tested with: each takes ``function`` and yields steps to run one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from flowstone_autodiff.tape import GradientTape
from flowstone_core.conversion import convert_to_tensor
from flowstone_core.ops import (
    activations,
    array,
    bitwise,
    compare,
    elementary,
    filling,
    indexing,
    linalg,
    math,
    nn,
    pool,
    reduce,
    softmax,
)
from flowstone_core.ops.convolution import conv2d
from flowstone_core.type_spec import TensorSpec
from flowstone_core.variable import Variable
from flowstone_graphfn.control_flow import cond
from flowstone_graphfn.while_loops import while_loop

Program = Callable[[Any], Iterator[Callable[[], Any]]]

PROGRAMS: list[Program] = []


def program(made: Program) -> Program:
    """Add a program."""
    PROGRAMS.append(made)
    return made


def normal(*shape: int, seed: int = 0, dtype: Any = np.float32) -> Any:
    """Normally distributed numbers."""
    return convert_to_tensor(np.random.default_rng(seed).standard_normal(shape).astype(dtype))


def numbers(values: Any, dtype: Any) -> Any:
    """A tensor of these values."""
    return convert_to_tensor(np.array(values, dtype))


@program
def chains_of_elementwise_operations(function: Any) -> Iterator[Callable[[], Any]]:
    """With broadcasting over every axis."""

    @function
    def f(x: Any, row: Any, column: Any) -> Any:
        y = elementary.tanh(x * row + column)
        z = array.expand_dims(row, 0) - y / (1 + math.square(y))
        return y, z, math.maximum(z, 0.1) * elementary.exp(-math.abs(y))

    for shape in ((1, 1), (3, 5), (17, 33), (64, 128), (5, 1000)):
        for _ in range(3):
            yield lambda s=shape: f(normal(*s), normal(s[1], seed=1), normal(s[0], 1, seed=2))


@program
def reductions_and_what_follows(function: Any) -> Iterator[Callable[[], Any]]:
    """Normalisation over rows and over columns, and sums of all kinds."""

    @function
    def f(x: Any) -> Any:
        mean = reduce.reduce_mean(x, -1, keepdims=True)
        variance = reduce.reduce_mean(math.square(x - mean), -1, keepdims=True)
        rows = (x - mean) * elementary.rsqrt(variance + 1e-5)
        columns = x - reduce.reduce_mean(x, 0)
        return (
            rows,
            columns,
            reduce.reduce_sum(x),
            reduce.reduce_max(rows, 1),
            reduce.reduce_min(x, [0]),
            reduce.reduce_sum(math.square(columns), 0) / reduce.reduce_sum(math.abs(x)),
        )

    for shape in ((2, 3), (16, 100), (100, 16), (3, 2000), (300, 70)):
        for _ in range(3):
            yield lambda s=shape: f(normal(*s))


@program
def reductions_over_each_axis(function: Any) -> Iterator[Callable[[], Any]]:
    """Of three axes, alone and together."""
    for axes in ([0], [1], [2], [0, 1], [0, 2], [1, 2], [0, 1, 2], []):
        f = function(lambda x, axes=axes: (reduce.reduce_sum(x, axes), reduce.reduce_max(elementary.exp(x), axes)))
        for _ in range(3):
            yield lambda f=f: f(normal(7, 9, 33))


@program
def softmax_and_its_gradient(function: Any) -> Iterator[Callable[[], Any]]:
    """The losses of a classifier."""

    @function
    def f(logits: Any, labels: Any) -> Any:
        with GradientTape() as tape:
            tape.watch(logits)
            loss = reduce.reduce_mean(softmax.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits))
        return loss, tape.gradient(loss, logits), softmax.softmax(logits), softmax.log_softmax(logits)

    for classes in (1, 3, 10, 100, 1000):
        labels = numbers(np.arange(32) % classes, np.int64)
        for _ in range(3):
            yield lambda c=classes, y=labels: f(normal(32, c), y)
        yield lambda c=classes: f(normal(32, c), numbers([c] * 32, np.int64))  # out of range: an error
        yield lambda c=classes, y=labels: f(normal(32, c), y)


@program
def products_of_matrices(function: Any) -> Iterator[Callable[[], Any]]:
    """Of many sizes, transposed or not, followed by other operations."""

    @function
    def f(a: Any, b: Any, bias: Any) -> Any:
        y = activations.relu(linalg.matmul(a, b) + bias)
        return y, linalg.matmul(y, b, transpose_b=True), linalg.matmul(a, y, transpose_a=True)

    for rows, depth, columns in ((1, 1, 1), (1, 50, 70), (5, 7, 9), (64, 33, 31), (33, 64, 257), (130, 300, 65)):
        for _ in range(3):
            yield lambda r=rows, d=depth, c=columns: f(normal(r, d), normal(d, c, seed=1), normal(c, seed=2))


@program
def stacks_of_matrices(function: Any) -> Iterator[Callable[[], Any]]:
    """Attention: products of stacks, transposed stacks, softmax between them."""

    @function
    def f(q: Any, k: Any, v: Any) -> Any:
        q, k, v = (array.transpose(t, [0, 2, 1, 3]) for t in (q, k, v))
        scores = softmax.softmax(linalg.matmul(q, k, transpose_b=True) / 4.0)
        return array.transpose(linalg.matmul(scores, v), [0, 2, 1, 3]), scores

    for _ in range(3):
        yield lambda: f(*(normal(2, 10, 3, 16, seed=s) for s in range(3)))


@program
def a_network_that_learns(function: Any) -> Iterator[Callable[[], Any]]:
    """Two layers trained with momentum: variables read and written, gradients, in place."""
    rng = np.random.default_rng(0)
    shapes = ((20, 40), (40,), (40, 5), (5,))
    weights = [Variable((rng.standard_normal(shape) / 5).astype(np.float32)) for shape in shapes]
    speeds = [Variable(np.zeros(shape, np.float32)) for shape in shapes]
    x, labels = normal(48, 20), numbers(np.arange(48) % 5, np.int32)

    @function
    def step(x: Any, labels: Any) -> Any:
        with GradientTape() as tape:
            hidden = elementary.tanh(linalg.matmul(x, weights[0]) + weights[1])
            logits = linalg.matmul(hidden, weights[2]) + weights[3]
            losses = softmax.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits)
            loss = reduce.reduce_mean(losses)
        for weight, speed, slope in zip(weights, speeds, tape.gradient(loss, weights), strict=True):
            speed.assign(0.9 * speed + slope)
            weight.assign_sub(0.1 * speed)
        return loss

    for _ in range(6):
        yield lambda: step(x, labels)
    yield lambda: [weight.read_value() for weight in (*weights, *speeds)]


@program
def order_of_reads_and_writes(function: Any) -> Iterator[Callable[[], Any]]:
    """Values before and after assignments; exchanging two variables; one variable under two names."""
    a, b = Variable(np.arange(30, dtype=np.float32)), Variable(np.ones(30, np.float32))

    @function
    def f(x: Any) -> Any:
        before = a * 2
        a.assign_add(x)
        middle = a + b
        a.assign(b * 3)
        b.assign(middle)
        return before, middle, a - b

    @function
    def exchange() -> Any:
        first, second = a.read_value(), b.read_value()
        a.assign(second)
        b.assign(first)
        return reduce.reduce_sum(a), reduce.reduce_sum(b)

    @function
    def twice(one: Any, other: Any) -> Any:
        one.assign_add(other * 2)
        other.assign_add(one + 1)
        return one + other

    for _ in range(3):
        yield lambda: f(normal(30))
        yield exchange
        yield lambda: twice(a, a)
        yield lambda: twice(a, b)
        yield lambda: [a.read_value(), b.read_value()]


@program
def sums_of_rows_written_back(function: Any) -> Iterator[Callable[[], Any]]:
    """A variable that is replaced by something that needs all of its old values."""
    v = Variable(np.random.default_rng(1).standard_normal((20, 30)).astype(np.float32))

    @function
    def f() -> Any:
        v.assign(v - reduce.reduce_mean(v, 1, keepdims=True))
        v.assign(v / (1 + array.transpose(reduce.reduce_max(v, 0, keepdims=True) * reduce.reduce_sum(v))[0]))
        v.assign(array.reshape(array.transpose(v), [20, 30]))
        return reduce.reduce_sum(v, 0)

    for _ in range(4):
        yield f
    yield v.read_value


@program
def shapes_unknown_while_tracing(function: Any) -> Iterator[Callable[[], Any]]:
    """One trace for many sizes, one of which does not fit."""
    spec = TensorSpec((None, None), np.float32)

    @function(input_signature=[spec, spec])
    def f(x: Any, y: Any) -> Any:
        return linalg.matmul(x, y) + reduce.reduce_sum(x, 1, keepdims=True), softmax.softmax(x * 2)

    for size in (1, 4, 9, 40):
        for _ in range(3):
            yield lambda n=size: f(normal(n, 5), normal(5, n + 1))
    yield lambda: f(normal(3, 5), normal(4, 2))
    yield lambda: f(normal(0, 5), normal(5, 2))


@program
def branches_and_loops(function: Any) -> Iterator[Callable[[], Any]]:
    """Control flow that depends on tensors, around elementwise operations and products."""

    def body(i: Any, total: Any, x: Any) -> Any:
        more = cond(
            reduce.reduce_sum(total) > 10.0,
            lambda: total - elementary.tanh(x),
            lambda: total + math.square(x) / (1.0 + math.abs(total)),
        )
        return i + 1, more, x

    @function
    def f(x: Any, n: Any) -> Any:
        i, total, _ = while_loop(lambda i, total, x: i < n, body, (numbers(0, np.int32), filling.zeros_like(x), x))
        return total, i, linalg.matmul(total, x, transpose_b=True)

    @function
    def collatz(n: Any) -> Any:
        def following(n: Any, steps: Any) -> Any:
            odd = compare.equal(n - 2 * bitwise.right_shift(n, numbers(1, np.int64)), 1)
            return cond(odd, lambda: 3 * n + 1, lambda: bitwise.right_shift(n, numbers(1, np.int64))), steps + 1

        return while_loop(lambda n, steps: n > 1, following, (n, numbers(0, np.int64)))

    for count in (0, 1, 7, 30):
        for _ in range(2):
            yield lambda n=count: f(normal(6, 8), numbers(n, np.int32))
            yield lambda n=count: collatz(numbers(n + 1, np.int64))


@program
def special_values(function: Any) -> Iterator[Callable[[], Any]]:
    """Infinities, nan, zeros of both signs, numbers near the ends of the range."""
    x = numbers([0.0, -0.0, 1.0, -1.0, np.inf, -np.inf, np.nan, 1e-40, 3e38, -3e38, 88.8, -104.0] * 3, np.float32)

    @function
    def f(x: Any, y: Any) -> Any:
        return (
            math.maximum(x, y),
            math.minimum(x, y),
            activations.relu(x),
            elementary.exp(x),
            elementary.sigmoid(x),
            elementary.tanh(x),
            math.sign(x),
            elementary.sqrt(x),
            x / y,
            reduce.reduce_max(x),
            reduce.reduce_sum(math.abs(y)),
        )

    for shift in range(4):
        yield lambda s=shift: f(x, numbers(np.roll(x.numpy(), s), np.float32))


@program
def integers_and_bools(function: Any) -> Iterator[Callable[[], Any]]:
    """Whole numbers of all sizes wrap around; comparisons and selections."""

    @function
    def f(x: Any, y: Any) -> Any:
        smaller = x < y
        return x * y + x, math.maximum(x, y) - 1, smaller, reduce.reduce_sum(x * x), reduce.reduce_any(smaller, 0)

    for dtype in (np.int8, np.uint8, np.int16, np.int32, np.int64):
        rng = np.random.default_rng(5)
        x, y = (convert_to_tensor(rng.integers(0, 120, (9, 21)).astype(dtype)) for _ in range(2))
        for _ in range(2):
            yield lambda x=x, y=y: f(x, y)


@program
def slices_and_shapes(function: Any) -> Iterator[Callable[[], Any]]:
    """Views of views, read by loops and products."""

    @function
    def f(x: Any) -> Any:
        part = x[1:5, ::2] * 2
        column = x[:, 3]
        turned = array.transpose(x)[2:6]
        box = indexing.slice(x, [2, 1], [3, 4])
        last = x[..., -1:]
        return part, column + 1, linalg.matmul(turned, x) + 1, box * box, last - x[0], x[::-1] * 1.5

    for _ in range(3):
        yield lambda: f(normal(8, 9))


@program
def convolutions_and_their_gradients(function: Any) -> Iterator[Callable[[], Any]]:
    """With strides, paddings and pooling of both kinds, down to the filters' and the images' gradients."""

    @function
    def f(images: Any, first: Any, second: Any, bias: Any, strides: Any, padding: Any) -> Any:
        with GradientTape() as tape:
            tape.watch([images, first, second, bias])
            y = activations.relu(nn.bias_add(conv2d(images, first, strides, padding), bias))
            y = pool.max_pool2d(y, 2, 2, "VALID")
            y = pool.avg_pool2d(conv2d(y, second, 1, "SAME"), 3, 2, "SAME")
            loss = reduce.reduce_sum(math.square(y))
        return y, tape.gradient(loss, [images, first, second, bias])

    sizes = ((1, 8, 8, 1, 3, 4, 5), (2, 14, 11, 3, 3, 32, 16), (3, 9, 13, 16, 5, 40, 33), (2, 12, 12, 8, 1, 9, 7))
    for batch, high, wide, channels, window, middle, last in sizes:
        for strides, padding in ((1, "SAME"), (2, "SAME"), (1, "VALID"), (2, "VALID")):
            operands = (
                normal(batch, high, wide, channels),
                normal(window, window, channels, middle, seed=1) / 3.0,
                normal(3, 3, middle, last, seed=2) / 3.0,
                normal(middle, seed=3),
            )
            for _ in range(2):
                yield lambda o=operands, s=strides, p=padding: f(*o, s, p)
