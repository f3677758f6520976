"""Patches: what a sliding window sees at each of its places."""

from __future__ import annotations

from typing import Any

from flowstone_core import infer
from flowstone_core.api import tf
from flowstone_core.op import Op
from flowstone_core.spec import Spec
from flowstone_core.tensor import Tensor, TensorLike
from flowstone_core.windows import window_count


def _infer_patches(images: Spec, *, ksizes: Any, strides: Any, rates: Any, padding: str) -> Spec:
    batch, height, width, channels = infer.with_rank(images, 4, "ExtractImagePatches: the images")
    counts = [
        window_count(size, ksizes[axis], strides[axis], rates[axis], padding)
        for axis, size in ((1, height), (2, width))
    ]
    return Spec((batch, *counts, None if channels is None else channels * ksizes[1] * ksizes[2]), images.dtype)


EXTRACT_IMAGE_PATCHES = Op(
    "ExtractImagePatches",
    ("images: T",),
    ("patches: T",),
    (
        "ksizes: list(int) >= 4",
        "strides: list(int) >= 4",
        "rates: list(int) >= 4",
        "T: {bfloat16, half, float, double, int8, int16, int32, int64, uint8, uint16, uint32, uint64, complex64, "
        "complex128, bool}",
        "padding: {'SAME', 'VALID'}",
    ),
    infer=_infer_patches,
)


def extract_patches(
    images: TensorLike, sizes: Any, strides: Any, rates: Any, padding: str, name: str | None = None
) -> Tensor:
    """Patches of images, each as one row of channels.

    >>> x = tf.reshape(tf.range(1., 10.), [1, 3, 3, 1])
    >>> tf.image.extract_patches(x, [1, 2, 2, 1], [1, 1, 1, 1], [1, 1, 1, 1], "VALID").numpy()[0, 0]
    array([[1., 2., 4., 5.],
           [2., 3., 5., 6.]], dtype=float32)

    Args:
        images: ``[batch, height, width, channels]``.
        sizes: ``[1, rows, columns, 1]``: the size of a patch.
        strides: ``[1, rows, columns, 1]``: the steps from a patch to the next.
        rates: ``[1, rows, columns, 1]``: the steps from a pixel of a patch to the next.
        padding: ``"VALID"``, or ``"SAME"`` for zeros around.
        name: A name for the op in a graph.

    Returns:
        ``[batch, rows, columns, patch rows * patch columns * channels]``.
    """
    return EXTRACT_IMAGE_PATCHES(
        tf.convert_to_tensor(images), ksizes=sizes, strides=strides, rates=rates, padding=padding, name=name
    )
