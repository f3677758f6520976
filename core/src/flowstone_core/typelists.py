"""Type lists that many op schemas share, as TensorFlow registers them (``"T: {bfloat16, half, float, double}"``)."""

from __future__ import annotations

from typing import Final

_FLOATS: Final = "bfloat16, half, float, double"
_INTS: Final = "int8, int16, int32, int64, uint8, uint16, uint32, uint64"
_COMPLEX: Final = "complex64, complex128"
_QUANTIZED: Final = "qint8, quint8, qint32, qint16, quint16"

FLOATS: Final = f"T: {{{_FLOATS}}}"
FLOATS_AND_COMPLEX: Final = f"T: {{{_FLOATS}, {_COMPLEX}}}"
INTS: Final = f"T: {{{_INTS}}}"
REALS: Final = f"T: {{{_FLOATS}, {_INTS}}}"
NUMBERS: Final = f"T: {{{_FLOATS}, {_INTS}, {_COMPLEX}}}"
SIGNED: Final = f"T: {{{_FLOATS}, int8, int16, int32, int64, {_COMPLEX}}}"
NUMBERS_AND_QUANTIZED: Final = f"T: {{{_FLOATS}, {_INTS}, {_COMPLEX}, {_QUANTIZED}}}"
REALS_AND_QUANTIZED: Final = f"T: {{{_FLOATS}, {_INTS}, {_QUANTIZED}}}"

FLOAT_AND_DOUBLE: Final = "T: {float, double}"
DENSE_DECOMPOSABLE: Final = "T: {double, float, half, complex64, complex128}"
INDEX: Final = "Tidx: {int32, int64} = DT_INT32"

FLOAT_KERNELS: Final = ("bfloat16", "float16", "float32", "float64")
"""The types of kernels for ``FLOATS``."""
COMPLEX_KERNELS: Final = ("complex64", "complex128")
INT_KERNELS: Final = ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")
NUMBER_KERNELS: Final = (*FLOAT_KERNELS, *INT_KERNELS, *COMPLEX_KERNELS)
