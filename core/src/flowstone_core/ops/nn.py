"""Neural network ops that are not activations, convolutions or normalizations: biases, penalties, best classes."""

from __future__ import annotations

import math as python_math
from typing import Any, NamedTuple

from flowstone_core import dtypes, infer
from flowstone_core.conversion import convert_to_tensor
from flowstone_core.dtypes import DType, as_dtype, int32
from flowstone_core.errors import SpecError
from flowstone_core.interpreter import building_graph
from flowstone_core.op import Op
from flowstone_core.ops import filling
from flowstone_core.ops.cast import cast
from flowstone_core.ops.compare import equal, greater_equal, less_equal, logical_and
from flowstone_core.ops.complex import complex, imag, real
from flowstone_core.ops.elementary import exp, log, rsqrt
from flowstone_core.ops.math import add, maximum, multiply, square, subtract
from flowstone_core.ops.reduce import reduce_mean, reduce_sum
from flowstone_core.ops.selection import where
from flowstone_core.shapes import TensorShape
from flowstone_core.spec import Spec
from flowstone_core.tensor import Tensor, TensorLike
from flowstone_core.typelists import FLOATS, NUMBERS_AND_QUANTIZED, REALS

_DATA_FORMAT = "data_format: {'NHWC', 'NCHW'} = 'NHWC'"


# -- biases --------------------------------------------------------------------------------------------------------


def _channels(value: Spec, data_format: str) -> int | None:
    shape = value.shape
    if shape is None:
        return None
    return shape[1] if data_format == "NCHW" and len(shape) > 1 else shape[-1]


def _infer_bias_add(value: Spec, bias: Spec, *, data_format: str = "NHWC") -> Spec:
    if value.shape is not None and len(value.shape) < 2:
        raise SpecError(f"BiasAdd: the input tensor must be at least 2D, got shape {TensorShape(value.shape)}.")
    (size,) = infer.with_rank(bias, 1, "BiasAdd: the bias")
    channels = _channels(value, data_format)
    if size is not None and channels is not None and size != channels:
        raise SpecError(
            f"BiasAdd must get as many biases as the tensor has channels: {size} biases, "
            f"{channels} channels in shape {TensorShape(value.shape)} ({data_format})."
        )
    return Spec(value.shape, value.dtype)


def _infer_bias_add_grad(out_backprop: Spec, *, data_format: str) -> Spec:
    return Spec((_channels(out_backprop, data_format),), out_backprop.dtype)


BIAS_ADD = Op(
    "BiasAdd",
    ("value: T", "bias: T"),
    ("output: T",),
    (NUMBERS_AND_QUANTIZED, _DATA_FORMAT),
    infer=_infer_bias_add,
)
BIAS_ADD_V1 = Op("BiasAddV1", ("value: T", "bias: T"), ("output: T",), (NUMBERS_AND_QUANTIZED,), infer=_infer_bias_add)
BIAS_ADD_GRAD = Op(
    "BiasAddGrad",
    ("out_backprop: T",),
    ("output: T",),
    (NUMBERS_AND_QUANTIZED, _DATA_FORMAT),
    infer=_infer_bias_add_grad,
)


def channels_first(data_format: str | None) -> str:
    """``"NCHW"`` or ``"NHWC"`` for any layout with the channels second or last.

    Raises:
        ValueError: If it is neither.
    """
    if data_format is None or (data_format.startswith("N") and data_format.endswith("C")):
        return "NHWC"
    if data_format.startswith("NC"):
        return "NCHW"
    raise ValueError(f"`data_format` must be of the form `N...C` or `NC...`. Received: data_format={data_format}")


def bias_add(value: TensorLike, bias: TensorLike, data_format: Any = None, name: str | None = None) -> Tensor:
    """Add a vector along the dimension of channels: the last one, or the second for ``"NC..."``.

    >>> tf.nn.bias_add([[1., 2.]], [10., 20.]).numpy()
    array([[11., 22.]], dtype=float32)

    Raises:
        ValueError: If the layout is unknown.
        tf.errors.InvalidArgumentError: If the sizes differ.
    """
    layout = channels_first(data_format)
    if building_graph():
        value = convert_to_tensor(value)
        bias = convert_to_tensor(bias, dtype=value.dtype)
    return BIAS_ADD(value, bias, data_format=layout, name=name)


