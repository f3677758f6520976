"""The arrays and initial weights of the rows: the same numbers in every framework."""

from __future__ import annotations

from typing import Any

import numpy as np

MODELS: dict[str, tuple[tuple[int, ...], list[tuple[int, ...] | str]]] = {
    "MLP": ((784,), [(784, 256), "0 256", (256, 128), "0 128", (128, 10), "0 10"]),
    "CNN": (
        (28, 28, 1),
        [(3, 3, 1, 32), "0 32", (3, 3, 32, 64), "0 64", (1600, 128), "0 128", (128, 10), "0 10"],
    ),
    # 33 and not 32: "same" padding with stride 2 is then symmetric, and all frameworks agree on what it means
    "ResNet": (
        (33, 33, 3),
        [
            *[(3, 3, 3, 16), "1 16", "0 16", "0 16", "1 16"],
            *[(3, 3, 16, 16), "1 16", "0 16", "0 16", "1 16", (3, 3, 16, 16), "1 16", "0 16", "0 16", "1 16"],
            *[(1, 1, 16, 32)],
            *[(3, 3, 16, 32), "1 32", "0 32", "0 32", "1 32", (3, 3, 32, 32), "1 32", "0 32", "0 32", "1 32"],
            *[(1, 1, 32, 64)],
            *[(3, 3, 32, 64), "1 64", "0 64", "0 64", "1 64", (3, 3, 64, 64), "1 64", "0 64", "0 64", "1 64"],
            *[(64, 10), "0 10"],
        ],
    ),
    "LSTM": ((50, 64), [(64, 512), (128, 512), "0 512", (128, 10), "0 10"]),
    "GRU": ((50, 64), [(64, 384), (128, 384), "0 2 384", (128, 10), "0 10"]),
    "transformer": (
        (64, 128),
        [
            *[(128, 4, 32), "0 4 32", (128, 4, 32), "0 4 32", (128, 4, 32), "0 4 32", (4, 32, 128), "0 128"],
            *["1 128", "0 128", (128, 512), "0 512", (512, 128), "0 128", "1 128", "0 128", (128, 10), "0 10"],
        ],
    ),
    "embedding": ((100,), [(10_000, 64), (64, 64), "0 64", (64, 10), "0 10"]),
}
"""For each model the shape of one example, and its weights in the order of Keras's ``get_weights``: the shape of a
kernel, or the number that all elements of a vector start with, followed by its shape."""


def weights(model: str) -> list[Any]:
    """The weights that a model starts with."""
    generator = np.random.default_rng(1)
    found = []
    for weight in MODELS[model][1]:
        if isinstance(weight, str):
            value, *shape = map(int, weight.split())
            found.append(np.full(shape, value, np.float32))
        else:
            spread = np.sqrt(1.0 / np.prod(weight[:-1]))
            found.append((generator.standard_normal(weight) * spread).astype(np.float32))
    return found


def batch(model: str, size: int) -> tuple[Any, Any]:
    """Examples and labels."""
    shape = MODELS[model][0]
    labels = np.arange(size) % 10
    if model == "embedding":
        return np.random.default_rng(2).integers(0, 10_000, (size, *shape)).astype(np.int32), labels
    return normal(size, *shape, seed=2), labels


def normal(*shape: int, seed: int = 0) -> Any:
    """Normally distributed float32 numbers."""
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


def permutation(size: int) -> Any:
    """The numbers below ``size`` in some order."""
    return np.random.default_rng(3).permutation(size).astype(np.int32)
