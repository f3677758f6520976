"""``tf.AggregationMethod``: names for how gradients are added up."""

from __future__ import annotations


class AggregationMethod:
    """How the gradients of one tensor, which come from several uses of it, are added; the sum is the same.

    ``tf.gradients`` takes these; sums are made as they come, whichever is chosen.
    """

    ADD_N = 0
    DEFAULT = ADD_N
    EXPERIMENTAL_TREE = 1
    EXPERIMENTAL_ACCUMULATE_N = 2
