"""Diagonals of matrices: taking, making and setting them; bands; traces."""

from __future__ import annotations

from typing import Any

from flowstone_core import shapes
from flowstone_core.conversion import convert_to_tensor
from flowstone_core.errors import SpecError
from flowstone_core.op import Op
from flowstone_core.ops.reduce import reduce_sum
from flowstone_core.shapes import TensorShape
from flowstone_core.spec import Spec
from flowstone_core.tensor import Tensor, TensorLike

_ANY = "T: type"
_ALIGN = "align: {'LEFT_RIGHT', 'RIGHT_LEFT', 'LEFT_LEFT', 'RIGHT_RIGHT'} = 'RIGHT_LEFT'"
_DIAG_TYPES = "T: {bfloat16, half, float, double, int32, int64, complex64, complex128}"


def diagonal_length(rows: int, columns: int, k: int) -> int:
    """The length of the diagonal ``k`` places above the main one."""
    return min(rows + min(k, 0), columns - max(k, 0))


# -- shape rules ---------------------------------------------------------------------------------------------------


def _band(k: Spec | None) -> tuple[int | None, int | None]:
    """The lowest and the highest diagonal, if known."""
    if k is None:
        return 0, 0
    listed = k.vector()
    if listed is None or not 1 <= len(listed) <= 2:
        if k.shape is not None and (len(k.shape) > 1 or (len(k.shape) == 1 and k.shape[0] not in (None, 1, 2))):
            raise SpecError(f"k must be a scalar or have 1 or 2 entries, got shape {TensorShape(k.shape)}.")
        return None, None
    low, high = listed[0], listed[-1]
    if low is not None and high is not None and low > high:
        raise SpecError(f"lower_diag_index must not be larger than upper_diag_index: {low} > {high}")
    return low, high


def _matrix(x: Spec, what: str) -> tuple[int | None, ...] | None:
    if x.shape is not None and len(x.shape) < 2:
        raise SpecError(f"{what} takes matrices or stacks of them, got shape {TensorShape(x.shape)}.")
    return x.shape


def _infer_band_part(input: Spec, num_lower: Spec, num_upper: Spec) -> Spec:
    for spec in (num_lower, num_upper):
        if spec.shape not in (None, ()):
            raise SpecError(f"num_lower and num_upper must be scalars, got shape {TensorShape(spec.shape)}.")
    return Spec(input.shape, input.dtype)


def _infer_diag_part(input: Spec, k: Spec | None = None, padding_value: Spec | None = None, **attrs: Any) -> Spec:
    shape = _matrix(input, "MatrixDiagPart")
    low, high = _band(k)
    if shape is None or low is None or high is None:
        return Spec(None, input.dtype)
    rows, columns = shape[-2:]
    _check_within(rows, columns, low, high)
    longest: int | None = None
    if rows is not None and columns is not None:
        longest = min(rows + min(high, 0), columns - max(low, 0))
    count = () if low == high else (high - low + 1,)
    return Spec((*shape[:-2], *count, longest), input.dtype)


def _check_within(rows: int | None, columns: int | None, low: int, high: int) -> None:
    for k in (low, high):
        below = rows is not None and k < 0 and -k >= rows
        if below or (columns is not None and k > 0 and k >= columns):
            raise SpecError(f"The diagonal {k} is out of bounds of a matrix with {rows} rows and {columns} columns.")


def _infer_diag(
    diagonal: Spec,
    k: Spec | None = None,
    num_rows: Spec | None = None,
    num_cols: Spec | None = None,
    padding_value: Spec | None = None,
    **attrs: Any,
) -> Spec:
    shape = diagonal.shape
    if shape == ():
        raise SpecError("MatrixDiag takes diagonals with at least one dimension, got a scalar.")
    low, high = _band(k)
    if shape is None or low is None or high is None:
        return Spec(None, diagonal.dtype)
    if low != high and (len(shape) < 2 or shape[-2] not in (None, high - low + 1)):
        raise SpecError(f"Diagonals {low} to {high} do not fit the shape {TensorShape(shape)}.")
    leading = shape[:-1] if low == high else shape[:-2]
    rows = -1 if num_rows is None else num_rows.scalar()
    columns = -1 if num_cols is None else num_cols.scalar()
    longest = shape[-1]
    if longest is None or rows is None or columns is None:
        known = [None if size is None or size < 0 else size for size in (rows, columns)]
        return Spec((*leading, *known), diagonal.dtype)
    return Spec((*leading, *matrix_size(longest, low, high, rows, columns)), diagonal.dtype)


