"""The rows. This list is fixed: rows where flowstone falls short stay."""

from __future__ import annotations

from dataclasses import dataclass

BATCHES = {"MLP": (64, 512), "CNN": (64,), "ResNet": (64,), "LSTM": (32,), "GRU": (32,), "transformer": (16,), "embedding": (64,)}  # fmt: skip
"""The batches of the training rows, for each model."""

INFERENCE = (1, 64)
"""The batches of the inference rows."""


@dataclass(frozen=True)
class Row:
    """One row.

    Args:
        name: What it says in the table, and the key of the functions that do it.
        group: The table it stands in.
        flops: The floating-point operations that it needs at least, where a physical limit is meant to be reached.
        traffic: The bytes that it reads and writes at least, where a physical limit is meant to be reached.
    """

    name: str
    group: str
    flops: float = 0.0
    traffic: float = 0.0


def _matrix(count: int) -> float:
    """The bytes of ``count`` float32 matrices of 1024x1024."""
    return count * 4.0 * 1024 * 1024


EAGER = "Eager ops"
CALLS = "Calls of traced functions"
TRAINING = "Training steps"
PREDICTING = "Inference"
KERNELS = "Traced kernels"
LOOPS = "AutoGraph loops"

ROWS: tuple[Row, ...] = (
    *(
        Row(name, EAGER)
        for name in (
            "add, 4",
            "add, 10,000",
            "add, 1,000,000",
            "multiply by a number, 10,000",
            "exp, 10,000",
            "tanh, 1,000,000",
            "matmul, 8x8",
            "matmul, 256x256",
            "sum, 10,000",
            "sums of rows, 1000x1000",
            "transpose, 1000x1000",
            "slice, 10,000",
            "gather rows, 1000x64",
            "concat, 10,000",
            "cast to int32, 10,000",
            "where, 10,000",
            "variable += 4 numbers",
            "gradient of x² + x, 4",
            "Dense(10), 32x64",
        )
    ),
    *(Row(name, CALLS) for name in ("one op", "ten captured variables", "nested structure")),
    *(Row(f"{model}, training, batch {size}", TRAINING) for model, sizes in BATCHES.items() for size in sizes),
    *(Row(f"{model}, inference, batch {size}", PREDICTING) for model in BATCHES for size in INFERENCE),
    Row("matmul 64", KERNELS, flops=2.0 * 64**3),
    Row("matmul 256", KERNELS, flops=2.0 * 256**3),
    Row("matmul 1024", KERNELS, flops=2.0 * 1024**3),
    Row("matmul, bias, relu 512", KERNELS, flops=2.0 * 512**3),
    Row("batched matmul 64x(64, 32, 64)", KERNELS, flops=2.0 * 64 * 64 * 32 * 64),
    Row("convolution 64x14x14x32 to 64", KERNELS, flops=2.0 * 64 * 14 * 14 * 9 * 32 * 64),
    Row("convolution 1x56x56x64 to 64", KERNELS, flops=2.0 * 56 * 56 * 9 * 64 * 64),
    Row("depthwise convolution 64x14x14x64", KERNELS, traffic=2 * 4.0 * 64 * 14 * 14 * 64),
    Row("add 1024x1024", KERNELS, traffic=_matrix(3)),
    Row("tanh(x) exp(-x²) + sin(x) 1024x1024", KERNELS, traffic=_matrix(2)),
    Row("gelu 1024x1024", KERNELS, traffic=_matrix(2)),
    Row("layer norm 1024x1024", KERNELS, traffic=_matrix(2)),
    Row("softmax 1024x1024", KERNELS, traffic=_matrix(2)),
    Row("cross-entropy and gradient 4096x1000", KERNELS, traffic=2 * 4.0 * 4096 * 1000),
    Row("sum 1024x1024", KERNELS, traffic=_matrix(1)),
    Row("sums of columns 1024x1024", KERNELS, traffic=_matrix(1)),
    Row("largest of rows 1024x1024", KERNELS, traffic=_matrix(1)),
    *(
        Row(name, LOOPS)
        for name in (
            "while, 10,000 iterations",
            "Collatz, 350 iterations",
            "100-step RNN over a TensorArray",
            "gradient of the 100-step RNN",
        )
    ),
)

COMPILED = ("MLP, training, batch 64", "CNN, training, batch 64", "transformer, training, batch 16")
"""The rows whose first call is timed, without and with what earlier processes left on disk."""
