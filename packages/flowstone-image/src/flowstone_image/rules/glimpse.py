"""``flowstone_image.ops.glimpse``: no derivatives, as in TensorFlow."""

from __future__ import annotations

from flowstone_autodiff import not_differentiable, undefined

from flowstone_image.ops import glimpse as ops

not_differentiable(ops.EXTRACT_GLIMPSE)
undefined(ops.EXTRACT_GLIMPSE_V2, because="TensorFlow has none either: use tf.image.crop_and_resize, or slices.")
