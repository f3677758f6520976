"""Rounding to the few values that an integer of some bits could hold, in floating point: ``tf.quantization``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flowstone_core import infer
from flowstone_core.conversion import convert_to_tensor
from flowstone_core.errors import SpecError
from flowstone_core.op import Op
from flowstone_core.shapes import TensorShape
from flowstone_core.spec import Spec
from flowstone_core.tensor import Tensor, TensorLike
from flowstone_core.typelists import FLOATS

# -- shape rules ---------------------------------------------------------------------------------------------------


def check_bits(num_bits: int) -> None:
    """Check that values fit 2 to 16 bits.

    Raises:
        SpecError: If they do not.
    """
    if not 2 <= num_bits <= 16:
        raise SpecError(f"num_bits must be between 2 and 16, inclusive, got {num_bits}.")


def _infer_args(*tensors: Spec, **attrs: Any) -> Spec:
    return Spec(infer.same_shape(*tensors), tensors[-1].dtype)


def _check_limits(inputs: Spec, limits: Sequence[Spec], per_channel: bool) -> None:
    for limit in limits:
        infer.with_rank(limit, 1 if per_channel else 0, "A limit of the range")
        if per_channel and inputs.shape is not None and limit.shape is not None:
            channels = inputs.shape[-1] if inputs.shape else None
            if not inputs.shape or (None not in (channels, limit.shape[0]) and channels != limit.shape[0]):
                raise SpecError(
                    f"Per channel: min and max need an element for each channel of shape {TensorShape(inputs.shape)}, "
                    f"got shape {TensorShape(limit.shape)}."
                )


def _infer_vars(inputs: Spec, min: Spec, max: Spec, *, num_bits: int, **attrs: Any) -> Spec:
    check_bits(num_bits)
    _check_limits(inputs, (min, max), False)
    return Spec(inputs.shape, inputs.dtype)


def _infer_per_channel(inputs: Spec, min: Spec, max: Spec, *, num_bits: int, **attrs: Any) -> Spec:
    check_bits(num_bits)
    _check_limits(inputs, (min, max), True)
    return Spec(inputs.shape, inputs.dtype)


def _infer_gradient(gradients: Spec, inputs: Spec, min: Spec, max: Spec, *, num_bits: int, **attrs: Any) -> Any:
    check_bits(num_bits)
    _check_limits(inputs, (min, max), False)
    return Spec(infer.same_shape(gradients, inputs), inputs.dtype), Spec((), inputs.dtype), Spec((), inputs.dtype)


def _infer_channel_gradient(gradients: Spec, inputs: Spec, min: Spec, max: Spec, *, num_bits: int, **attrs: Any) -> Any:
    check_bits(num_bits)
    _check_limits(inputs, (min, max), True)
    channels = Spec(None if inputs.shape is None else inputs.shape[-1:], inputs.dtype)
    limits = Spec(
        infer.with_rank(Spec(infer.same_shape(min, max, channels), inputs.dtype), 1, "The range"), inputs.dtype
    )
    return Spec(infer.same_shape(gradients, inputs), inputs.dtype), limits, limits


def _infer_rounded(input: Spec, input_min: Spec, input_max: Spec, *others: Spec, axis: int, **attrs: Any) -> Spec:
    for limit in (input_min, input_max):
        if limit.shape is not None and len(limit.shape) != (0 if axis == -1 else 1):
            raise SpecError(f"A limit must be {'a scalar' if axis == -1 else 'a vector'}, got {limit.shape}.")
        if axis != -1 and input.shape is not None and limit.shape is not None:
            sizes = limit.shape[0], input.shape[axis] if axis < len(input.shape) else None
            if None not in sizes and sizes[0] != sizes[1]:
                raise SpecError(
                    f"There must be a limit for each of {sizes[1]} places along axis {axis}, got {sizes[0]}."
                )
    return Spec(input.shape, input.dtype)


def _infer_rounded_gradient(
    gradients: Spec, input: Spec, input_min: Spec, input_max: Spec, *, axis: int
) -> tuple[Spec, Spec, Spec]:
    return (
        Spec(infer.same_shape(gradients, input), input.dtype),
        Spec(input_min.shape, input.dtype),
        Spec(input_max.shape, input.dtype),
    )


# -- the ops -------------------------------------------------------------------------------------------------------

_BITS = ("num_bits: int = 8", "narrow_range: bool = false")
_ARGS = ("min: float = -6", "max: float = 6", *_BITS)
_X, _Y = "inputs: float", ("outputs: float",)
_LIMITS = ("min: float", "max: float")
_BACKPROPS = ("backprops_wrt_input: float", "backprop_wrt_min: float", "backprop_wrt_max: float")

FAKE_QUANT_WITH_MIN_MAX_ARGS = Op("FakeQuantWithMinMaxArgs", (_X,), _Y, _ARGS, infer=_infer_args)
FAKE_QUANT_WITH_MIN_MAX_ARGS_GRADIENT = Op(
    "FakeQuantWithMinMaxArgsGradient", ("gradients: float", _X), ("backprops: float",), _ARGS, infer=_infer_args
)
FAKE_QUANT_WITH_MIN_MAX_VARS = Op("FakeQuantWithMinMaxVars", (_X, *_LIMITS), _Y, _BITS, infer=_infer_vars)
FAKE_QUANT_WITH_MIN_MAX_VARS_GRADIENT = Op(
    "FakeQuantWithMinMaxVarsGradient", ("gradients: float", _X, *_LIMITS), _BACKPROPS, _BITS, infer=_infer_gradient
)
FAKE_QUANT_WITH_MIN_MAX_VARS_PER_CHANNEL = Op(
    "FakeQuantWithMinMaxVarsPerChannel", (_X, *_LIMITS), _Y, _BITS, infer=_infer_per_channel
)
FAKE_QUANT_WITH_MIN_MAX_VARS_PER_CHANNEL_GRADIENT = Op(
    "FakeQuantWithMinMaxVarsPerChannelGradient",
    ("gradients: float", _X, *_LIMITS),
    _BACKPROPS,
    _BITS,
    infer=_infer_channel_gradient,
)

_ROUNDED = ("input: T", "input_min: T", "input_max: T")
_ROUND = "round_mode: {'HALF_TO_EVEN', 'HALF_UP'} = 'HALF_TO_EVEN'"
_SIGNED = ("signed_input: bool = true", "num_bits: int = 8", "range_given: bool = false")
_REST = ("narrow_range: bool = false", "axis: int = -1")
QUANTIZE_AND_DEQUANTIZE_V2 = Op(
    "QuantizeAndDequantizeV2", _ROUNDED, ("output: T",), (*_SIGNED, FLOATS, _ROUND, *_REST), infer=_infer_rounded
)
QUANTIZE_AND_DEQUANTIZE_V3 = Op(
    "QuantizeAndDequantizeV3",
    (*_ROUNDED, "num_bits: int32"),
    ("output: T",),
    ("signed_input: bool = true", "range_given: bool = true", FLOATS, *_REST),
    infer=_infer_rounded,
)
QUANTIZE_AND_DEQUANTIZE_V4 = Op(
    "QuantizeAndDequantizeV4", _ROUNDED, ("output: T",), (*_SIGNED, FLOATS, _ROUND, *_REST), infer=_infer_rounded
)
QUANTIZE_AND_DEQUANTIZE_V4_GRAD = Op(
    "QuantizeAndDequantizeV4Grad",
    ("gradients: T", *_ROUNDED),
    ("input_backprop: T", "input_min_backprop: T", "input_max_backprop: T"),
    (FLOATS, "axis: int = -1"),
    infer=_infer_rounded_gradient,
)


# -- fake quantization ---------------------------------------------------------------------------------------------


def fake_quant_with_min_max_args(
    inputs: TensorLike,
    min: float = -6,
    max: float = 6,
    num_bits: int = 8,
    narrow_range: bool = False,
    name: str | None = None,
) -> Tensor:
    """Round to the nearest of ``2^num_bits`` values between two limits.

    The limits move a little, so that 0 is one of the values.

    >>> tf.quantization.fake_quant_with_min_max_args([-10., 0.1, 2.4], min=0., max=3., num_bits=2).numpy()
    array([0., 0., 2.], dtype=float32)

    Args:
        inputs: Numbers, float32.
        min: The lower limit.
        max: The upper limit.
        num_bits: From 2 to 16.
        narrow_range: Whether to leave out the lowest value.
        name: A name for the op in a graph.

    Raises:
        tf.errors.InvalidArgumentError: If ``min`` is not below ``max``, or ``num_bits`` is out of range.
    """
    return FAKE_QUANT_WITH_MIN_MAX_ARGS(
        inputs, min=float(min), max=float(max), num_bits=num_bits, narrow_range=narrow_range, name=name
    )


def fake_quant_with_min_max_args_gradient(
    gradients: TensorLike,
    inputs: TensorLike,
    min: float = -6,
    max: float = 6,
    num_bits: int = 8,
    narrow_range: bool = False,
    name: str | None = None,
) -> Tensor:
    """The gradient of ``tf.quantization.fake_quant_with_min_max_args``: ``gradients`` between the limits, else 0."""
    return FAKE_QUANT_WITH_MIN_MAX_ARGS_GRADIENT(
        gradients, inputs, min=float(min), max=float(max), num_bits=num_bits, narrow_range=narrow_range, name=name
    )


def fake_quant_with_min_max_vars(
    inputs: TensorLike,
    min: TensorLike,
    max: TensorLike,
    num_bits: int = 8,
    narrow_range: bool = False,
    name: str | None = None,
) -> Tensor:
    """``tf.quantization.fake_quant_with_min_max_args`` with limits that can be learned.

    The gradient of a limit is the sum of the gradients beyond it.

    Args:
        inputs: Numbers, float32.
        min: The lower limit, a scalar.
        max: The upper limit, a scalar.
        num_bits: From 2 to 16.
        narrow_range: Whether to leave out the lowest value.
        name: A name for the op in a graph.
    """
    return FAKE_QUANT_WITH_MIN_MAX_VARS(inputs, min, max, num_bits=num_bits, narrow_range=narrow_range, name=name)


def fake_quant_with_min_max_vars_gradient(
    gradients: TensorLike,
    inputs: TensorLike,
    min: TensorLike,
    max: TensorLike,
    num_bits: int = 8,
    narrow_range: bool = False,
    name: str | None = None,
) -> Any:
    """The gradients of ``tf.quantization.fake_quant_with_min_max_vars``: of inputs, of ``min`` and of ``max``."""
    return FAKE_QUANT_WITH_MIN_MAX_VARS_GRADIENT(
        gradients, inputs, min, max, num_bits=num_bits, narrow_range=narrow_range, name=name
    )


def fake_quant_with_min_max_vars_per_channel(
    inputs: TensorLike,
    min: TensorLike,
    max: TensorLike,
    num_bits: int = 8,
    narrow_range: bool = False,
    name: str | None = None,
) -> Tensor:
    """``tf.quantization.fake_quant_with_min_max_vars`` with limits for each channel, the last dimension."""
    return FAKE_QUANT_WITH_MIN_MAX_VARS_PER_CHANNEL(
        inputs, min, max, num_bits=num_bits, narrow_range=narrow_range, name=name
    )


def fake_quant_with_min_max_vars_per_channel_gradient(
    gradients: TensorLike,
    inputs: TensorLike,
    min: TensorLike,
    max: TensorLike,
    num_bits: int = 8,
    narrow_range: bool = False,
    name: str | None = None,
) -> Any:
    """The gradients of ``tf.quantization.fake_quant_with_min_max_vars_per_channel``."""
    return FAKE_QUANT_WITH_MIN_MAX_VARS_PER_CHANNEL_GRADIENT(
        gradients, inputs, min, max, num_bits=num_bits, narrow_range=narrow_range, name=name
    )


# -- there and back ------------------------------------------------------------------------------------------------


def quantize_and_dequantize(
    input: TensorLike,
    input_min: TensorLike,
    input_max: TensorLike,
    signed_input: bool = True,
    num_bits: int = 8,
    range_given: bool = False,
    round_mode: str = "HALF_TO_EVEN",
    name: str | None = None,
    narrow_range: bool = False,
    axis: int | None = None,
) -> Tensor:
    """``tf.quantization.quantize_and_dequantize_v2`` whose gradient passes all numbers, also those beyond the limits."""
    return _there_and_back(
        QUANTIZE_AND_DEQUANTIZE_V2,
        input,
        input_min,
        input_max,
        signed_input,
        num_bits,
        range_given,
        round_mode,
        name,
        narrow_range,
        axis,
    )


def quantize_and_dequantize_v2(
    input: TensorLike,
    input_min: TensorLike,
    input_max: TensorLike,
    signed_input: bool = True,
    num_bits: int = 8,
    range_given: bool = False,
    round_mode: str = "HALF_TO_EVEN",
    name: str | None = None,
    narrow_range: bool = False,
    axis: int | None = None,
) -> Tensor:
    """Round to the nearest multiple of a step, so that the limits are the outermost multiples.

    >>> tf.quantization.quantize_and_dequantize_v2([0.3, 0.8, 1.5], -1., 1., num_bits=2, range_given=True).numpy()
    array([0., 1., 1.], dtype=float32)

    Args:
        input: Numbers.
        input_min: The lower limit.
        input_max: The upper limit.
        signed_input: Whether multiples may be negative.
        num_bits: How many bits the multiples have.
        range_given: Whether to use the limits, not the least and greatest numbers.
        round_mode: ``"HALF_TO_EVEN"`` or ``"HALF_UP"``.
        name: A name for the op in a graph.
        narrow_range: Whether to leave out the lowest multiple.
        axis: The dimension along which limits differ; by default there is one pair for all.
    """
    return _there_and_back(
        QUANTIZE_AND_DEQUANTIZE_V4,
        input,
        input_min,
        input_max,
        signed_input,
        num_bits,
        range_given,
        round_mode,
        name,
        narrow_range,
        axis,
    )


def _there_and_back(
    op: Op,
    input: TensorLike,
    input_min: TensorLike,
    input_max: TensorLike,
    signed_input: bool,
    num_bits: int,
    range_given: bool,
    round_mode: str,
    name: str | None,
    narrow_range: bool,
    axis: int | None,
) -> Tensor:
    x = convert_to_tensor(input)
    if axis is not None and axis < 0:
        if x.shape.rank is None:
            raise ValueError("`axis` cannot be negative for an input of unknown rank.")
        axis += x.shape.rank
    result: Tensor = op(
        x,
        input_min,
        input_max,
        signed_input=signed_input,
        num_bits=num_bits,
        range_given=range_given,
        round_mode=round_mode,
        narrow_range=narrow_range,
        axis=-1 if axis is None else axis,
        name=name,
    )
    return result
