"""The rows in JAX: functions of arrays and of lists of weights, under ``jax.jit``, with donated state when training."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from peers import operands, rows

jax: Any = importlib.import_module("jax")
jnp, lax, nn = jax.numpy, jax.lax, jax.nn
Program = Callable[[], Any]


def _normal(*shape: int, seed: int = 0) -> Any:
    return jnp.asarray(operands.normal(*shape, seed=seed))


def _waiting(f: Callable[..., Any], *arguments: Any) -> Program:
    return lambda: jax.block_until_ready(f(*arguments))


# -- eager ops -------------------------------------------------------------------------------------------------


def _on(shape: tuple[int, ...], op: Callable[[Any, Any], Any]) -> Callable[[], Program]:
    return lambda: _waiting(op, _normal(*shape), _normal(*shape, seed=1))


def _where() -> Program:
    x, y = _normal(10_000), _normal(10_000, seed=1)
    return _waiting(jnp.where, x < y, x, y)


def _dense() -> Program:
    kernel, bias = jnp.ones([64, 10]), jnp.zeros([10])
    return _waiting(lambda x: nn.relu(x @ kernel + bias), _normal(32, 64))


def _gradient() -> Program:
    return _waiting(jax.grad(lambda x: jnp.sum(x * x + x)), _normal(4))


EAGER: dict[str, Callable[[], Program]] = {
    "add, 4": _on((4,), jnp.add),
    "add, 10,000": _on((10_000,), jnp.add),
    "add, 1,000,000": _on((1_000_000,), jnp.add),
    "multiply by a number, 10,000": _on((10_000,), lambda x, y: x * 2.0),
    "exp, 10,000": _on((10_000,), lambda x, y: jnp.exp(x)),
    "tanh, 1,000,000": _on((1_000_000,), lambda x, y: jnp.tanh(x)),
    "matmul, 8x8": _on((8, 8), lambda x, y: jnp.matmul(x, x)),
    "matmul, 256x256": _on((256, 256), lambda x, y: jnp.matmul(x, x)),
    "sum, 10,000": _on((10_000,), lambda x, y: jnp.sum(x)),
    "sums of rows, 1000x1000": _on((1000, 1000), lambda x, y: jnp.sum(x, -1)),
    "transpose, 1000x1000": _on((1000, 1000), lambda x, y: jnp.transpose(x)),
    "slice, 10,000": _on((10_000,), lambda x, y: x[1:5_000]),
    "gather rows, 1000x64": lambda: _waiting(
        lambda x, at: jnp.take(x, at, axis=0), _normal(1000, 64), jnp.asarray(operands.permutation(1000))
    ),
    "concat, 10,000": _on((10_000,), lambda x, y: jnp.concatenate([x, y])),
    "cast to int32, 10,000": _on((10_000,), lambda x, y: x.astype(jnp.int32)),
    "where, 10,000": _where,
    "gradient of x² + x, 4": _gradient,
    "Dense(10), 32x64": _dense,
}


# -- calls -----------------------------------------------------------------------------------------------------


def _captured() -> Program:
    variables = [jnp.asarray([1.0, 2.0]) for _ in range(10)]
    f = jax.jit(lambda x, variables: sum(variables, x))
    return _waiting(f, jnp.asarray([1.0, 2.0]), variables)


def _nested() -> Program:
    x = jnp.asarray([1.0, 2.0])
    f = jax.jit(lambda batch: {"sum": batch["x"][0] + batch["x"][1], "twice": batch["y"][0] * 2.0})
    return lambda: jax.block_until_ready(f({"x": [x, x], "y": (x,)}))


# -- models ----------------------------------------------------------------------------------------------------
# A model is a function of its weights, a batch, and whether it trains; it returns the output and the new weights that
# are not learned from gradients (of batch norm), with their places.


def _mlp(w: list[Any], x: Any, training: bool) -> Any:
    x = nn.relu(x @ w[0] + w[1])
    return nn.relu(x @ w[2] + w[3]) @ w[4] + w[5], {}


def _convolved(x: Any, kernel: Any, strides: int = 1, padding: str = "SAME", groups: int = 1) -> Any:
    return lax.conv_general_dilated(
        x, kernel, (strides, strides), padding, dimension_numbers=("NHWC", "HWIO", "NHWC"), feature_group_count=groups
    )


def _pooled(x: Any) -> Any:
    return lax.reduce_window(x, -jnp.inf, lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")


def _cnn(w: list[Any], x: Any, training: bool) -> Any:
    x = _pooled(nn.relu(_convolved(x, w[0], padding="VALID") + w[1]))
    x = _pooled(nn.relu(_convolved(x, w[2], padding="VALID") + w[3]))
    x = nn.relu(x.reshape(x.shape[0], -1) @ w[4] + w[5])
    return x @ w[6] + w[7], {}


def _resnet(w: list[Any], x: Any, training: bool) -> Any:
    at, moved = iter(range(len(w))), {}

    def normed(x: Any, strides: int = 1) -> Any:
        x = _convolved(x, w[next(at)], strides)
        scale, shift, mean_at, variance_at = (next(at) for _ in range(4))
        mean, variance = w[mean_at], w[variance_at]
        if training:
            mean, variance = x.mean((0, 1, 2)), x.var((0, 1, 2))
            moved[mean_at] = 0.99 * w[mean_at] + 0.01 * mean
            moved[variance_at] = 0.99 * w[variance_at] + 0.01 * variance
        return (x - mean) * (lax.rsqrt(variance + 1e-3) * w[scale]) + w[shift]

    x = nn.relu(normed(x))
    for strides in (1, 2, 2):
        short = x if strides == 1 else _convolved(x, w[next(at)], strides)
        x = nn.relu(normed(nn.relu(normed(x, strides))) + short)
    return x.mean((1, 2)) @ w[next(at)] + w[next(at)], moved


def _lstm(w: list[Any], x: Any, training: bool) -> Any:
    def step(states: Any, z: Any) -> Any:
        h, c = states
        i, f, candidate, o = jnp.split(z + h @ w[1], 4, axis=1)
        c = nn.sigmoid(f) * c + nn.sigmoid(i) * jnp.tanh(candidate)
        return (nn.sigmoid(o) * jnp.tanh(c), c), None

    start = jnp.zeros([x.shape[0], 128])
    (h, _), _ = lax.scan(step, (start, start), jnp.swapaxes(x @ w[0] + w[2], 0, 1))
    return h @ w[3] + w[4], {}


def _gru(w: list[Any], x: Any, training: bool) -> Any:
    def step(h: Any, inner: Any) -> Any:
        x_z, x_r, x_h = jnp.split(inner, 3, axis=1)
        h_z, h_r, h_h = jnp.split(h @ w[1] + w[2][1], 3, axis=1)
        z, r = nn.sigmoid(x_z + h_z), nn.sigmoid(x_r + h_r)
        return z * h + (1 - z) * jnp.tanh(x_h + r * h_h), None

    start = jnp.zeros([x.shape[0], 128])
    h, _ = lax.scan(step, start, jnp.swapaxes(x @ w[0] + w[2][0], 0, 1))
    return h @ w[3] + w[4], {}


def _layer_norm(x: Any, scale: Any, shift: Any) -> Any:
    mean = x.mean(-1, keepdims=True)
    variance = jnp.square(x - mean).mean(-1, keepdims=True)
    return (x - mean) * lax.rsqrt(variance + 1e-5) * scale + shift


def _transformer(w: list[Any], x: Any, training: bool) -> Any:
    query, key, value = (jnp.einsum("btd,dhk->bthk", x, w[i]) + w[i + 1] for i in (0, 2, 4))
    attended = jax.nn.dot_product_attention(query, key, value)
    x = _layer_norm(x + jnp.einsum("bthk,hkd->btd", attended, w[6]) + w[7], *w[8:10])
    x = _layer_norm(x + nn.relu(x @ w[10] + w[11]) @ w[12] + w[13], *w[14:16])
    return x.mean(1) @ w[16] + w[17], {}


def _embedding(w: list[Any], x: Any, training: bool) -> Any:
    return nn.relu(w[0][x].mean(1) @ w[1] + w[2]) @ w[3] + w[4], {}


MODELS: dict[str, Callable[[list[Any], Any, bool], Any]] = {
    "MLP": _mlp,
    "CNN": _cnn,
    "ResNet": _resnet,
    "LSTM": _lstm,
    "GRU": _gru,
    "transformer": _transformer,
    "embedding": _embedding,
}


def _adam(w: Any, slope: Any, m: Any, v: Any, count: Any) -> Any:
    m, v = 0.9 * m + 0.1 * slope, 0.999 * v + 0.001 * jnp.square(slope)
    rate = 1e-3 * jnp.sqrt(1 - 0.999**count) / (1 - 0.9**count)
    return w - rate * m / (jnp.sqrt(v) + 1e-7), m, v


def training(name: str, size: int) -> Program:
    w = [jnp.asarray(weight) for weight in operands.weights(name)]
    x, y = map(jnp.asarray, operands.batch(name, size))

    def loss_of(w: list[Any], x: Any, y: Any) -> Any:
        logits, moved = MODELS[name](w, x, True)
        return -jnp.mean(jnp.take_along_axis(nn.log_softmax(logits), y[:, None], 1)), moved

    @partial(jax.jit, donate_argnums=0)
    def step(state: Any, x: Any, y: Any) -> Any:
        w, m, v, count = state
        (loss, moved), slopes = jax.value_and_grad(loss_of, has_aux=True)(w, x, y)
        count = count + 1
        updated = [_adam(*each, count) for each in zip(w, slopes, m, v, strict=True)]
        w, m, v = ([each[i] for each in updated] for i in range(3))
        return (([moved.get(i, weight) for i, weight in enumerate(w)]), m, v, count), loss

    zeros = [jnp.zeros_like(weight) for weight in w]
    held = [(w, zeros, [jnp.zeros_like(weight) for weight in w], jnp.asarray(0.0))]

    def run() -> Any:
        held[0], loss = step(held[0], x, y)
        jax.block_until_ready(held[0])
        return loss

    return run


def inference(name: str, size: int) -> Program:
    w = [jnp.asarray(weight) for weight in operands.weights(name)]
    return _waiting(jax.jit(lambda w, x: MODELS[name](w, x, False)[0]), w, jnp.asarray(operands.batch(name, size)[0]))


# -- kernels ---------------------------------------------------------------------------------------------------


def _of(function: Callable[..., Any], *shapes: tuple[int, ...]) -> Callable[[], Program]:
    return lambda: _waiting(jax.jit(function), *(_normal(*shape, seed=seed) for seed, shape in enumerate(shapes)))


def _depthwise(x: Any, w: Any) -> Any:
    return _convolved(x, jnp.swapaxes(w, 2, 3), groups=x.shape[-1])


def _entropy() -> Program:
    def loss_of(logits: Any, labels: Any) -> Any:
        return -jnp.mean(jnp.take_along_axis(nn.log_softmax(logits), labels[:, None], 1))

    labels = jnp.asarray(operands.permutation(4096) % 1000)
    return _waiting(jax.jit(jax.value_and_grad(loss_of)), _normal(4096, 1000), labels)


SQUARE = (1024, 1024)
KERNELS: dict[str, Callable[[], Program]] = {
    "matmul 64": _of(jnp.matmul, (64, 64), (64, 64)),
    "matmul 256": _of(jnp.matmul, (256, 256), (256, 256)),
    "matmul 1024": _of(jnp.matmul, SQUARE, SQUARE),
    "matmul, bias, relu 512": _of(lambda x, y, b: nn.relu(x @ y + b), (512, 512), (512, 512), (512,)),
    "batched matmul 64x(64, 32, 64)": _of(jnp.matmul, (64, 64, 32), (64, 32, 64)),
    "convolution 64x14x14x32 to 64": _of(lambda x, w: nn.relu(_convolved(x, w)), (64, 14, 14, 32), (3, 3, 32, 64)),
    "convolution 1x56x56x64 to 64": _of(lambda x, w: nn.relu(_convolved(x, w)), (1, 56, 56, 64), (3, 3, 64, 64)),
    "depthwise convolution 64x14x14x64": _of(_depthwise, (64, 14, 14, 64), (3, 3, 64, 1)),
    "add 1024x1024": _of(lambda x, y: x + y, SQUARE, SQUARE),
    "tanh(x) exp(-x²) + sin(x) 1024x1024": _of(lambda x: jnp.tanh(x) * jnp.exp(-x * x) + jnp.sin(x), SQUARE),
    "gelu 1024x1024": _of(lambda x: nn.gelu(x, approximate=False), SQUARE),
    "layer norm 1024x1024": _of(_layer_norm, SQUARE, (1024,), (1024,)),
    "softmax 1024x1024": _of(lambda x: nn.softmax(x), SQUARE),
    "cross-entropy and gradient 4096x1000": _entropy,
    "sum 1024x1024": _of(lambda x: jnp.sum(x), SQUARE),
    "sums of columns 1024x1024": _of(lambda x: jnp.sum(x, 0), SQUARE),
    "largest of rows 1024x1024": _of(lambda x: jnp.max(x, 1), SQUARE),
}


# -- loops -----------------------------------------------------------------------------------------------------


def _while() -> Program:
    def f(n: Any) -> Any:
        return lax.while_loop(lambda s: s[0] < n, lambda s: (s[0] + 1, s[1] + s[0]), (jnp.int32(0), jnp.int32(0)))[1]

    return _waiting(jax.jit(f), jnp.int32(10_000))


def _collatz() -> Program:
    def f(n: Any) -> Any:
        def step(state: Any) -> Any:
            n, steps = state
            return lax.cond(n % 2 == 0, lambda n: n // 2, lambda n: 3 * n + 1, n), steps + 1

        return lax.while_loop(lambda state: state[0] != 1, step, (n, jnp.int32(0)))[1]

    return _waiting(jax.jit(f), jnp.int32(77_031))


def _recurrence(x: Any) -> Any:
    kernel, bias = jnp.ones([64, 32]) * 0.01, jnp.zeros([32])

    def step(state: Any, row: Any) -> Any:
        state = jnp.tanh(jnp.concatenate([row, state], 1) @ kernel + bias)
        return state, state

    return lax.scan(step, jnp.zeros([8, 32]), x)[1].sum()


TRACED: dict[str, Callable[[], Program]] = {
    "one op": lambda: _waiting(jax.jit(lambda x: x + x), jnp.asarray([1.0, 2.0])),
    "ten captured variables": _captured,
    "nested structure": _nested,
    **{
        f"{name}, training, batch {size}": partial(training, name, size)
        for name, sizes in rows.BATCHES.items()
        for size in sizes
    },
    **{
        f"{name}, inference, batch {size}": partial(inference, name, size) for name in MODELS for size in rows.INFERENCE
    },
    **KERNELS,
    "while, 10,000 iterations": _while,
    "Collatz, 350 iterations": _collatz,
    "100-step RNN over a TensorArray": lambda: _waiting(jax.jit(_recurrence), jnp.ones([100, 8, 32])),
    "gradient of the 100-step RNN": lambda: _waiting(jax.jit(jax.grad(_recurrence)), jnp.ones([100, 8, 32])),
}


def make(row: str) -> Program:
    """The program of a row.

    Raises:
        NotImplementedError: With the reason, if the row does not exist.
    """
    if row == "variable += 4 numbers":
        raise NotImplementedError("JAX has no variables")
    return EAGER[row]() if row in EAGER else TRACED[row]()


def arrays(result: Any) -> list[Any]:
    """The arrays of a result."""
    return [np.asarray(leaf) for leaf in jax.tree.leaves(result)]
