"""Encoding images and sound losslessly, as summaries and the image and sound packages need it."""

from __future__ import annotations

from flowstone_core import dtypes
from flowstone_core.errors import SpecError
from flowstone_core.op import Op
from flowstone_core.shapes import TensorShape
from flowstone_core.spec import Spec


def _infer_encode_png(image: Spec, *, compression: int) -> Spec:
    if image.shape is not None and len(image.shape) < 3:
        raise SpecError(
            f"EncodePng takes images of shape [..., height, width, channels], got shape {TensorShape(image.shape)}."
        )
    return Spec(None if image.shape is None else image.shape[:-3], dtypes.string)


def _infer_encode_wav(audio: Spec, sample_rate: Spec) -> Spec:
    if audio.shape is not None and len(audio.shape) != 2:
        raise SpecError(f"EncodeWav takes audio of shape [frames, channels], got shape {TensorShape(audio.shape)}.")
    return Spec((), dtypes.string)


ENCODE_PNG = Op(
    "EncodePng",
    ("image: T",),
    ("contents: string",),
    ("compression: int = -1", "T: {uint8, uint16} = DT_UINT8"),
    infer=_infer_encode_png,
)
ENCODE_WAV = Op("EncodeWav", ("audio: float", "sample_rate: int32"), ("contents: string",), infer=_infer_encode_wav)
