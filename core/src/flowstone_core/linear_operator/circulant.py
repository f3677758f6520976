"""Operators of circulant matrices, also of nested blocks, by their spectra: products are products of spectra."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from flowstone_core import dtypes
from flowstone_core.conversion import convert_to_tensor
from flowstone_core.dtypes import as_dtype
from flowstone_core.linear_operator import arrays
from flowstone_core.linear_operator.base import LinearOperator
from flowstone_core.linear_operator.hints import hints_of, of_commuting_product, required
from flowstone_core.op import REGISTRY
from flowstone_core.ops import array
from flowstone_core.ops.cast import cast
from flowstone_core.ops.compare import equal, greater, less
from flowstone_core.ops.complex import conj, imag, real
from flowstone_core.ops.elementary import log
from flowstone_core.ops.joining import concat
from flowstone_core.ops.linalg import matrix_transpose
from flowstone_core.ops.math import abs as absolute
from flowstone_core.ops.math import divide, multiply
from flowstone_core.ops.reduce import reduce_all, reduce_max, reduce_min, reduce_prod, reduce_sum
from flowstone_core.ops.script import Assert
from flowstone_core.plugins import find_op, resolve
from flowstone_core.shapes import TensorShape


def _complex_type(*kinds: Any) -> Any:
    wide = any(kind in (dtypes.float64, dtypes.complex128) for kind in kinds)
    return dtypes.complex128 if wide else dtypes.complex64


def _transform(name: str, dimensions: int) -> Any:
    """The Fourier transform, an op of flowstone-signal.

    Raises:
        NotImplementedError: If it is not installed.
    """
    title = f"{name}{('', '2D', '3D')[dimensions - 1]}"
    module = find_op(title)
    if module is None:
        raise NotImplementedError(
            "Circulant operators need Fourier transforms, which come with flowstone-signal. Install it with: "
            "pip install flowstone-signal"
        )
    resolve(module)
    return REGISTRY[title]


class _NestedCirculant(LinearOperator):
    """What circulant operators of one, two and three levels have in common.

    The matrices are ``F^H diag(spectrum) F`` with the Fourier transform ``F`` of as many dimensions as there are
    levels; so the eigenvalues are the spectrum, and the first column is its inverse transform.
    """

    _block_depth = 1
    _composite_tensor_fields = ("spectrum",)

    def __init__(
        self,
        spectrum: Any,
        input_output_dtype: Any = dtypes.complex64,
        is_non_singular: bool | None = None,
        is_self_adjoint: bool | None = None,
        is_positive_definite: bool | None = None,
        is_square: bool | None = True,
        name: str | None = None,
    ) -> None:
        title = name or type(self).__name__
        parameters = {
            "spectrum": spectrum,
            "input_output_dtype": input_output_dtype,
            "is_non_singular": is_non_singular,
            "is_self_adjoint": is_self_adjoint,
            "is_positive_definite": is_positive_definite,
            "is_square": is_square,
            "name": title,
        }
        self._spectrum = arrays.parameter(spectrum, "spectrum")
        rank = self._spectrum.shape.rank
        if rank is not None and rank < self._block_depth:
            raise ValueError(
                f"Argument `spectrum` must have at least {self._block_depth} dimensions. Received: {spectrum}."
            )
        is_square = required(is_square, "A [[nested] block] circulant operator is always square.")
        if not self._spectrum.dtype.is_complex:
            is_self_adjoint = required(
                is_self_adjoint, "A real spectrum always corresponds to a self-adjoint operator."
            )
        super().__init__(
            as_dtype(input_output_dtype),
            None,
            is_non_singular,
            is_self_adjoint,
            is_positive_definite,
            is_square,
            title,
            parameters,
        )

    # -- sizes -----------------------------------------------------------------------------------------------------

    @property
    def spectrum(self) -> Any:
        """The eigenvalues, ``[..., n1, ..., nd]``."""
        return self._spectrum

    @property
    def block_depth(self) -> int:
        """How many levels there are: 1 for circulant matrices, 2 for circulant blocks that are circulant."""
        return self._block_depth

    @property
    def block_shape(self) -> TensorShape:
        """The static sizes of the levels."""
        shape: TensorShape = self._spectrum.shape
        return TensorShape([None] * self._block_depth) if shape.rank is None else shape[-self._block_depth :]

    def block_shape_tensor(self) -> Any:
        """The sizes of the levels as a tensor."""
        return arrays.sizes(self.block_shape, lambda: array.shape(self._spectrum)[-self._block_depth :])

    def _shape(self) -> TensorShape:
        shape: TensorShape = self._spectrum.shape
        if shape.rank is None:
            return TensorShape(None)
        inner = [each for each in self.block_shape.as_list() if each is not None]
        size = math.prod(inner) if len(inner) == self._block_depth else None
        return shape[: -self._block_depth].concatenate([size, size])

    def _shape_tensor(self) -> Any:
        sizes = array.shape(self._spectrum)
        size = array.reshape(reduce_prod(sizes[-self._block_depth :]), [1])
        return concat([sizes[: -self._block_depth], size, size], 0)

    @property
    def _axes(self) -> list[int]:
        return list(range(-self._block_depth, 0))

    # -- transforms ------------------------------------------------------------------------------------------------

    def _fft(self, x: Any) -> Any:
        return _transform("FFT", self._block_depth)(x)

    def _ifft(self, x: Any) -> Any:
        return _transform("IFFT", self._block_depth)(x)

    def convolution_kernel(self, name: str = "convolution_kernel") -> Any:
        """The inverse transforms of the spectra: the first columns, as blocks."""
        spectrum = cast(self._spectrum, _complex_type(self._spectrum.dtype, self.dtype))
        return cast(self._ifft(spectrum), self.dtype)

    def _through_spectrum(self, x: Any, adjoint: bool, adjoint_arg: bool, combine: Any) -> Any:
        """The columns of ``x``, transformed, combined with the spectra, and transformed back."""
        kind = _complex_type(self._spectrum.dtype, x.dtype)
        spectrum = arrays.conj_if(cast(self._spectrum, kind), adjoint)
        rows = conj(x) if adjoint_arg else matrix_transpose(x)
        before = array.shape(rows)[:-1]
        blocks = array.reshape(cast(rows, kind), concat([before, self.block_shape_tensor()], 0))
        changed = self._ifft(combine(self._fft(blocks), array.expand_dims(spectrum, -self._block_depth - 1)))
        after = array.shape(changed)[: -self._block_depth]
        size = self.domain_dimension if self.domain_dimension is not None else self.domain_dimension_tensor()
        return cast(matrix_transpose(array.reshape(changed, concat([after, array.reshape(size, [1])], 0))), self.dtype)

    def _matmul(self, x: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        return self._through_spectrum(x, adjoint, adjoint_arg, multiply)

    def _solve(self, rhs: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        return self._through_spectrum(rhs, adjoint, adjoint_arg, divide)

    # -- checks ----------------------------------------------------------------------------------------------------

    def assert_hermitian_spectrum(self, name: str = "assert_hermitian_spectrum") -> Any:
        """Raise ``tf.errors.InvalidArgumentError`` if the matrices are not real: the spectra are not Hermitian."""
        kind = _complex_type(self._spectrum.dtype, self.dtype)
        parts = absolute(imag(self._ifft(cast(self._spectrum, kind))))
        most = 10 * (self.domain_dimension or 1) * float(np.finfo(parts.dtype.numpy_dtype).eps)
        message = "Spectrum was not Hermitian: the convolution kernel has an imaginary part."
        return Assert(reduce_all(less(parts, convert_to_tensor(most, dtype=parts.dtype))), [message, parts])

    def _assert_non_singular(self) -> Any:
        message = "Singular operator:  Spectrum contained zero values."
        return Assert(reduce_all(greater(absolute(self._spectrum), 0)), [message, self._spectrum])

    def _assert_positive_definite(self) -> Any:
        values = real(self._spectrum) if self._spectrum.dtype.is_complex else self._spectrum
        message = "Not positive definite:  Real part of spectrum was not all positive."
        return Assert(reduce_all(greater(values, 0)), [message, values])

    def _assert_self_adjoint(self) -> Any:
        if not self._spectrum.dtype.is_complex:
            return None
        message = "Not self-adjoint:  The spectrum contained non-zero imaginary part."
        return Assert(reduce_all(equal(imag(self._spectrum), 0)), [message, self._spectrum])

    # -- operators -------------------------------------------------------------------------------------------------

    def _linop_adjoint(self) -> Any:
        """Of the default type, as products are, and as in TensorFlow."""
        return type(self)(conj(convert_to_tensor(self._spectrum)), **hints_of(self)._asdict())

    def _linop_inverse(self) -> Any:
        spectrum = divide(convert_to_tensor(1, dtype=self._spectrum.dtype), self._spectrum)
        return type(self)(spectrum, input_output_dtype=self.dtype, **hints_of(self)._asdict())

    def _linop_matmul(self, left_operator: Any, right_operator: Any) -> Any:
        return self._combined(left_operator, right_operator, multiply)

    def _linop_solve(self, left_operator: Any, right_operator: Any) -> Any:
        return self._combined(left_operator, right_operator, lambda left, right: divide(right, left))

    def _combined(self, left: Any, right: Any, combine: Any) -> Any:
        if type(left) is not type(self) or type(right) is not type(self):
            return None
        hints = of_commuting_product(left, right)._replace(is_square=True)
        return type(self)(combine(left.spectrum, right.spectrum), **hints._asdict())

    # -- numbers ---------------------------------------------------------------------------------------------------

    def _determinant(self) -> Any:
        return cast(reduce_prod(self._spectrum, self._axes), self.dtype)

    def _log_abs_determinant(self) -> Any:
        return cast(reduce_sum(log(absolute(self._spectrum)), self._axes), self.dtype)

    def _trace(self) -> Any:
        return cast(reduce_sum(self._spectrum, self._axes), self.dtype)

    def _diag_part(self) -> Any:
        size = self.domain_dimension_tensor()
        each = divide(self._trace(), cast(size, self.dtype))
        return array.broadcast_to(arrays.column(each), concat([array.shape(each), array.reshape(size, [1])], 0))

    def _eigvals(self) -> Any:
        return convert_to_tensor(self._spectrum)

    def _cond(self) -> Any:
        sizes = absolute(self._spectrum)
        return divide(reduce_max(sizes, self._axes), reduce_min(sizes, self._axes))


class LinearOperatorCirculant(_NestedCirculant):
    """Circulant matrices: each column is the one before, moved down by one row; by their spectra.

    With the first column ``h`` the spectrum is ``tf.signal.fft(h)``, and the matrix convolves with ``h`` in a circle:
    products and solutions take ``O(n log n)``.

    >>> operator = tf.linalg.LinearOperatorCirculant([6., 4., 2.], input_output_dtype=tf.float32)
    >>> operator.to_dense().numpy().round(3)
    array([[4., 1., 1.],
           [1., 4., 1.],
           [1., 1., 4.]], dtype=float32)

    Args:
        spectrum: The eigenvalues, ``[..., n]``, real or complex.
        input_output_dtype: The type of what is multiplied and comes out; a real one where the spectrum is Hermitian.
        is_non_singular: Whether the matrices have inverses.
        is_self_adjoint: Whether they equal their adjoints; True for real spectra.
        is_positive_definite: Whether they are positive definite.
        is_square: True.
        name: A name.

    Raises:
        ValueError: If ``is_square`` is False, ``is_self_adjoint`` is for a real spectrum, or there are no dimensions.
    """

    _experimental_parameter_ndims_to_matrix_ndims = {"spectrum": 1}


class LinearOperatorCirculant2D(_NestedCirculant):
    """Circulant matrices of circulant blocks: ``tf.linalg.LinearOperatorCirculant`` for spectra ``[..., n1, n2]``.

    The matrices, ``n1 n2`` by ``n1 n2``, convolve images of ``n1`` by ``n2`` in a circle along both dimensions.
    """

    _block_depth = 2
    _experimental_parameter_ndims_to_matrix_ndims = {"spectrum": 2}


class LinearOperatorCirculant3D(_NestedCirculant):
    """Circulant matrices of blocks as of ``tf.linalg.LinearOperatorCirculant2D``, for spectra ``[..., n1, n2, n3]``."""

    _block_depth = 3
    _experimental_parameter_ndims_to_matrix_ndims = {"spectrum": 3}
