"""``tf.linalg.LinearOperator``: the base of operators, with a dense answer to every question."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from flowstone_core.composite import CompositeTensor
from flowstone_core.conversion import convert_to_tensor
from flowstone_core.dtypes import DType, as_dtype
from flowstone_core.linear_operator import arrays
from flowstone_core.linear_operator.hints import Hints, consistent, of_product
from flowstone_core.linear_operator.spec import LinearOperatorSpec
from flowstone_core.module import Module
from flowstone_core.ops import array, filling
from flowstone_core.ops.compare import equal, less
from flowstone_core.ops.decomposition import cholesky, det, eigvalsh, slogdet, svd
from flowstone_core.ops.diagonal import diag_part
from flowstone_core.ops.elementary import exp, log
from flowstone_core.ops.joining import concat
from flowstone_core.ops.linalg import adjoint
from flowstone_core.ops.math import abs as absolute
from flowstone_core.ops.math import add, divide, multiply
from flowstone_core.ops.reduce import reduce_all, reduce_max, reduce_min, reduce_sum
from flowstone_core.ops.script import Assert
from flowstone_core.ops.solvers import cholesky_solve
from flowstone_core.plugins import resolve
from flowstone_core.shapes import TensorShape
from flowstone_core.type_spec import TypeSpec


def _kind(module: str, name: str) -> Any:
    """A class of a sibling module, which imports this one."""
    return resolve(f"flowstone_core.linear_operator.{module}:LinearOperator{name}")


class LinearOperator(Module, CompositeTensor):
    """A batch of matrices, of which only what they do is known; the base of the kinds.

    A subclass defines ``_shape``, ``_matmul`` and, where its shape is not always known, ``_shape_tensor``. What it can
    do faster than a dense matrix it defines too: ``_solve``, ``_determinant``, ``_log_abs_determinant``, ``_trace``,
    ``_diag_part``, ``_to_dense``, ``_add_to_tensor``, ``_eigvals``, ``_cond``, and how it combines with others:
    ``_linop_matmul``, ``_linop_solve``, ``_linop_adjoint``, ``_linop_inverse``, ``_linop_cholesky``.

    >>> operator = tf.linalg.LinearOperatorFullMatrix([[1., 2.], [3., 4.]])
    >>> operator.matvec([1., 1.]).numpy()
    array([3., 7.], dtype=float32)

    Hints are promises of the user; nothing checks them but the methods ``assert_...``.

    Args:
        dtype: The element type.
        graph_parents: Accepted as in TensorFlow; not used.
        is_non_singular: Whether the matrices have inverses.
        is_self_adjoint: Whether they equal their adjoints.
        is_positive_definite: Whether ``x^H A x`` has a positive real part for all ``x`` but 0.
        is_square: Whether they are square.
        name: A name.
        parameters: The arguments of the subclass, by name.

    Raises:
        ValueError: If hints contradict each other.
    """

    _TF_MODULE_IGNORED_PROPERTIES = Module._TF_MODULE_IGNORED_PROPERTIES | {"_parameters"}

    _composite_tensor_fields: tuple[str, ...] = ()
    """The arguments that are tensors or operators, which are attributes of the same names."""

    _experimental_parameter_ndims_to_matrix_ndims: dict[str, int] = {}
    """How many dimensions of each tensor are no batch."""

    def __init__(
        self,
        dtype: Any,
        graph_parents: Any = None,
        is_non_singular: bool | None = None,
        is_self_adjoint: bool | None = None,
        is_positive_definite: bool | None = None,
        is_square: bool | None = None,
        name: str | None = None,
        parameters: Any = None,
    ) -> None:
        self._graph_parents = graph_parents
        self._hints = consistent(Hints(is_non_singular, is_self_adjoint, is_positive_definite, is_square))
        self._dtype = None if dtype is None else as_dtype(dtype)
        self._parameters: dict[str, Any] = dict(parameters or {})
        title = name or type(self).__name__
        super().__init__(re.sub(r"\W|^(?=\d)", "_", title))
        self._name = title

    @property
    def _type_spec(self) -> TypeSpec:
        return LinearOperatorSpec.of(self)

    def _trackable_children(self) -> dict[str, Any]:
        return {name: child for name, child in super()._trackable_children().items() if name != "_parameters"}

    # -- what is known ---------------------------------------------------------------------------------------------

    @property
    def parameters(self) -> dict[str, Any]:
        """The arguments that this operator was made of."""
        return dict(self._parameters)

    @property
    def dtype(self) -> Any:
        """The element type."""
        return self._dtype

    @property
    def graph_parents(self) -> Any:
        """What was given under this name."""
        return self._graph_parents or []

    @property
    def is_non_singular(self) -> bool | None:
        """Whether the matrices have inverses, if known."""
        return self._hints.is_non_singular

    @property
    def is_self_adjoint(self) -> bool | None:
        """Whether the matrices equal their adjoints, if known."""
        return self._hints.is_self_adjoint

    @property
    def is_positive_definite(self) -> bool | None:
        """Whether the matrices are positive definite, if known."""
        return self._hints.is_positive_definite

    @property
    def is_square(self) -> bool | None:
        """Whether the matrices are square, by their shape or by a hint.

        Raises:
            ValueError: If shape and hint disagree.
        """
        rows, columns, hint = self.range_dimension, self.domain_dimension, self._hints.is_square
        if rows is None or columns is None:
            return hint
        found = bool(rows == columns)
        if hint is not None and hint != found:
            raise ValueError(f"LinearOperator initialized with is_square={hint} but shape was {self.shape}")
        return found

    # -- shapes ----------------------------------------------------------------------------------------------------

    def _shape(self) -> TensorShape:
        raise NotImplementedError("_shape is not implemented.")

    def _shape_tensor(self) -> Any:
        raise NotImplementedError("_shape_tensor is not implemented.")

    @property
    def shape(self) -> TensorShape:
        """The static shape ``[..., m, n]``."""
        return self._shape()

    @property
    def batch_shape(self) -> TensorShape:
        """The static shape of the batch."""
        found: TensorShape = self.shape[:-2]
        return found

    @property
    def tensor_rank(self) -> int | None:
        """The number of dimensions, the two of the matrices among them."""
        return self.shape.rank

    @property
    def domain_dimension(self) -> Any:
        """The number of columns, None if it is not known."""
        return None if self.shape.rank is None else self.shape[-1]

    @property
    def range_dimension(self) -> Any:
        """The number of rows, None if it is not known."""
        return None if self.shape.rank is None else self.shape[-2]

    def shape_tensor(self, name: str = "shape_tensor") -> Any:
        """The shape as a tensor."""
        return arrays.sizes(self.shape, self._shape_tensor)

    def batch_shape_tensor(self, name: str = "batch_shape_tensor") -> Any:
        """The shape of the batch as a tensor."""
        return arrays.sizes(self.batch_shape, lambda: self.shape_tensor()[:-2])

    def tensor_rank_tensor(self, name: str = "tensor_rank_tensor") -> Any:
        """The number of dimensions as a tensor."""
        rank = self.tensor_rank
        return array.size(self.shape_tensor()) if rank is None else convert_to_tensor(rank)

    def domain_dimension_tensor(self, name: str = "domain_dimension_tensor") -> Any:
        """The number of columns as a tensor."""
        size = self.domain_dimension
        return self.shape_tensor()[-1] if size is None else convert_to_tensor(size)

    def range_dimension_tensor(self, name: str = "range_dimension_tensor") -> Any:
        """The number of rows as a tensor."""
        size = self.range_dimension
        return self.shape_tensor()[-2] if size is None else convert_to_tensor(size)

    # -- checks ----------------------------------------------------------------------------------------------------

    def _largest_condition_number(self) -> float:
        kind = self.dtype.numpy_dtype
        return 1.0 / (max(self.range_dimension or 1, self.domain_dimension or 1) * float(np.finfo(kind).eps))

    def _assert_non_singular(self) -> Any:
        condition = self.cond()
        limit = convert_to_tensor(self._largest_condition_number(), dtype=condition.dtype)
        return Assert(reduce_all(less(condition, limit)), ["Singular matrix up to precision epsilon.", condition])

    def assert_non_singular(self, name: str = "assert_non_singular") -> Any:
        """Raise ``tf.errors.InvalidArgumentError`` if a matrix is singular up to the precision of the type."""
        return self._assert_non_singular()

    def _assert_positive_definite(self) -> Any:
        if self.is_self_adjoint:
            factors = diag_part(cholesky(self.to_dense()))  # fails itself, or is nan
            return Assert(reduce_all(equal(factors, factors)), ["Matrix was not positive definite."])
        raise NotImplementedError(
            f"assert_positive_definite is not implemented for {self.name}: only self-adjoint operators can be checked. "
            "Give is_self_adjoint=True if it is."
        )

    def assert_positive_definite(self, name: str = "assert_positive_definite") -> Any:
        """Raise ``tf.errors.InvalidArgumentError`` if a matrix is not positive definite."""
        return self._assert_positive_definite()

    def _assert_self_adjoint(self) -> Any:
        dense = self.to_dense()
        return Assert(reduce_all(equal(dense, adjoint(dense))), ["Matrix was not equal to its adjoint.", dense])

    def assert_self_adjoint(self, name: str = "assert_self_adjoint") -> Any:
        """Raise ``tf.errors.InvalidArgumentError`` if a matrix is not its own adjoint."""
        return self._assert_self_adjoint()

    def _operand(self, x: Any, name: str, own: int, theirs: int) -> Any:
        """``x`` as a tensor of this type, whose dimension ``theirs`` fits the operator's dimension ``own``."""
        tensor = convert_to_tensor(x, name=name)
        if self.dtype is not None and tensor.dtype is not self.dtype:
            raise TypeError(
                f"Expected argument to have dtype {self.dtype}. Found: {tensor.dtype} in tensor {tensor}. "
                f"{self.name} works with its own type only: use tf.cast."
            )
        self._check_fit(tensor.shape, own, theirs)
        return tensor

    def _check_fit(self, shape: TensorShape, own: int, theirs: int) -> None:
        if self.shape.rank is None or shape.rank is None:
            return
        size, other = self.shape[own], shape[theirs]
        if None not in (size, other) and size != other:
            raise ValueError(f"Dimensions {size} and {other} are not compatible: {self.name} {self.shape}, {shape}.")

    # -- products --------------------------------------------------------------------------------------------------

    def _matmul(self, x: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        raise NotImplementedError("_matmul is not implemented.")

    def _linop_matmul(self, left_operator: Any, right_operator: Any) -> Any:
        """The product of two operators, of which this is one; None if it has no better form than a composition."""
        return None

    def matmul(self, x: Any, adjoint: bool = False, adjoint_arg: bool = False, name: str = "matmul") -> Any:
        """The product ``A x`` with matrices, or with another operator.

        Args:
            x: ``[..., n, k]``, or an operator.
            adjoint: Whether to multiply by the adjoint of this operator.
            adjoint_arg: Whether to take the adjoint of ``x`` first.
            name: A name for the result in a graph.

        Raises:
            ValueError: If shapes do not fit.
            TypeError: If types differ.
        """
        if isinstance(x, LinearOperator):
            left, right = self.adjoint() if adjoint else self, x.adjoint() if adjoint_arg else x
            _check_chain(left, right)
            for each in (left, right):
                found = each._linop_matmul(left, right)
                if found is not None:
                    return found
            return _composed(left, right)
        x = self._operand(x, "x", -2 if adjoint else -1, -1 if adjoint_arg else -2)
        return self._matmul(x, adjoint=adjoint, adjoint_arg=adjoint_arg)

    def __matmul__(self, other: Any) -> Any:
        return self.matmul(other)

    def _matvec(self, x: Any, adjoint: bool = False) -> Any:
        return array.squeeze(self.matmul(arrays.column(x), adjoint=adjoint), [-1])

    def matvec(self, x: Any, adjoint: bool = False, name: str = "matvec") -> Any:
        """The product ``A x`` with vectors ``[..., n]``."""
        return self._matvec(self._operand(x, "x", -2 if adjoint else -1, -1), adjoint=adjoint)

    # -- equations -------------------------------------------------------------------------------------------------

    def _by_cholesky(self) -> bool:
        return bool(self.is_self_adjoint and self.is_positive_definite)

    def _solve(self, rhs: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        rhs = arrays.adjoint_if(rhs, adjoint_arg)
        if self._by_cholesky():
            return cholesky_solve(cholesky(self.to_dense()), rhs)
        return arrays.solve_broadcast(self.to_dense(), rhs, adjoint)

    def _linop_solve(self, left_operator: Any, right_operator: Any) -> Any:
        """The solution for an operator at the right; None if it has no better form than a composition."""
        return None

    def _check_solvable(self) -> None:
        if self.is_non_singular is False:
            raise NotImplementedError("Exact solve not implemented for an operator that is expected to be singular.")
        if self.is_square is False:
            raise NotImplementedError("Exact solve not implemented for an operator that is expected to not be square.")

    def solve(self, rhs: Any, adjoint: bool = False, adjoint_arg: bool = False, name: str = "solve") -> Any:
        """The ``X`` with ``A X = rhs``.

        Args:
            rhs: ``[..., m, k]``, or an operator.
            adjoint: Whether to solve with the adjoint of this operator.
            adjoint_arg: Whether to take the adjoint of ``rhs`` first.
            name: A name for the result in a graph.

        Raises:
            NotImplementedError: If a hint says that the matrices are singular, or not square.
            ValueError: If shapes do not fit.
        """
        self._check_solvable()
        if isinstance(rhs, LinearOperator):
            left, right = self.adjoint() if adjoint else self, rhs.adjoint() if adjoint_arg else rhs
            _check_chain(left, right)
            for each in (left, right):
                found = each._linop_solve(left, right)
                if found is not None:
                    return found
            return _composed(_kind("inversion", "Inversion")(left), right)
        rhs = self._operand(rhs, "rhs", -1 if adjoint else -2, -1 if adjoint_arg else -2)
        return self._solve(rhs, adjoint=adjoint, adjoint_arg=adjoint_arg)

    def _solvevec(self, rhs: Any, adjoint: bool = False) -> Any:
        return array.squeeze(self.solve(arrays.column(rhs), adjoint=adjoint), [-1])

    def solvevec(self, rhs: Any, adjoint: bool = False, name: str = "solve") -> Any:
        """The ``x`` with ``A x = rhs`` for vectors ``[..., m]``."""
        self._check_solvable()
        return self._solvevec(self._operand(rhs, "rhs", -1 if adjoint else -2, -1), adjoint=adjoint)

    # -- other operators -------------------------------------------------------------------------------------------

    def _linop_adjoint(self) -> Any:
        return _kind("adjoint", "Adjoint")(self)

    def adjoint(self, name: str = "adjoint") -> LinearOperator:
        """The operator of the conjugated transposes."""
        found: LinearOperator = self if self.is_self_adjoint else self._linop_adjoint()
        return found

    H = property(adjoint, doc="The operator of the conjugated transposes.")

    def _linop_inverse(self) -> Any:
        return _kind("inversion", "Inversion")(self)

    def inverse(self, name: str = "inverse") -> LinearOperator:
        """The operator of the inverses.

        Raises:
            ValueError: If a hint says that there are none.
        """
        if self.is_square is False:
            raise ValueError("Cannot take the Inverse: This operator represents a non square matrix.")
        if self.is_non_singular is False:
            raise ValueError("Cannot take the Inverse: This operator represents a singular matrix.")
        found: LinearOperator = self._linop_inverse()
        return found

    def _linop_cholesky(self) -> Any:
        return _kind("lower_triangular", "LowerTriangular")(
            cholesky(self.to_dense()), is_non_singular=True, is_self_adjoint=False, is_square=True
        )

    def cholesky(self, name: str = "cholesky") -> LinearOperator:
        """The operator of the Cholesky factors.

        Raises:
            ValueError: Unless hints say that the matrices are self-adjoint and positive definite.
        """
        if not self._by_cholesky():
            raise ValueError("Cannot take the Cholesky decomposition: Not a positive definite self adjoint matrix.")
        found: LinearOperator = self._linop_cholesky()
        return found

    # -- numbers ---------------------------------------------------------------------------------------------------

    def _determinant(self) -> Any:
        return exp(self.log_abs_determinant()) if self._by_cholesky() else det(self.to_dense())

    def _check_square(self, what: str) -> None:
        if self.is_square is False:
            raise NotImplementedError(f"{what} not implemented for an operator that is expected to not be square.")

    def determinant(self, name: str = "det") -> Any:
        """The determinants.

        Raises:
            NotImplementedError: If the matrices are not square.
        """
        self._check_square("Determinant")
        return self._determinant()

    def _log_abs_determinant(self) -> Any:
        if self._by_cholesky():
            diagonal = diag_part(cholesky(self.to_dense()))
            return multiply(convert_to_tensor(2, dtype=self.dtype), reduce_sum(log(diagonal), -1))
        return slogdet(self.to_dense())[1]

    def log_abs_determinant(self, name: str = "log_abs_det") -> Any:
        """The logarithms of the sizes of the determinants.

        Raises:
            NotImplementedError: If the matrices are not square.
        """
        self._check_square("Determinant")
        return self._log_abs_determinant()

    def _diag_part(self) -> Any:
        return diag_part(self.to_dense())

    def diag_part(self, name: str = "diag_part") -> Any:
        """The diagonals, ``[..., min(m, n)]``."""
        return self._diag_part()

    def _trace(self) -> Any:
        return reduce_sum(self.diag_part(), -1)

    def trace(self, name: str = "trace") -> Any:
        """The sums of the diagonals."""
        return self._trace()

    def _eigvals(self) -> Any:
        return eigvalsh(self.to_dense())

    def eigvals(self, name: str = "eigvals") -> Any:
        """The eigenvalues of self-adjoint matrices.

        Raises:
            NotImplementedError: Unless a hint says that they are self-adjoint.
        """
        if not self.is_self_adjoint:
            raise NotImplementedError("Only self-adjoint matrices are supported.")
        return self._eigvals()

    def _cond(self) -> Any:
        values = self._eigvals() if self.is_self_adjoint else svd(self.to_dense(), compute_uv=False)
        magnitudes = absolute(values)
        return divide(reduce_max(magnitudes, -1), reduce_min(magnitudes, -1))

    def cond(self, name: str = "cond") -> Any:
        """The condition numbers: the largest singular value over the smallest."""
        return self._cond()

    # -- dense -----------------------------------------------------------------------------------------------------

    def _to_dense(self) -> Any:
        batch = self.batch_shape_tensor()
        shape = concat([batch, array.reshape(self.domain_dimension_tensor(), [1])], 0)
        columns = self.domain_dimension if self.domain_dimension is not None else shape[-1]
        return self.matmul(filling.eye(columns, batch_shape=batch, dtype=self.dtype))

    def to_dense(self, name: str = "to_dense") -> Any:
        """The matrices, ``[..., m, n]``."""
        return self._to_dense()

    def _add_to_tensor(self, x: Any) -> Any:
        return add(self.to_dense(), x)

    def add_to_tensor(self, x: Any, name: str = "add_to_tensor") -> Any:
        """``A + x``."""
        return self._add_to_tensor(convert_to_tensor(x, dtype=self.dtype))

    def __getitem__(self, slices: Any) -> LinearOperator:
        """The operator of a part of the batch.

        Raises:
            NotImplementedError: If this kind of operator does not say which of its dimensions are batches.
        """
        counts = self._experimental_parameter_ndims_to_matrix_ndims
        if not counts:
            raise NotImplementedError(f"Slicing is not implemented for {type(self).__name__}.")
        keys = slices if isinstance(slices, tuple) else (slices,)
        rest = () if Ellipsis in keys else (Ellipsis,)
        batch = self.batch_shape_tensor()
        changed = {}
        for name, events in counts.items():
            value = getattr(self, name)
            if value is not None:
                tensor = convert_to_tensor(value)
                changed[name] = arrays.spread(tensor, batch, events)[(*keys, *rest, *[slice(None)] * events)]
        return type(self)(**{**self.parameters, **changed})


def _check_chain(left: LinearOperator, right: LinearOperator) -> None:
    inner, outer = left.domain_dimension, right.range_dimension
    if None not in (inner, outer) and inner != outer:
        raise ValueError(
            f"Operators are incompatible. Expected `x` to have dimension {inner} but got {outer}: "
            f"{left.name} {left.shape} and {right.name} {right.shape}."
        )


def _composed(left: LinearOperator, right: LinearOperator) -> Any:
    found = of_product(left, right)
    hints = Hints(False, False, False, False) if found.is_square is False else Hints(found.is_non_singular)
    return _kind("composition", "Composition")([left, right], **hints._asdict())


def check_dtype(dtype: DType, allowed: tuple[str, ...], name: str) -> None:
    """Check that an argument is of one of the types that matrices may have.

    Raises:
        TypeError: If it is not.
    """
    if dtype.name not in allowed:
        raise TypeError(f"Argument {name} must have dtype in {list(allowed)}. Found: {dtype.name}")


FLOATS_AND_COMPLEX = ("float16", "bfloat16", "float32", "float64", "complex64", "complex128")
