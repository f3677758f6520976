"""What flowstone-image offers through the hooks: its ops, their kernels, gradients and conformance cases."""

from __future__ import annotations

from collections.abc import Mapping

from flowstone_core.hookspecs import KernelProvider, hookimpl

_FAMILIES = {
    "resize": """
        ResizeBilinear ResizeBilinearGrad ResizeNearestNeighbor ResizeNearestNeighborGrad ResizeBicubic
        ResizeBicubicGrad ResizeArea ScaleAndTranslate ScaleAndTranslateGrad
    """,
    "color": "RGBToHSV HSVToRGB AdjustContrastv2 AdjustHue AdjustSaturation",
    "boxes": "CropAndResize CropAndResizeGradImage CropAndResizeGradBoxes DrawBoundingBoxes DrawBoundingBoxesV2",
    "suppression": """
        NonMaxSuppression NonMaxSuppressionV2 NonMaxSuppressionV3 NonMaxSuppressionV4 NonMaxSuppressionV5
        NonMaxSuppressionWithOverlaps CombinedNonMaxSuppression
    """,
    "patches": "ExtractImagePatches",
    "projective": "ImageProjectiveTransformV2 ImageProjectiveTransformV3",
    "glimpse": "ExtractGlimpse ExtractGlimpseV2",
    "distortion": "SampleDistortedBoundingBox SampleDistortedBoundingBoxV2 StatelessSampleDistortedBoundingBox",
    "files": """
        DecodeJpeg DecodeAndCropJpeg EncodeJpeg EncodeJpegVariableQuality ExtractJpegShape DecodePng DecodeGif DecodeBmp
        DecodeImage DecodeWebP
    """,
}
_FAMILY_OF = {op: family for family, names in _FAMILIES.items() for op in names.split()}

GRADIENTS = {op: f"flowstone_image.rules.{family}" for op, family in _FAMILY_OF.items()}
"""Where the gradient of each op is; flowstone-autodiff asks."""

CASES = {f"image_{family}": f"flowstone_image.cases.{family}:CASES" for family in _FAMILIES}
"""Where the conformance cases of each family are; flowstone-conformance asks."""


@hookimpl
def flowstone_ops() -> Mapping[str, str]:
    """Where each op is defined."""
    return {op: f"flowstone_image.ops.{family}" for op, family in _FAMILY_OF.items()}


@hookimpl
def flowstone_kernels() -> KernelProvider:
    """The numpy kernels of exactly these ops."""
    return KernelProvider(
        "image",
        priority=0,
        kernels={op: f"flowstone_image.kernels.{family}:KERNELS" for op, family in _FAMILY_OF.items()},
        description="Images, on numpy and Pillow.",
        own_ops=True,
    )
