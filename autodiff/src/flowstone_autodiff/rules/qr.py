"""The gradient of the QR decomposition is not offered yet."""

from __future__ import annotations

from flowstone_core.ops import qr as ops

from flowstone_autodiff.registry import undefined

undefined(
    ops.QR,
    because="The gradient of tf.linalg.qr is not offered yet; stop it with tf.stop_gradient if it is not needed.",
)