# -- norms and penalties -------------------------------------------------------------------------------------------

L2_LOSS = Op("L2Loss", ("t: T",), ("output: T",), (FLOATS,), infer=lambda t: Spec((), t.dtype))


def l2_loss(t: TensorLike, name: str | None = None) -> Tensor:
    """``sum(t²) / 2``."""
    return L2_LOSS(t, name=name)


def l2_normalize(
    x: TensorLike, axis: Any = None, epsilon: float = 1e-12, name: str | None = None, dim: Any = None
) -> Tensor:
    """``x / sqrt(max(sum(x²), epsilon))``, with the sum over dimensions.

    >>> tf.math.l2_normalize([3., 4.]).numpy()
    array([0.6, 0.8], dtype=float32)

    Args:
        x: A floating point or complex tensor.
        axis: The dimensions to sum over; all by default.
        epsilon: A lower bound of the sum.
        name: A name for the op in a graph.
        dim: The old name of ``axis``.

    Raises:
        ValueError: If both ``axis`` and ``dim`` are given.
    """
    if dim is not None:
        if axis is not None:
            raise ValueError("Cannot specify both 'axis' and 'dim'")
        axis = dim
    x = convert_to_tensor(x)
    if not x.dtype.is_complex:
        total = reduce_sum(square(x), axis, keepdims=True)
        return multiply(x, rsqrt(maximum(total, convert_to_tensor(epsilon, dtype=x.dtype))), name=name)
    re, im = real(x), imag(x)
    total = reduce_sum(add(square(re), square(im)), axis, keepdims=True)
    inverse = rsqrt(maximum(total, convert_to_tensor(epsilon, dtype=re.dtype)))
    return complex(multiply(re, inverse), multiply(im, inverse), name=name)


def zero_fraction(value: TensorLike, name: str | None = None) -> Tensor:
    """The fraction of elements that are zero, as float32.

    >>> tf.nn.zero_fraction([0, 1, 2, 0])
    <tf.Tensor: shape=(), dtype=float32, numpy=0.5>
    """
    x = convert_to_tensor(value)
    zeros = cast(equal(x, convert_to_tensor(0, dtype=x.dtype)), dtypes.float32)
    return reduce_mean(zeros, name=name)


def log_poisson_loss(
    targets: TensorLike, log_input: TensorLike, compute_full_loss: bool = False, name: str | None = None
) -> Tensor:
    """``exp(c) - z c``: the Poisson loss of rates ``exp(c)`` and counts ``z``, up to a constant.

    Args:
        targets: The counts ``z``.
        log_input: The logarithms ``c`` of the rates.
        compute_full_loss: Whether Stirling's approximation ``z log z - z + log(2π z) / 2`` of the constant is
            added where ``z > 1``.
        name: A name for the op in a graph.

    Raises:
        ValueError: If the shapes differ.
    """
    c = convert_to_tensor(log_input)
    z = convert_to_tensor(targets)
    if not z.shape.is_compatible_with(c.shape):
        raise ValueError(f"`log_input` and `targets` must have the same shape, received ({c.shape} vs {z.shape}).")
    loss = subtract(exp(c), multiply(c, z), name=name)
    if not compute_full_loss:
        return loss

    def number(value: float) -> Tensor:
        return convert_to_tensor(value, dtype=z.dtype)

    half_log = multiply(number(0.5), log(multiply(number(2 * python_math.pi), z)))
    stirling = add(subtract(multiply(z, log(z)), z), half_log)
    small = logical_and(greater_equal(z, number(0)), less_equal(z, number(1)))
    return add(loss, where(small, filling.zeros_like(z), stirling))


# -- the largest ---------------------------------------------------------------------------------------------------


class TopKV2(NamedTuple):
    """What ``tf.math.top_k`` returns: the largest elements, and where they are."""

    values: Tensor
    indices: Tensor


