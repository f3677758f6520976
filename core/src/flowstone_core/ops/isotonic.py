"""Isotonic regression: the nearest sequence that only falls, or only rises."""

from __future__ import annotations

from flowstone_core.conversion import convert_to_tensor
from flowstone_core.dtypes import DType, float32, float64, int32
from flowstone_core.infer import axis_in
from flowstone_core.op import Op
from flowstone_core.ops import array
from flowstone_core.ops.math import negative
from flowstone_core.spec import Spec
from flowstone_core.tensor import Tensor, TensorLike
from flowstone_core.typelists import REALS


def _infer(input: Spec, *, output_dtype: DType) -> tuple[Spec, Spec]:
    return Spec(input.shape, output_dtype), Spec(input.shape, int32)


ISOTONIC_REGRESSION = Op(
    "IsotonicRegression",
    ("input: T",),
    ("output: output_dtype", "segments: int32"),
    (REALS, "output_dtype: {half, bfloat16, float, double} = DT_FLOAT"),
    infer=_infer,
)

_SMALL = ("int8", "int16", "uint8", "uint16")


def isotonic_regression(inputs: TensorLike, decreasing: bool = True, axis: int = -1) -> tuple[Tensor, Tensor]:
    """The sequence nearest to ``inputs`` (by squared distance) among those that only fall, or only rise.

    >>> tf.nn.isotonic_regression([3., 1., 2.])[0].numpy()
    array([3. , 1.5, 1.5], dtype=float32)

    Args:
        inputs: Numbers; integers become floats.
        decreasing: Whether the result falls; otherwise it rises.
        axis: The dimension of the sequences.

    Returns:
        The sequences, and the number of the constant part that each element belongs to.
    """
    x = convert_to_tensor(inputs)
    target = x.dtype if x.dtype.is_floating else float32 if x.dtype.name in _SMALL else float64
    order = None
    if x.shape.rank is None and axis != -1:
        raise TypeError(
            f"Isotonic regression along axis {axis} needs to know the rank of {x!r}; or move it to the end."
        )
    if x.shape.rank is not None and axis not in (-1, x.shape.rank - 1):
        order = list(range(x.shape.rank))
        at = axis_in(axis, x.shape.rank)
        order[at], order[-1] = order[-1], order[at]
        x = array.transpose(x, order)
    fitted, segments = ISOTONIC_REGRESSION(x if decreasing else negative(x), output_dtype=target)
    if not decreasing:
        fitted = negative(fitted)
    if order is not None:
        fitted, segments = array.transpose(fitted, order), array.transpose(segments, order)
    return fitted, segments
