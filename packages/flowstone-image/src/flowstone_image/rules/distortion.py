"""``flowstone_image.ops.distortion``: parts of images by chance have no derivatives."""

from __future__ import annotations

from flowstone_autodiff import not_differentiable

from flowstone_image.ops import distortion as ops

not_differentiable(
    ops.SAMPLE_DISTORTED_BOUNDING_BOX,
    ops.SAMPLE_DISTORTED_BOUNDING_BOX_V2,
    ops.STATELESS_SAMPLE_DISTORTED_BOUNDING_BOX,
)