def _infer_top_k(input: Spec, k: int | None, index_type: DType) -> tuple[Spec, Spec]:
    if input.shape is None:
        return Spec(None, input.dtype), Spec(None, index_type)
    if not input.shape:
        raise SpecError("TopK: the input must have at least one dimension.")
    last = input.shape[-1]
    if k is not None and last is not None and k > last:
        raise SpecError(f"TopK: input must have at least k columns. Had {last}, needed {k}.")
    if k is not None and k < 0:
        raise SpecError(f"TopK: need k >= 0, got {k}.")
    shape = (*input.shape[:-1], k)
    return Spec(shape, input.dtype), Spec(shape, index_type)


TOP_K = Op(
    "TopK",
    ("input: T",),
    ("values: T", "indices: int32"),
    ("k: int >= 0", "sorted: bool = true", REALS),
    infer=lambda input, *, k, sorted: _infer_top_k(input, k, int32),
)
TOP_K_V2 = Op(
    "TopKV2",
    ("input: T", "k: Tk"),
    ("values: T", "indices: index_type"),
    (
        "sorted: bool = true",
        REALS,
        "Tk: {int16, int32, int64} = DT_INT32",
        "index_type: {int16, int32, int64} = DT_INT32",
    ),
    infer=lambda input, k, *, sorted, index_type: _infer_top_k(input, k.scalar(), index_type),
)


def top_k(
    input: TensorLike, k: Any = 1, sorted: bool = True, index_type: Any = int32, name: str | None = None
) -> TopKV2:
    """The ``k`` largest elements along the last dimension, and where they are; of equal ones, the first come first.

    >>> tf.math.top_k([1, 5, 3], k=2).values.numpy()
    array([5, 3], dtype=int32)

    Args:
        input: A tensor with at least one dimension.
        k: How many; at most the size of the last dimension.
        sorted: Whether the largest come first; otherwise the order is not promised.
        index_type: The integer type of the positions.
        name: A name for the op in a graph.
    """
    return TopKV2(*TOP_K_V2(input, k, sorted=sorted, index_type=as_dtype(index_type), name=name))


def _infer_in_top_k(predictions: Spec, targets: Spec, *rest: Spec, **attrs: Any) -> Spec:
    rows, _ = infer.with_rank(predictions, 2, "InTopK: predictions")
    (count,) = infer.with_rank(targets, 1, "InTopK: targets")
    if rows is not None and count is not None and rows != count:
        raise SpecError(f"InTopK: {rows} rows of predictions do not fit {count} targets.")
    return Spec((rows if count is None else count,), dtypes.bool)


_IN_TOP_K_TYPE = "T: {int32, int64} = DT_INT32"
IN_TOP_K = Op(
    "InTopK",
    ("predictions: float", "targets: T"),
    ("precision: bool",),
    ("k: int", _IN_TOP_K_TYPE),
    infer=_infer_in_top_k,
)
IN_TOP_K_V2 = Op(
    "InTopKV2",
    ("predictions: float", "targets: T", "k: T"),
    ("precision: bool",),
    (_IN_TOP_K_TYPE,),
    infer=_infer_in_top_k,
)


def in_top_k(targets: TensorLike, predictions: TensorLike, k: Any, name: str | None = None) -> Tensor:
    """Whether each target is among the ``k`` highest predictions of its row; ties count as among them.

    A target out of range, or one whose prediction is not finite, is not among them.

    >>> tf.math.in_top_k(targets=[2], predictions=[[0.1, 0.3, 0.2]], k=2).numpy()
    array([ True])

    Args:
        targets: Class numbers, one a row.
        predictions: Scores of shape ``[rows, classes]``, float32.
        k: How many.
        name: A name for the op in a graph.
    """
    return IN_TOP_K_V2(predictions, targets, k, name=name)


# -- where in a sorted order ---------------------------------------------------------------------------------------


def _infer_nth_element(input: Spec, n: Spec, *, reverse: bool) -> Spec:
    if input.shape is None:
        return Spec(None, input.dtype)
    if not input.shape:
        raise SpecError("NthElement: the input must have at least one dimension.")
    position, last = n.scalar(), input.shape[-1]
    if position is not None and last is not None and not 0 <= position < last:
        raise SpecError(f"NthElement: n must be in [0, {last}), got {position}.")
    return Spec(input.shape[:-1], input.dtype)


NTH_ELEMENT = Op(
    "NthElement",
    ("input: T", "n: int32"),
    ("values: T",),
    ("reverse: bool = false", REALS),
    infer=_infer_nth_element,
)