def matrix_size(longest: int, low: int, high: int, rows: int, columns: int) -> tuple[int, int]:
    """The size of a matrix that diagonals make; -1 stands for as small as possible.

    Raises:
        SpecError: If the diagonals do not fit the given size.
    """
    least_rows, least_columns = longest - min(high, 0), longest + max(low, 0)
    if rows == -1 and columns == -1:
        rows = columns = max(least_rows, least_columns)
    rows = least_rows if rows == -1 else rows
    columns = least_columns if columns == -1 else columns
    if rows < least_rows or columns < least_columns:
        raise SpecError(
            f"Diagonals of length {longest} need at least {least_rows} rows and {least_columns} columns, "
            f"got {rows} and {columns}."
        )
    if rows != least_rows and columns != least_columns:
        raise SpecError(
            f"The number of rows or columns is not consistent with the specified diagonals: {rows} rows, "
            f"{columns} columns, diagonals {low} to {high} of length {longest}."
        )
    return rows, columns


def _infer_set_diag(input: Spec, diagonal: Spec, k: Spec | None = None, **attrs: Any) -> Spec:
    _band(k)
    return Spec(_matrix(input, "MatrixSetDiag"), input.dtype)


def _infer_tensor_diag(diagonal: Spec) -> Spec:
    if diagonal.shape == ():
        raise SpecError("Diag takes a tensor of rank 1 or more, got a scalar.")
    return Spec(None if diagonal.shape is None else diagonal.shape * 2, diagonal.dtype)


def _infer_tensor_diag_part(input: Spec) -> Spec:
    shape = input.shape
    if shape is None:
        return Spec(None, input.dtype)
    half = len(shape) // 2
    if len(shape) % 2 or not shape:
        raise SpecError(f"DiagPart takes a tensor of even, positive rank, got shape {TensorShape(shape)}.")
    try:
        return Spec(shapes.merge(shape[:half], shape[half:]), input.dtype)
    except ValueError:
        raise SpecError(f"DiagPart: the halves of the shape {TensorShape(shape)} differ.") from None


# -- the ops -------------------------------------------------------------------------------------------------------

MATRIX_BAND_PART = Op(
    "MatrixBandPart",
    ("input: T", "num_lower: Tindex", "num_upper: Tindex"),
    ("band: T",),
    (_ANY, "Tindex: {int32, int64} = DT_INT64"),
    infer=_infer_band_part,
)
_DIAG_V2_INPUTS = ("diagonal: T", "k: int32", "num_rows: int32", "num_cols: int32", "padding_value: T")
MATRIX_DIAG = Op("MatrixDiag", ("diagonal: T",), ("output: T",), (_ANY,), infer=_infer_diag)
MATRIX_DIAG_V2 = Op("MatrixDiagV2", _DIAG_V2_INPUTS, ("output: T",), (_ANY,), infer=_infer_diag)
MATRIX_DIAG_V3 = Op("MatrixDiagV3", _DIAG_V2_INPUTS, ("output: T",), (_ANY, _ALIGN), infer=_infer_diag)
_PART_V2_INPUTS = ("input: T", "k: int32", "padding_value: T")
MATRIX_DIAG_PART = Op("MatrixDiagPart", ("input: T",), ("diagonal: T",), (_ANY,), infer=_infer_diag_part)
MATRIX_DIAG_PART_V2 = Op("MatrixDiagPartV2", _PART_V2_INPUTS, ("diagonal: T",), (_ANY,), infer=_infer_diag_part)
MATRIX_DIAG_PART_V3 = Op("MatrixDiagPartV3", _PART_V2_INPUTS, ("diagonal: T",), (_ANY, _ALIGN), infer=_infer_diag_part)
_SET_INPUTS = ("input: T", "diagonal: T")
MATRIX_SET_DIAG = Op("MatrixSetDiag", _SET_INPUTS, ("output: T",), (_ANY,), infer=_infer_set_diag)
MATRIX_SET_DIAG_V2 = Op("MatrixSetDiagV2", (*_SET_INPUTS, "k: int32"), ("output: T",), (_ANY,), infer=_infer_set_diag)
MATRIX_SET_DIAG_V3 = Op(
    "MatrixSetDiagV3", (*_SET_INPUTS, "k: int32"), ("output: T",), (_ANY, _ALIGN), infer=_infer_set_diag
)
TENSOR_DIAG = Op("Diag", ("diagonal: T",), ("output: T",), (_DIAG_TYPES,), infer=_infer_tensor_diag)
TENSOR_DIAG_PART = Op("DiagPart", ("input: T",), ("diagonal: T",), (_DIAG_TYPES,), infer=_infer_tensor_diag_part)


# -- the functions -------------------------------------------------------------------------------------------------


def _padding(padding_value: Any, x: Tensor) -> Any:
    """The padding as an element of ``x``."""
    if x.dtype.is_bool and isinstance(padding_value, (int, float)) and padding_value == 0:
        return convert_to_tensor(False, dtype=x.dtype)
    return convert_to_tensor(padding_value, dtype=x.dtype)


