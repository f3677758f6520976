"""Losses of parts of a global batch, scaled so that adding them up over replicas gives the mean."""

from __future__ import annotations

from typing import Any

from flowstone_core import dtypes
from flowstone_core.conversion import convert_to_tensor
from flowstone_core.ops import array
from flowstone_core.ops.cast import cast
from flowstone_core.ops.compare import greater_equal
from flowstone_core.ops.math import divide_no_nan, multiply
from flowstone_core.ops.reduce import reduce_sum
from flowstone_core.ops.script import Assert
from flowstone_core.tensor import Tensor, TensorLike


def _weighted(losses: Tensor, weights: TensorLike) -> Tensor:
    """The product; one of the two may have one more last dimension of size 1."""
    factor = cast(weights, losses.dtype)
    ranks = losses.shape.rank, factor.shape.rank
    if None not in ranks and ranks[1]:
        if ranks[1] == ranks[0] + 1 and factor.shape[-1] == 1:  # type: ignore[operator]
            factor = array.squeeze(factor, [-1])
        elif ranks[0] == ranks[1] + 1:
            factor = array.expand_dims(factor, -1)
    return multiply(losses, factor)


def compute_average_loss(
    per_example_loss: TensorLike, sample_weight: Any = None, global_batch_size: Any = None
) -> Tensor:
    """The sum of the losses of examples over the size of the global batch.

    >>> tf.nn.compute_average_loss([1., 2., 3.], global_batch_size=6).numpy()
    np.float32(1.0)

    Args:
        per_example_loss: A loss for each example.
        sample_weight: What each example counts.
        global_batch_size: How many examples all replicas have together; those given here by default.

    Raises:
        TypeError: If ``global_batch_size`` is no whole number.
        ValueError: If it is no scalar.
        tf.errors.InvalidArgumentError: If it is negative.
    """
    losses = convert_to_tensor(per_example_loss)
    kind = losses.dtype
    if losses.shape.rank == 0:
        raise ValueError(
            "Invalid value passed for `per_example_loss`. Expected a tensor with at least rank 1, got a scalar. "
            "Give one loss for each example, not their sum."
        )
    if sample_weight is not None:
        losses = cast(_weighted(losses if kind.is_floating else cast(losses, dtypes.float32), sample_weight), kind)
    if global_batch_size is None:
        global_batch_size = array.shape(losses)[0]
    else:
        given = convert_to_tensor(global_batch_size)
        if given.shape.rank not in (0, None):
            raise ValueError(f"global_batch_size must be a scalar integer. Got {global_batch_size!r}.")
        if not given.dtype.is_integer:
            raise TypeError(f"global_batch_size must be int32 or int64. Got {global_batch_size!r}.")
        Assert(greater_equal(given, 0), ["global_batch_size must not be negative:", given])
        global_batch_size = given
    wide = kind if kind.is_floating else dtypes.float64
    return divide_no_nan(cast(reduce_sum(losses), wide), cast(global_batch_size, wide))


def scale_regularization_loss(regularization_loss: TensorLike) -> Tensor:
    """The sum of regularization losses, divided by the number of replicas, which is 1.

    >>> tf.nn.scale_regularization_loss([1., 2.]).numpy()
    np.float32(3.0)
    """
    return reduce_sum(convert_to_tensor(regularization_loss, dtype_hint=dtypes.float32))
