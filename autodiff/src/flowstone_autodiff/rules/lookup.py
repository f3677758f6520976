"""Gradients of ``flowstone_core.ops.lookup``: what is found in tables is constant, as in TensorFlow."""

from __future__ import annotations

from flowstone_core.ops import lookup as ops

from flowstone_autodiff.registry import not_differentiable

not_differentiable(
    ops.ANONYMOUS_HASH_TABLE,
    ops.ANONYMOUS_MUTABLE_DENSE_HASH_TABLE,
    ops.ANONYMOUS_MUTABLE_HASH_TABLE,
    ops.ANONYMOUS_MUTABLE_HASH_TABLE_OF_TENSORS,
    ops.HASH_TABLE,
    ops.INITIALIZE_TABLE,
    ops.INITIALIZE_TABLE_FROM_TEXT_FILE,
    ops.LOOKUP_TABLE_EXPORT,
    ops.LOOKUP_TABLE_FIND,
    ops.LOOKUP_TABLE_IMPORT,
    ops.LOOKUP_TABLE_INSERT,
    ops.LOOKUP_TABLE_REMOVE,
    ops.LOOKUP_TABLE_SIZE,
    ops.MUTABLE_DENSE_HASH_TABLE,
    ops.MUTABLE_HASH_TABLE,
    ops.MUTABLE_HASH_TABLE_OF_TENSORS,
)
