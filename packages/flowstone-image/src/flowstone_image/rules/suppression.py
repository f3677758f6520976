"""Gradients of ``flowstone_image.ops.suppression``: choices have none."""

from __future__ import annotations

from flowstone_autodiff import not_differentiable, undefined
from flowstone_core.op import Op

from flowstone_image.ops import suppression as ops

_WITH_SCORES = (ops.COMBINED_NMS, ops.NMS_V5)

not_differentiable(*(op for op in vars(ops).values() if isinstance(op, Op) and op not in _WITH_SCORES))
undefined(*_WITH_SCORES, because="TensorFlow has none either; take the scores with tf.gather at the indices.")