def band_part(input: TensorLike, num_lower: Any, num_upper: Any, name: str | None = None) -> Tensor:
    """Matrices with everything outside a band around the diagonal set to 0.

    >>> tf.linalg.band_part([[1, 2, 3], [4, 5, 6], [7, 8, 9]], 0, -1).numpy()
    array([[1, 2, 3],
           [0, 5, 6],
           [0, 0, 9]], dtype=int32)

    Args:
        input: A tensor of shape ``[..., rows, columns]``.
        num_lower: How many diagonals below the main one are kept; all if negative.
        num_upper: How many diagonals above the main one are kept; all if negative.
        name: A name for the op in a graph.
    """
    return MATRIX_BAND_PART(input, num_lower, num_upper, name=name)


def diag(
    diagonal: TensorLike,
    name: str = "diag",
    k: Any = 0,
    num_rows: Any = -1,
    num_cols: Any = -1,
    padding_value: Any = 0,
    align: str = "RIGHT_LEFT",
) -> Tensor:
    """Matrices with these diagonals.

    >>> tf.linalg.diag([1, 2]).numpy()
    array([[1, 0],
           [0, 2]], dtype=int32)

    Args:
        diagonal: A diagonal, ``[..., length]``; or several, ``[..., count, length]``, the highest first, if
            ``k`` is a pair.
        name: A name for the op in a graph.
        k: Which diagonal: 0 is the main one, positive ones are above; a pair for all from the first to the
            second.
        num_rows: The number of rows; -1 for as few as possible.
        num_cols: The number of columns; -1 for as few as possible.
        padding_value: What fills the rest.
        align: Where the shorter diagonals lie in their rows, first those above, then those below:
            ``"RIGHT_LEFT"``, ``"LEFT_RIGHT"``, ``"LEFT_LEFT"`` or ``"RIGHT_RIGHT"``.
    """
    x = convert_to_tensor(diagonal)
    return MATRIX_DIAG_V3(x, k, num_rows, num_cols, _padding(padding_value, x), align=align, name=name)


def diag_part(
    input: TensorLike, name: str = "diag_part", k: Any = 0, padding_value: Any = 0, align: str = "RIGHT_LEFT"
) -> Tensor:
    """The diagonal, or several, of matrices.

    >>> tf.linalg.diag_part([[1, 2], [3, 4]]).numpy()
    array([1, 4], dtype=int32)

    Args:
        input: A tensor of shape ``[..., rows, columns]``.
        name: A name for the op in a graph.
        k: Which diagonal, or the first and the last of several; see ``tf.linalg.diag``.
        padding_value: What fills the rows of shorter diagonals.
        align: Where shorter diagonals lie in their rows; see ``tf.linalg.diag``.

    Returns:
        ``[..., length]``, or ``[..., count, length]`` for several.
    """
    x = convert_to_tensor(input)
    return MATRIX_DIAG_PART_V3(x, k, _padding(padding_value, x), align=align, name=name)


def set_diag(
    input: TensorLike, diagonal: TensorLike, name: str = "set_diag", k: Any = 0, align: str = "RIGHT_LEFT"
) -> Tensor:
    """Matrices with these diagonals in the place of their own.

    >>> tf.linalg.set_diag([[1, 2], [3, 4]], [0, 0]).numpy()
    array([[0, 2],
           [3, 0]], dtype=int32)

    Args:
        input: A tensor of shape ``[..., rows, columns]``.
        diagonal: What ``tf.linalg.diag_part(result, k=k, align=align)`` will be.
        name: A name for the op in a graph.
        k: Which diagonal, or the first and the last of several; see ``tf.linalg.diag``.
        align: Where shorter diagonals lie in their rows; see ``tf.linalg.diag``.
    """
    return MATRIX_SET_DIAG_V3(input, diagonal, k, align=align, name=name)


def tensor_diag(diagonal: TensorLike, name: str | None = None) -> Tensor:
    """A tensor of twice the rank with ``diagonal`` where both halves of the index agree, and 0 elsewhere."""
    return TENSOR_DIAG(diagonal, name=name)


def tensor_diag_part(input: TensorLike, name: str | None = None) -> Tensor:
    """The elements of a tensor of even rank where both halves of the index agree."""
    return TENSOR_DIAG_PART(input, name=name)


def trace(x: TensorLike, name: str | None = None) -> Tensor:
    """The sum of the diagonal of each matrix.

    >>> tf.linalg.trace([[1, 2], [3, 4]])
    <tf.Tensor: shape=(), dtype=int32, numpy=5>
    """
    return reduce_sum(diag_part(x), [-1], name=name)
