"""Fourier transforms over the last dimensions, or over any.

``fft`` computes ``y[k] = Σ_n x[n] exp(-2πi k n / N)``; the inverse has ``+`` in the exponent and divides by ``N``. The
spectrum of a real signal is determined by its first ``N // 2 + 1`` entries: ``rfft`` computes those.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flowstone_core import dtypes
from flowstone_core.api import tf
from flowstone_core.dtypes import DType
from flowstone_core.errors import SpecError
from flowstone_core.op import Op
from flowstone_core.shapes import TensorShape
from flowstone_core.spec import Spec
from flowstone_core.tensor import Tensor, TensorLike

from flowstone_signal.sizes import largest, sizes, widened

# -- shape rules ---------------------------------------------------------------------------------------------------


def _at_least(x: Spec, rank: int) -> None:
    if x.shape is not None and len(x.shape) < rank:
        raise SpecError(
            f"A Fourier transform over {rank} dimensions needs an input of at least that rank, "
            f"got shape {TensorShape(x.shape)}."
        )


def _infer_complex(rank: int) -> Callable[..., Spec]:
    def infer(input: Spec) -> Spec:
        _at_least(input, rank)
        return Spec(input.shape, input.dtype)

    return infer


def _lengths(fft_length: Spec, rank: int) -> tuple[int | None, ...]:
    if fft_length.shape is not None and fft_length.shape not in ((rank,), (None,)):
        raise SpecError(f"fft_length must have shape [{rank}], got {TensorShape(fft_length.shape)}.")
    known = fft_length.vector() or (None,) * rank
    if any(length is not None and length < 0 for length in known):
        raise SpecError(f"fft_length must not be negative, got {list(known)}.")
    return known


def half(length: int | None) -> int | None:
    """How many entries the spectrum of a real signal has."""
    return None if length is None else length // 2 + 1 if length else 0


def _infer_real(rank: int, forward: bool) -> Callable[..., Spec]:
    def infer(input: Spec, fft_length: Spec, *, Treal: DType | None = None, Tcomplex: DType | None = None) -> Spec:
        _at_least(input, rank)
        *outer, last = _lengths(fft_length, rank)
        dtype = Tcomplex if forward else Treal
        assert dtype is not None
        if input.shape is None:
            return Spec(None, dtype)
        return Spec((*input.shape[:-rank], *outer, half(last) if forward else last), dtype)

    return infer


def _infer_nd(real: str) -> Callable[..., Spec]:
    def infer(input: Spec, fft_length: Spec, axes: Spec, **attrs: Any) -> Spec:
        dtype = {"": input.dtype, "in": attrs.get("Tcomplex"), "out": attrs.get("Treal")}[real]
        assert dtype is not None
        over, lengths = axes.vector(), fft_length.vector()
        if input.shape is None or over is None or None in over:
            return Spec(None if input.shape is None else (None,) * len(input.shape), dtype)
        shape: list[int | None] = list(input.shape)
        places = axes_in([axis or 0 for axis in over], len(shape))
        if lengths is not None and len(lengths) != len(places):
            raise SpecError(f"There are {len(lengths)} lengths for {len(places)} axes.")
        for number, axis in enumerate(places):
            length = None if lengths is None else lengths[number]
            shape[axis] = half(length) if real == "in" and axis == places[-1] else length
        return Spec(tuple(shape), dtype)

    return infer


def axes_in(axes: Sequence[int], rank: int) -> list[int]:
    """Axes as different non-negative numbers.

    Raises:
        SpecError: If one is out of range or there twice.
    """
    if any(not -rank <= axis < rank for axis in axes):
        raise SpecError(f"axes = {list(axes)} are not all in [{-rank}, {rank}), the range for rank {rank}.")
    places = [axis % rank for axis in axes]
    if len(set(places)) < len(places):
        raise SpecError(f"axes = {list(axes)} name a dimension twice.")
    return places


# -- the ops -------------------------------------------------------------------------------------------------------

_TREAL = "Treal: {float, double} = DT_FLOAT"
_TCOMPLEX = "Tcomplex: {complex64, complex128} = DT_COMPLEX64"
_BY_RANK = {1: "", 2: "2D", 3: "3D"}
_LENGTH = "fft_length: int32"


def _complex_op(name: str, rank: int) -> Op:
    return Op(name, ("input: Tcomplex",), ("output: Tcomplex",), (_TCOMPLEX,), infer=_infer_complex(rank))


def _forward_op(name: str, more: Sequence[str], infer: Callable[..., Spec]) -> Op:
    return Op(name, ("input: Treal", _LENGTH, *more), ("output: Tcomplex",), (_TREAL, _TCOMPLEX), infer=infer)


def _inverse_op(name: str, more: Sequence[str], infer: Callable[..., Spec]) -> Op:
    return Op(name, ("input: Tcomplex", _LENGTH, *more), ("output: Treal",), (_TREAL, _TCOMPLEX), infer=infer)


FFT, FFT_2D, FFT_3D = (_complex_op(f"FFT{suffix}", rank) for rank, suffix in _BY_RANK.items())
IFFT, IFFT_2D, IFFT_3D = (_complex_op(f"IFFT{suffix}", rank) for rank, suffix in _BY_RANK.items())
RFFT, RFFT_2D, RFFT_3D = (
    _forward_op(f"RFFT{suffix}", (), _infer_real(rank, True)) for rank, suffix in _BY_RANK.items()
)
IRFFT, IRFFT_2D, IRFFT_3D = (
    _inverse_op(f"IRFFT{suffix}", (), _infer_real(rank, False)) for rank, suffix in _BY_RANK.items()
)
_AXES = ("axes: int32",)
_ND = ("input: Tcomplex", _LENGTH, *_AXES)
FFT_ND = Op("FFTND", _ND, ("output: Tcomplex",), (_TCOMPLEX,), infer=_infer_nd(""))
IFFT_ND = Op("IFFTND", _ND, ("output: Tcomplex",), (_TCOMPLEX,), infer=_infer_nd(""))
RFFT_ND = _forward_op("RFFTND", _AXES, _infer_nd("in"))
IRFFT_ND = _inverse_op("IRFFTND", _AXES, _infer_nd("out"))

COMPLEX_OF = {dtypes.float32: dtypes.complex64, dtypes.float64: dtypes.complex128}
REAL_OF = {wide: real for real, wide in COMPLEX_OF.items()}


# -- complex signals -------------------------------------------------------------------------------------------------


def fft(input: TensorLike, name: str | None = None) -> Tensor:
    """The Fourier transform over the last dimension: ``y[k] = Σ_n x[n] exp(-2πi k n / N)``.

    >>> tf.signal.fft(tf.constant([1, 2, 3, 4], tf.complex64)).numpy()
    array([10.+0.j, -2.+2.j, -2.+0.j, -2.-2.j], dtype=complex64)

    Args:
        input: complex64 or complex128, of rank 1 or more.
        name: A name for the op in a graph.

    Raises:
        tf.errors.InvalidArgumentError: The input is a scalar or not complex.
    """
    return FFT(input, name=name)


def ifft(input: TensorLike, name: str | None = None) -> Tensor:
    """The inverse of ``tf.signal.fft``: ``x[n] = 1/N Σ_k y[k] exp(2πi k n / N)``."""
    return IFFT(input, name=name)


def fft2d(input: TensorLike, name: str | None = None) -> Tensor:
    """``tf.signal.fft`` over the last two dimensions."""
    return FFT_2D(input, name=name)


def ifft2d(input: TensorLike, name: str | None = None) -> Tensor:
    """The inverse of ``tf.signal.fft2d``."""
    return IFFT_2D(input, name=name)


def fft3d(input: TensorLike, name: str | None = None) -> Tensor:
    """``tf.signal.fft`` over the last three dimensions."""
    return FFT_3D(input, name=name)


def ifft3d(input: TensorLike, name: str | None = None) -> Tensor:
    """The inverse of ``tf.signal.fft3d``."""
    return IFFT_3D(input, name=name)


# -- real signals ----------------------------------------------------------------------------------------------------


def _real(input: TensorLike, what: str) -> Tensor:
    x = tf.convert_to_tensor(input, dtype_hint=dtypes.float32)
    if x.dtype not in COMPLEX_OF:
        raise ValueError(f"{what} requires tf.float32 or tf.float64 inputs, got: {x}. Convert them with tf.cast.")
    return x


def _complex(input: TensorLike, what: str) -> Tensor:
    x = tf.convert_to_tensor(input, dtype_hint=dtypes.complex64)
    if x.dtype not in REAL_OF:
        raise ValueError(f"{what} requires tf.complex64 or tf.complex128 inputs, got: {x}. Convert them with tf.cast.")
    return x


def _last(x: Tensor, rank: int, inverse: bool) -> list[Any] | Tensor:
    """The lengths of a transform that fit the last dimensions of ``x``."""
    x.shape.with_rank_at_least(rank)
    if x.shape.rank is None:
        lengths = tf.shape(x)[-rank:]
        if not inverse:
            return lengths
        return tf.concat([lengths[:-1], [largest(0, 2 * (lengths[-1] - 1))]], 0)
    lengths = sizes(x)[-rank:]
    if inverse:
        lengths[-1] = largest(0, 2 * (lengths[-1] - 1))
    return lengths


def _long_enough(x: Tensor, lengths: Tensor, rank: int, inverse: bool) -> Tensor:
    """``x`` with zeros at the ends of its last dimensions, where a transform of these lengths needs more entries."""
    if x.shape.rank is None or x.shape.rank < rank:
        return x  # the op says what is wrong
    known = lengths.spec.vector() or (None,) * rank
    pads: dict[int, tuple[Any, Any]] = {}
    for place, (length, size) in enumerate(zip(known, sizes(x)[-rank:], strict=False)):
        needed: Any = lengths[place] if length is None else length
        if inverse and place == rank - 1:
            needed = needed // 2 + 1
        pads[place - rank] = (0, largest(0, needed - size))
    return widened(x, pads)


def _forward(op: Op, rank: int, input: TensorLike, fft_length: Any, name: str | None) -> Tensor:
    x = _real(input, op.name)
    if fft_length is None:
        lengths = tf.convert_to_tensor(_last(x, rank, False), dtypes.int32)
    else:
        lengths = tf.convert_to_tensor(fft_length, dtypes.int32)
        x = _long_enough(x, lengths, rank, False)
    return op(x, lengths, Tcomplex=COMPLEX_OF[x.dtype], name=name)


def _inverse(op: Op, rank: int, input: TensorLike, fft_length: Any, name: str | None) -> Tensor:
    x = _complex(input, op.name)
    if fft_length is None:
        lengths = tf.convert_to_tensor(_last(x, rank, True), dtypes.int32)
    else:
        lengths = tf.convert_to_tensor(fft_length, dtypes.int32)
        x = _long_enough(x, lengths, rank, True)
    return op(x, lengths, Treal=REAL_OF[x.dtype], name=name)


def rfft(input_tensor: TensorLike, fft_length: Any = None, name: str | None = None) -> Tensor:
    """The first ``N // 2 + 1`` entries of the Fourier transform of a real signal, over the last dimension.

    >>> tf.signal.rfft([1., 2., 3., 4.]).numpy()
    array([10.+0.j, -2.+2.j, -2.+0.j], dtype=complex64)

    Args:
        input_tensor: float32 or float64, of rank 1 or more.
        fft_length: ``[N]``: the signal is cut to it or continued with zeros. The size of the dimension if None.
        name: A name for the op in a graph.

    Raises:
        ValueError: The input is a scalar, or of another type.
    """
    return _forward(RFFT, 1, input_tensor, fft_length, name)


def irfft(input_tensor: TensorLike, fft_length: Any = None, name: str | None = None) -> Tensor:
    """The inverse of ``tf.signal.rfft``: a real signal of its ``N // 2 + 1`` entries.

    Args:
        input_tensor: complex64 or complex128, of rank 1 or more.
        fft_length: ``[N]``; ``2 (size - 1)`` if None.
        name: A name for the op in a graph.

    Raises:
        ValueError: The input is a scalar, or of another type.
    """
    return _inverse(IRFFT, 1, input_tensor, fft_length, name)


def rfft2d(input_tensor: TensorLike, fft_length: Any = None, name: str | None = None) -> Tensor:
    """``tf.signal.rfft`` over the last dimension, then ``tf.signal.fft`` over the one before it."""
    return _forward(RFFT_2D, 2, input_tensor, fft_length, name)


def irfft2d(input_tensor: TensorLike, fft_length: Any = None, name: str | None = None) -> Tensor:
    """The inverse of ``tf.signal.rfft2d``."""
    return _inverse(IRFFT_2D, 2, input_tensor, fft_length, name)


def rfft3d(input_tensor: TensorLike, fft_length: Any = None, name: str | None = None) -> Tensor:
    """``tf.signal.rfft`` over the last dimension, then ``tf.signal.fft2d`` over the two before it."""
    return _forward(RFFT_3D, 3, input_tensor, fft_length, name)


def irfft3d(input_tensor: TensorLike, fft_length: Any = None, name: str | None = None) -> Tensor:
    """The inverse of ``tf.signal.rfft3d``."""
    return _inverse(IRFFT_3D, 3, input_tensor, fft_length, name)


# -- any dimensions --------------------------------------------------------------------------------------------------


def _over(
    op: Op, x: Tensor, fft_length: Any, axes: Any, norm: str | None, inverse: bool, name: str | None, **types: DType
) -> Tensor:
    if norm not in (None, "backward", "ortho", "forward"):
        raise ValueError(f"norm must be None, 'backward', 'ortho' or 'forward', got {norm!r}.")
    rank = x.shape.rank
    if rank is None:
        raise ValueError(f"{op.name} needs the number of dimensions of its input. State it with tf.ensure_shape.")
    if axes is None:
        count = rank if fft_length is None else len(tf.convert_to_tensor(fft_length, dtypes.int32))
        axes = list(range(rank - count, rank))
    if fft_length is None:
        every = sizes(x)
        fft_length = [every[axis] for axis in axes]
        if op is IRFFT_ND:
            fft_length[-1] = largest(0, 2 * (fft_length[-1] - 1))
    lengths = tf.convert_to_tensor(fft_length, dtypes.int32)
    result = op(x, lengths, axes, name=name, **types)
    power = {"ortho": 0.5, "forward": 1.0}.get(norm or "", 0.0) * (1 if inverse else -1)
    if not power:
        return result
    scale = tf.pow(tf.cast(tf.reduce_prod(lengths), REAL_OF.get(result.dtype, result.dtype)), power)
    return result * tf.cast(scale, result.dtype)


def fftnd(
    input_tensor: TensorLike, fft_length: Any = None, axes: Any = None, norm: str | None = None, name: str | None = None
) -> Tensor:
    """The Fourier transform over any dimensions.

    Args:
        input_tensor: complex64 or complex128.
        fft_length: A length for each axis, to which the signal is cut or continued with zeros; its own if None.
        axes: The dimensions; all (or the last ones, as many as there are lengths) if None.
        norm: ``"backward"`` (None) scales the inverse by ``1/N``, ``"forward"`` the transform, ``"ortho"`` both by
            ``1/√N``.
        name: A name for the op in a graph.

    Raises:
        ValueError: The input is of another type, or ``norm`` another word.
    """
    return _over(FFT_ND, _complex(input_tensor, "FFTND"), fft_length, axes, norm, False, name)


def ifftnd(
    input_tensor: TensorLike, fft_length: Any = None, axes: Any = None, norm: str | None = None, name: str | None = None
) -> Tensor:
    """The inverse of ``tf.signal.fftnd``, with the same arguments."""
    return _over(IFFT_ND, _complex(input_tensor, "IFFTND"), fft_length, axes, norm, True, name)


def rfftnd(
    input_tensor: TensorLike, fft_length: Any = None, axes: Any = None, norm: str | None = None, name: str | None = None
) -> Tensor:
    """``tf.signal.rfft`` over the last of ``axes``, then ``tf.signal.fft`` over the others; arguments as ``fftnd``."""
    x = _real(input_tensor, "RFFTND")
    return _over(RFFT_ND, x, fft_length, axes, norm, False, name, Tcomplex=COMPLEX_OF[x.dtype])


def irfftnd(
    input_tensor: TensorLike, fft_length: Any = None, axes: Any = None, norm: str | None = None, name: str | None = None
) -> Tensor:
    """The inverse of ``tf.signal.rfftnd``, with the same arguments."""
    x = _complex(input_tensor, "IRFFTND")
    return _over(IRFFT_ND, x, fft_length, axes, norm, True, name, Treal=REAL_OF[x.dtype])
