"""Gradients of ``flowstone_core.ops.strings``: text has none."""

from __future__ import annotations

from flowstone_core.ops import strings as ops

from flowstone_autodiff.registry import not_differentiable

not_differentiable(
    ops.AS_STRING,
    ops.FINGERPRINT,
    ops.REDUCE_JOIN,
    ops.STRING_JOIN,
    ops.STRING_LENGTH,
    ops.STRING_LOWER,
    ops.STRING_NGRAMS,
    ops.STRING_SPLIT,
    ops.STRING_SPLIT_V2,
    ops.STRING_STRIP,
    ops.STRING_TO_HASH_BUCKET,
    ops.STRING_TO_HASH_BUCKET_FAST,
    ops.STRING_TO_HASH_BUCKET_STRONG,
    ops.STRING_TO_NUMBER,
    ops.STRING_UPPER,
    ops.SUBSTR,
    ops.UNSORTED_SEGMENT_JOIN,
)
