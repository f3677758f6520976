"""Weights, masks and reductions of losses and metrics."""

from __future__ import annotations

from typing import Any

from flowstone_core.api import tf


def squeeze_or_expand_to_same_rank(x1: Any, x2: Any, expand_rank_1: bool = True) -> tuple[Any, Any]:
    """Drop or add a last axis of size 1 where the ranks differ by one."""
    rank1, rank2 = x1.shape.rank, x2.shape.rank
    if rank1 is None or rank2 is None or rank1 == rank2:
        return x1, x2
    if rank1 == rank2 + 1 and x1.shape[-1] == 1:
        if rank2 == 1 and expand_rank_1:
            return x1, tf.expand_dims(x2, -1)
        return tf.squeeze(x1, -1), x2
    if rank2 == rank1 + 1 and x2.shape[-1] == 1:
        if rank1 == 1 and expand_rank_1:
            return tf.expand_dims(x1, -1), x2
        return x1, tf.squeeze(x2, -1)
    return x1, x2


def combine_masks(sample_weight: Any, mask: Any, dtype: Any) -> Any:
    """Sample weights with those of masked elements set to zero."""
    if mask is None:
        return sample_weight
    mask = tf.cast(mask, dtype)
    if sample_weight is None:
        return mask
    sample_weight = tf.cast(sample_weight, dtype)
    mask, sample_weight = squeeze_or_expand_to_same_rank(mask, sample_weight)
    return sample_weight * mask


def reduce_weighted(values: Any, sample_weight: Any, mask: Any, reduction: str | None, dtype: Any) -> Any:
    """``values`` weighted and reduced.

    Args:
        values: The loss of each element.
        sample_weight: Weights that broadcast to ``values``, or None.
        mask: Which elements count, or None.
        reduction: ``"sum"``, ``"sum_over_batch_size"`` (the mean), ``"mean"``, ``"mean_with_sample_weight"`` (divided
            by the sum of weights), ``"none"`` or None.
        dtype: The type to compute in.
    """
    values = tf.cast(values, dtype)
    masked = mask is not None
    sample_weight = combine_masks(sample_weight, mask, dtype)
    if sample_weight is not None:
        sample_weight = tf.cast(sample_weight, dtype)
        values, sample_weight = squeeze_or_expand_to_same_rank(values, sample_weight)
        while (
            sample_weight.shape.rank is not None
            and values.shape.rank is not None
            and sample_weight.shape.rank < values.shape.rank
        ):
            sample_weight = tf.expand_dims(sample_weight, -1)
        values = values * sample_weight
    if reduction in (None, "none") or values.shape.rank == 0:
        return values
    total = tf.reduce_sum(values)
    if reduction == "sum":
        return total
    if reduction == "mean_with_sample_weight" and sample_weight is not None:
        return tf.math.divide_no_nan(total, tf.reduce_sum(tf.broadcast_to(sample_weight, tf.shape(values))))
    if masked and reduction in ("mean", "sum_over_batch_size"):
        shape = tf.shape(values)
        count = tf.reduce_sum(tf.broadcast_to(_expanded(tf.cast(mask, dtype), values), shape))
        return tf.math.divide_no_nan(total, count)
    return tf.reduce_mean(values)


def _expanded(mask: Any, values: Any) -> Any:
    while mask.shape.rank < values.shape.rank:
        mask = tf.expand_dims(mask, -1)
    return mask
