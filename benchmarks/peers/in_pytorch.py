"""The rows in PyTorch, as its users write them; images are channels-last, Adam is the fused one.

Results come out with channels last, as TensorFlow's do, so that they can be compared.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from peers import operands, rows

torch: Any = importlib.import_module("torch")
nn, functional = torch.nn, torch.nn.functional
Program = Callable[[], Any]
Traced = Callable[[Any], Any]


def _tensor(array: Any) -> Any:
    return torch.from_numpy(array)


def _normal(*shape: int, seed: int = 0) -> Any:
    return _tensor(operands.normal(*shape, seed=seed))


# -- eager ops -------------------------------------------------------------------------------------------------


def _on(shape: tuple[int, ...], op: Callable[[Any, Any], Any]) -> Callable[[], Program]:
    def make() -> Program:
        x, y = _normal(*shape), _normal(*shape, seed=1)
        return lambda: op(x, y)

    return make


def _gather() -> Program:
    x, at = _normal(1000, 64), _tensor(operands.permutation(1000))
    return lambda: torch.index_select(x, 0, at)


def _where() -> Program:
    x, y = _normal(10_000), _normal(10_000, seed=1)
    condition = x < y
    return lambda: torch.where(condition, x, y)


def _assign() -> Program:
    variable, x = torch.zeros(4), torch.zeros(4)
    return lambda: variable.add_(x)


def _gradient() -> Program:
    x = _normal(4).requires_grad_()
    return lambda: torch.autograd.grad((x * x + x).sum(), x)[0]


def _dense() -> Program:
    x, dense = _normal(32, 64), nn.Linear(64, 10)
    nn.init.ones_(dense.weight)
    nn.init.zeros_(dense.bias)
    return lambda: functional.relu(dense(x))


EAGER: dict[str, Callable[[], Program]] = {
    "add, 4": _on((4,), torch.add),
    "add, 10,000": _on((10_000,), torch.add),
    "add, 1,000,000": _on((1_000_000,), torch.add),
    "multiply by a number, 10,000": _on((10_000,), lambda x, y: x * 2.0),
    "exp, 10,000": _on((10_000,), lambda x, y: torch.exp(x)),
    "tanh, 1,000,000": _on((1_000_000,), lambda x, y: torch.tanh(x)),
    "matmul, 8x8": _on((8, 8), lambda x, y: torch.matmul(x, x)),
    "matmul, 256x256": _on((256, 256), lambda x, y: torch.matmul(x, x)),
    "sum, 10,000": _on((10_000,), lambda x, y: torch.sum(x)),
    "sums of rows, 1000x1000": _on((1000, 1000), lambda x, y: torch.sum(x, -1)),
    "transpose, 1000x1000": _on((1000, 1000), lambda x, y: x.t().contiguous()),
    "slice, 10,000": _on((10_000,), lambda x, y: x[1:5_000]),
    "gather rows, 1000x64": _gather,
    "concat, 10,000": _on((10_000,), lambda x, y: torch.cat([x, y])),
    "cast to int32, 10,000": _on((10_000,), lambda x, y: x.to(torch.int32)),
    "where, 10,000": _where,
    "variable += 4 numbers": _assign,
    "gradient of x² + x, 4": _gradient,
    "Dense(10), 32x64": _dense,
}


# -- calls -----------------------------------------------------------------------------------------------------


def _one_op(traced: Traced) -> Program:
    f = traced(lambda x: x + x)
    x = torch.tensor([1.0, 2.0])
    return lambda: f(x)


def _captured(traced: Traced) -> Program:
    variables = [torch.tensor([1.0, 2.0]) for _ in range(10)]

    def total(x: Any) -> Any:
        for variable in variables:
            x = x + variable
        return x

    f = traced(total)
    x = torch.tensor([1.0, 2.0])
    return lambda: f(x)


def _nested(traced: Traced) -> Program:
    f = traced(lambda batch: {"sum": batch["x"][0] + batch["x"][1], "twice": batch["y"][0] * 2.0})
    x = torch.tensor([1.0, 2.0])
    return lambda: f({"x": [x, x], "y": (x,)})


# -- models ----------------------------------------------------------------------------------------------------


def _linear(kernel: Any, bias: Any) -> Any:
    layer = nn.Linear(*kernel.shape)
    layer.weight.data, layer.bias.data = _tensor(kernel.T.copy()), _tensor(bias.copy())
    return layer


def _conv(kernel: Any, bias: Any = None, stride: int = 1, padding: int = 0) -> Any:
    height, width, before, after = kernel.shape
    layer = nn.Conv2d(before, after, (height, width), stride, padding, bias=bias is not None)
    layer.weight.data = _tensor(kernel.transpose(3, 2, 0, 1).copy())
    if bias is not None:
        layer.bias.data = _tensor(bias)
    return layer


class _Flat(nn.Module):
    """All elements of an image, channels last: no copy, because they lie like that."""

    def forward(self, x: Any) -> Any:
        return x.permute(0, 2, 3, 1).flatten(1)


class _Last(nn.Module):
    """The last output of a recurrent layer."""

    def __init__(self, inner: Any) -> None:
        super().__init__()
        self.inner = inner

    def forward(self, x: Any) -> Any:
        return self.inner(x)[0][:, -1]


def _mlp(w: list[Any]) -> Any:
    return nn.Sequential(_linear(*w[:2]), nn.ReLU(), _linear(*w[2:4]), nn.ReLU(), _linear(*w[4:]))


def _cnn(w: list[Any]) -> Any:
    convolutions = (_conv(*w[:2]), nn.ReLU(), nn.MaxPool2d(2), _conv(*w[2:4]), nn.ReLU(), nn.MaxPool2d(2))
    return nn.Sequential(*convolutions, _Flat(), _linear(*w[4:6]), nn.ReLU(), _linear(*w[6:]))


class _Block(nn.Module):
    """Two convolutions with batch norms, and what goes around them."""

    def __init__(self, first: Any, second: Any, short: Any) -> None:
        super().__init__()
        self.first, self.second, self.short = first, second, short

    def forward(self, x: Any) -> Any:
        return functional.relu(self.second(functional.relu(self.first(x))) + self.short(x))


def _resnet(w: list[Any]) -> Any:
    w = list(w)

    def normed(stride: int) -> Any:
        kernel = w.pop(0)
        del w[:4]  # a batch norm starts with what PyTorch's starts with
        norm = nn.BatchNorm2d(kernel.shape[-1], eps=1e-3, momentum=0.01)
        return nn.Sequential(_conv(kernel, stride=stride, padding=1), norm)

    parts = [normed(1), nn.ReLU()]
    for stride in (1, 2, 2):
        short = nn.Identity() if stride == 1 else _conv(w.pop(0), stride=stride)
        parts.append(_Block(normed(stride), normed(1), short))
    return nn.Sequential(*parts, nn.AdaptiveAvgPool2d(1), nn.Flatten(), _linear(*w))


def _lstm(w: list[Any]) -> Any:
    layer = nn.LSTM(64, 128, batch_first=True)  # the gates stand in Keras's order
    layer.weight_ih_l0.data, layer.weight_hh_l0.data = _tensor(w[0].T.copy()), _tensor(w[1].T.copy())
    layer.bias_ih_l0.data, layer.bias_hh_l0.data = _tensor(w[2].copy()), torch.zeros(512)
    return nn.Sequential(_Last(layer), _linear(*w[3:]))


def _gru(w: list[Any]) -> Any:
    def in_order(columns: Any) -> Any:
        z, r, candidate = np.split(columns, 3, -1)
        return _tensor(np.concatenate([r, z, candidate], -1).T.copy())

    layer = nn.GRU(64, 128, batch_first=True)
    layer.weight_ih_l0.data, layer.weight_hh_l0.data = in_order(w[0]), in_order(w[1])
    layer.bias_ih_l0.data, layer.bias_hh_l0.data = in_order(w[2][0]), in_order(w[2][1])
    return nn.Sequential(_Last(layer), _linear(*w[3:]))


class _Transformer(nn.Module):
    """Attention and two dense layers, with layer norms behind them."""

    def __init__(self, w: list[Any]) -> None:
        super().__init__()
        kernels = [kernel.reshape(128, 128) for kernel in w[0:8:2]]
        biases = [bias.reshape(128) for bias in w[1:8:2]]
        self.projected = _linear(np.concatenate(kernels[:3], 1), np.concatenate(biases[:3]))
        self.out = _linear(kernels[3], biases[3])
        self.norms = nn.ModuleList([nn.LayerNorm(128), nn.LayerNorm(128)])
        self.wide, self.narrow, self.last = _linear(*w[10:12]), _linear(*w[12:14]), _linear(*w[16:])

    def forward(self, x: Any) -> Any:
        batch, length, _ = x.shape
        heads = self.projected(x).view(batch, length, 3, 4, 32).permute(2, 0, 3, 1, 4)
        attended = functional.scaled_dot_product_attention(*heads.unbind(0))
        x = self.norms[0](x + self.out(attended.transpose(1, 2).reshape(batch, length, 128)))
        x = self.norms[1](x + self.narrow(functional.relu(self.wide(x))))
        return self.last(x.mean(1))


class _Mean(nn.Module):
    """The mean over the second axis."""

    def forward(self, x: Any) -> Any:
        return x.mean(1)


def _embedding(w: list[Any]) -> Any:
    table = nn.Embedding.from_pretrained(_tensor(w[0].copy()), freeze=False)
    return nn.Sequential(table, _Mean(), _linear(*w[1:3]), nn.ReLU(), _linear(*w[3:]))


MODELS: dict[str, Callable[[list[Any]], Any]] = {
    "MLP": _mlp,
    "CNN": _cnn,
    "ResNet": _resnet,
    "LSTM": _lstm,
    "GRU": _gru,
    "transformer": _Transformer,
    "embedding": _embedding,
}


def _model(name: str, size: int) -> tuple[Any, Any, Any]:
    model = MODELS[name](operands.weights(name))
    x, y = map(_tensor, operands.batch(name, size))
    if x.ndim == 4:
        model, x = model.to(memory_format=torch.channels_last), x.permute(0, 3, 1, 2)
    return model, x, y


def training(name: str, size: int, traced: Traced) -> Program:
    model, x, y = _model(name, size)
    optimizer = torch.optim.Adam(model.parameters(), eps=1e-7, fused=True)
    loss_of = traced(lambda x, y: functional.cross_entropy(model(x), y))

    def step() -> Any:
        optimizer.zero_grad()
        loss = loss_of(x, y)
        loss.backward()
        optimizer.step()
        return loss.detach()

    return step


def inference(name: str, size: int, traced: Traced) -> Program:
    model, x, _ = _model(name, size)
    predict = traced(model.eval())

    def run() -> Any:
        with torch.inference_mode():
            return predict(x)

    return run


# -- kernels ---------------------------------------------------------------------------------------------------


def _of(function: Callable[..., Any], *shapes: tuple[int, ...]) -> Callable[[Traced], Program]:
    def make(traced: Traced) -> Program:
        tensors = [_normal(*shape, seed=seed) for seed, shape in enumerate(shapes)]
        f = traced(function)

        def run() -> Any:
            with torch.inference_mode():
                return f(*tensors)

        return run

    return make


def _convolution(
    image: tuple[int, ...], kernel: tuple[int, ...], depthwise: bool = False
) -> Callable[[Traced], Program]:
    def make(traced: Traced) -> Program:
        x = _normal(*image).permute(0, 3, 1, 2)
        order = (2, 3, 0, 1) if depthwise else (3, 2, 0, 1)
        w = _normal(*kernel, seed=1).permute(*order).contiguous(memory_format=torch.channels_last)
        if depthwise:
            f = traced(lambda x, w: functional.conv2d(x, w, padding=1, groups=kernel[2]))
        else:
            f = traced(lambda x, w: functional.relu(functional.conv2d(x, w, padding=1)))

        def run() -> Any:
            with torch.inference_mode():
                return f(x, w)

        return lambda: run().permute(0, 2, 3, 1)

    return make


def _entropy(traced: Traced) -> Program:
    logits = _normal(4096, 1000).requires_grad_()
    labels = _tensor((operands.permutation(4096) % 1000).astype(np.int64))
    loss_of = traced(lambda logits: functional.cross_entropy(logits, labels))

    def run() -> Any:
        loss = loss_of(logits)
        return loss, torch.autograd.grad(loss, logits)[0]

    return run


SQUARE = (1024, 1024)
KERNELS: dict[str, Callable[[Traced], Program]] = {
    "matmul 64": _of(torch.matmul, (64, 64), (64, 64)),
    "matmul 256": _of(torch.matmul, (256, 256), (256, 256)),
    "matmul 1024": _of(torch.matmul, SQUARE, SQUARE),
    "matmul, bias, relu 512": _of(
        lambda x, y, b: functional.relu(torch.addmm(b, x, y)), (512, 512), (512, 512), (512,)
    ),
    "batched matmul 64x(64, 32, 64)": _of(torch.matmul, (64, 64, 32), (64, 32, 64)),
    "convolution 64x14x14x32 to 64": _convolution((64, 14, 14, 32), (3, 3, 32, 64)),
    "convolution 1x56x56x64 to 64": _convolution((1, 56, 56, 64), (3, 3, 64, 64)),
    "depthwise convolution 64x14x14x64": _convolution((64, 14, 14, 64), (3, 3, 64, 1), depthwise=True),
    "add 1024x1024": _of(lambda x, y: x + y, SQUARE, SQUARE),
    "tanh(x) exp(-x²) + sin(x) 1024x1024": _of(lambda x: torch.tanh(x) * torch.exp(-x * x) + torch.sin(x), SQUARE),
    "gelu 1024x1024": _of(lambda x: functional.gelu(x), SQUARE),
    "layer norm 1024x1024": _of(
        lambda x, scale, shift: functional.layer_norm(x, (1024,), scale, shift), SQUARE, (1024,), (1024,)
    ),
    "softmax 1024x1024": _of(lambda x: torch.softmax(x, -1), SQUARE),
    "cross-entropy and gradient 4096x1000": _entropy,
    "sum 1024x1024": _of(lambda x: torch.sum(x), SQUARE),
    "sums of columns 1024x1024": _of(lambda x: torch.sum(x, 0), SQUARE),
    "largest of rows 1024x1024": _of(lambda x: torch.amax(x, 1), SQUARE),
}


# -- loops -----------------------------------------------------------------------------------------------------


def _while(traced: Traced) -> Program:
    def f() -> Any:
        i, total = torch.tensor(0), torch.tensor(0)
        while i < 10_000:
            total = total + i
            i = i + 1
        return total

    return f


def _collatz(traced: Traced) -> Program:
    def f() -> Any:
        n, steps = torch.tensor(77_031), torch.tensor(0)
        while n != 1:
            n = n // 2 if n % 2 == 0 else 3 * n + 1
            steps = steps + 1
        return steps

    return f


def _recurrence(x: Any) -> Any:
    kernel, bias = torch.ones([64, 32]) * 0.01, torch.zeros([32])
    outputs = []
    state = torch.zeros([8, 32])
    for i in range(100):
        state = torch.tanh(torch.addmm(bias, torch.cat([x[i], state], 1), kernel))
        outputs.append(state)
    return torch.stack(outputs).sum()


def _rnn(traced: Traced) -> Program:
    x = torch.ones([100, 8, 32])
    f = traced(_recurrence)
    return lambda: f(x)


def _rnn_gradient(traced: Traced) -> Program:
    x = torch.ones([100, 8, 32], requires_grad=True)
    f = traced(_recurrence)
    return lambda: torch.autograd.grad(f(x), x)[0]


TRACED: dict[str, Callable[[Traced], Program]] = {
    "one op": _one_op,
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
    "100-step RNN over a TensorArray": _rnn,
    "gradient of the 100-step RNN": _rnn_gradient,
}
NOT_COMPILED = {
    "while, 10,000 iterations": "torch.compile runs a loop that depends on values in Python",
    "Collatz, 350 iterations": "torch.compile runs a loop that depends on values in Python",
    "100-step RNN over a TensorArray": "torch.compile writes the 100 steps out and takes minutes",
    "gradient of the 100-step RNN": "torch.compile writes the 100 steps out and takes minutes",
}


def make(row: str, compiled: bool) -> Program:
    """The program of a row.

    Raises:
        NotImplementedError: With the reason, if the row does not exist like this.
    """
    if row in EAGER:
        if compiled:
            raise NotImplementedError("eager ops are not compiled")
        return EAGER[row]()
    if compiled and row in NOT_COMPILED:
        raise NotImplementedError(NOT_COMPILED[row])
    return TRACED[row](partial(torch.compile, dynamic=False) if compiled else lambda function: function)
