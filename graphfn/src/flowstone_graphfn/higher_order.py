"""``tf.map_fn``, ``tf.scan``, ``tf.foldl`` and ``tf.foldr``: loops over the first dimension of tensors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flowstone_core import dtypes, nest
from flowstone_core.api import tf
from flowstone_core.conversion import convert_to_tensor
from flowstone_core.shapes import TensorShape
from flowstone_core.tensor import Tensor
from flowstone_core.tensor_array import TensorArray
from flowstone_core.type_spec import TensorSpec, TypeSpec

from flowstone_graphfn.autograph.api import convert_callback
from flowstone_graphfn.symbolic import SymbolicTensor
from flowstone_graphfn.while_loops import while_loop


class _Rows:
    """Tensors in a structure, to be taken row by row."""

    def __init__(self, elems: Any, what: str) -> None:
        self.structure = elems
        self.tensors: list[Any] = [
            leaf if _is_ragged(leaf) else convert_to_tensor(leaf) for leaf in nest.flatten(elems)
        ]
        if not self.tensors:
            raise ValueError(
                f"elems must be a Tensor or (possibly nested) sequence of Tensors. Got {elems}, which does not contain "
                "any Tensors."
            )
        for tensor in self.tensors:
            if tensor.shape.rank == 0:
                raise ValueError("Elements in elems must be 1+ dimensional Tensors, not scalars")
        self.static = self._static_length()
        self.length = self._dynamic_length() if self.static is None else self.static
        self.takers = [self._taker(tensor, what) for tensor in self.tensors]

    def _dynamic_length(self) -> Any:
        first = self.tensors[0]
        return first.nrows(dtypes.int32) if _is_ragged(first) else tf.shape(first)[0]

    def _taker(self, tensor: Any, what: str) -> Callable[[Any], Any]:
        """What gives the row of an index."""
        if _is_ragged(tensor):
            return lambda index: tensor[index]
        return TensorArray(tensor.dtype, size=self.length, clear_after_read=False, name=what).unstack(tensor).read

    def _static_length(self) -> int | None:
        length = None
        for tensor in self.tensors:
            size = None if tensor.shape.rank is None else tensor.shape[0]
            if length is not None and size is not None and size != length:
                raise ValueError(f"Dimensions {length} and {size} are not compatible")
            length = size if length is None else length
        return length

    def row(self, index: Any) -> Any:
        """The structure of the rows at ``index``."""
        return nest.pack_sequence_as(self.structure, [take(index) for take in self.takers])


def _is_ragged(value: Any) -> bool:
    return hasattr(type(value), "nested_row_splits")


def _element_type(leaf: Any) -> Any:
    """The type of the rows of an argument: that of results, unless told otherwise."""
    if _is_ragged(leaf):
        return tf.RaggedTensorSpec(leaf.shape[1:], leaf.dtype, leaf.ragged_rank - 1, leaf.row_splits.dtype)
    return convert_to_tensor(leaf).dtype


class _Stacked:
    """Collects tensors, which become one with a new first dimension."""

    count = 1

    def __init__(self, spec: TensorSpec, rows: _Rows, infer_shape: bool) -> None:
        self._length = rows.static
        shape, size = spec.shape, rows.length
        self.arrays = [TensorArray(spec.dtype, size=size, element_shape=shape, infer_shape=infer_shape)]

    def write(self, arrays: Sequence[TensorArray], index: Any, value: Any) -> list[TensorArray]:
        """The arrays with one more value."""
        return [arrays[0].write(index, value)]

    def whole(self, arrays: Sequence[TensorArray]) -> Any:
        """All values."""
        return _stacked(arrays[0], self._length)


class _Joined:
    """Collects ragged tensors, or tensors of different lengths, which become the rows of a ragged one.

    Its arrays hold flat values, and the row lengths of each ragged dimension; each is joined in the end.
    """

    def __init__(self, spec: Any, rows: _Rows) -> None:
        self._splits_dtype, self._depth = spec.row_splits_dtype, spec.ragged_rank
        if spec.shape.rank == 0:
            raise ValueError("map_fn: results of rank 0 need no RaggedTensorSpec; give their type.")
        inner = None if spec.shape.rank is None else spec.shape[spec.ragged_rank + 1 :]
        flat = TensorArray(
            spec.dtype, size=rows.length, element_shape=TensorShape([None]).concatenate(inner), infer_shape=False
        )
        counts = TensorArray(self._splits_dtype, size=rows.length, element_shape=[])
        lengths = [
            TensorArray(self._splits_dtype, size=rows.length, element_shape=[None], infer_shape=False)
            for _ in range(self._depth)
        ]
        self.arrays = [flat, counts, *lengths]
        self.count = len(self.arrays)

    def write(self, arrays: Sequence[TensorArray], index: Any, value: Any) -> list[TensorArray]:
        """The arrays with one more value.

        Raises:
            ValueError: If it has another ragged rank than was told.
        """
        depth = value.ragged_rank if _is_ragged(value) else 0
        if depth != self._depth:
            raise ValueError(f"map_fn: fn returned a value of ragged rank {depth}, its signature says {self._depth}.")
        value = value.with_row_splits_dtype(self._splits_dtype) if depth else value
        flat = value.flat_values if depth else convert_to_tensor(value)
        count = value.nrows() if depth else tf.shape(flat, out_type=self._splits_dtype)[0]
        parts = [flat, count, *(value.nested_row_lengths() if depth else ())]
        return [array.write(index, part) for array, part in zip(arrays, parts, strict=True)]

    def whole(self, arrays: Sequence[TensorArray]) -> Any:
        """All values as rows."""
        flat, counts, *lengths = arrays
        nested = [counts.stack(), *(each.concat() for each in lengths)]
        return tf.RaggedTensor.from_nested_row_lengths(flat.concat(), nested, validate=False)


def _collector(leaf: Any, rows: _Rows, infer_shape: bool) -> _Stacked | _Joined:
    if hasattr(leaf, "ragged_rank"):
        return _Joined(leaf, rows)
    return _Stacked(_as_spec(leaf), rows, infer_shape)


def _as_spec(leaf: Any) -> TensorSpec:
    if isinstance(leaf, TensorSpec):
        return leaf
    if isinstance(leaf, TypeSpec):
        raise NotImplementedError(
            f"Results of type {type(leaf).__name__} are not stacked yet; return their components from fn."
        )
    return TensorSpec(None, leaf)


def map_fn(
    fn: Callable[..., Any],
    elems: Any,
    dtype: Any = None,
    parallel_iterations: int | None = None,
    back_prop: bool = True,
    swap_memory: bool = False,
    infer_shape: bool = True,
    name: str | None = None,
    fn_output_signature: Any = None,
) -> Any:
    """Stack ``fn(row)`` of all rows of ``elems``.

    >>> tf.map_fn(lambda x: x * x, tf.constant([1, 2, 3])).numpy()
    array([1, 4, 9], dtype=int32)

    Args:
        fn: Takes a row: one tensor, or a structure of tensors like ``elems``.
        elems: A tensor, or a nest of tensors of equal lengths.
        dtype: The old name of ``fn_output_signature``.
        parallel_iterations: Accepted; rows are taken one after the other.
        back_prop: Accepted; use ``tf.stop_gradient`` to cut gradients.
        swap_memory: Accepted; there is one memory.
        infer_shape: Whether all results have the same shape.
        name: A name for the nodes.
        fn_output_signature: A nest of types, ``tf.TensorSpec`` or ``tf.RaggedTensorSpec`` like the result of ``fn``,
            if it is not like ``elems``.

    Raises:
        TypeError: If ``fn`` is not callable.
        ValueError: If ``elems`` holds no tensor, a scalar, or tensors of different lengths.
    """
    if not callable(fn):
        raise TypeError(f"The provided function {fn!r} is not callable.")
    with tf.name_scope(name or "map"):
        rows = _Rows(elems, "map_input")
        signature = fn_output_signature if fn_output_signature is not None else dtype
        if signature is None:
            signature = nest.map_structure(_element_type, elems)
        collectors = [_collector(leaf, rows, infer_shape) for leaf in nest.flatten(signature)]
        arrays = [array for each in collectors for array in each.arrays]
        call = convert_callback(fn)

        def of_each(arrays: Sequence[TensorArray]) -> list[Sequence[TensorArray]]:
            left = iter(arrays)
            return [[next(left) for _ in range(each.count)] for each in collectors]

        def step(i: Any, *arrays: TensorArray) -> tuple[Any, ...]:
            result = call(rows.row(i))
            nest.assert_same_structure(signature, result, check_types=False)
            leaves = zip(collectors, of_each(arrays), nest.flatten(result), strict=True)
            return i + 1, *(array for each, own, leaf in leaves for array in each.write(own, i, leaf))

        _, *arrays_after = while_loop(
            lambda i, *_: i < rows.length, step, (tf.constant(0), *arrays), maximum_iterations=rows.static
        )
        wholes = [each.whole(own) for each, own in zip(collectors, of_each(arrays_after), strict=True)]
        return nest.pack_sequence_as(signature, wholes)


def _stacked(array: TensorArray, length: int | None) -> Tensor:
    """All elements of an array; their number is known."""
    whole = array.stack()
    if isinstance(whole, SymbolicTensor) and whole.spec.shape is not None:
        whole.set_shape(TensorShape([length]).concatenate(whole.shape[1:]))
    return whole


def _initial(rows: _Rows, initializer: Any, first: Any) -> tuple[Any, int]:
    """What an accumulation starts with, and how many rows that uses up."""
    if initializer is None:
        return rows.row(first), 1
    return nest.map_structure(convert_to_tensor, initializer), 0


def scan(
    fn: Callable[..., Any],
    elems: Any,
    initializer: Any = None,
    parallel_iterations: int = 10,
    back_prop: bool = True,
    swap_memory: bool = False,
    infer_shape: bool = True,
    reverse: bool = False,
    name: str | None = None,
) -> Any:
    """Stack all accumulated values ``a = fn(a, row)``.

    >>> tf.scan(lambda a, x: a + x, tf.constant([1, 2, 3, 4])).numpy()
    array([ 1,  3,  6, 10], dtype=int32)

    Args:
        fn: Takes the accumulated value and a row; returns the next accumulated value.
        elems: A tensor, or a nest of tensors of equal lengths.
        initializer: What to start with; the first row if None.
        parallel_iterations: Accepted.
        back_prop: Accepted.
        swap_memory: Accepted.
        infer_shape: Whether the accumulated value keeps its shape.
        reverse: Whether to go from the last row to the first.
        name: A name for the nodes.
    """
    if not callable(fn):
        raise TypeError(
            f"{fn.__name__ if hasattr(fn, '__name__') else fn!r} is not callable. Please provide a callable."
        )
    with tf.name_scope(name or "scan"):
        rows = _Rows(elems, "scan_input")
        last = rows.length - 1
        start, used = _initial(rows, initializer, last if reverse else 0)
        arrays = tuple(
            TensorArray(leaf.dtype, size=rows.length, element_shape=leaf.shape if infer_shape else None)
            for leaf in nest.flatten(start)
        )
        if used:
            arrays = _written(arrays, last if reverse else 0, start)
        call = convert_callback(fn)

        def step(i: Any, a: Any, *arrays: TensorArray) -> tuple[Any, ...]:
            place = last - i if reverse else i
            result = call(a, rows.row(place))
            nest.assert_same_structure(start, result, check_types=False)
            return i + 1, result, *_written(arrays, place, result)

        _, _, *arrays_after = while_loop(lambda i, *_: i < rows.length, step, (tf.constant(used), start, *arrays))
        return nest.pack_sequence_as(start, [_stacked(array, rows.static) for array in arrays_after])


def _written(arrays: Sequence[TensorArray], index: Any, value: Any) -> tuple[TensorArray, ...]:
    return tuple(array.write(index, leaf) for array, leaf in zip(arrays, nest.flatten(value), strict=True))


def _fold(fn: Callable[..., Any], elems: Any, initializer: Any, backwards: bool, name: str) -> Any:
    if not callable(fn):
        raise TypeError(f"{fn!r} is not callable.")
    with tf.name_scope(name):
        rows = _Rows(elems, "fold_input")
        last = rows.length - 1
        start, used = _initial(rows, initializer, last if backwards else 0)
        call = convert_callback(fn)

        def step(i: Any, a: Any) -> tuple[Any, Any]:
            return i + 1, call(a, rows.row(last - i if backwards else i))

        _, result = while_loop(lambda i, _: i < rows.length, step, (tf.constant(used), start))
        return result


def foldl(
    fn: Callable[..., Any],
    elems: Any,
    initializer: Any = None,
    parallel_iterations: int = 10,
    back_prop: bool = True,
    swap_memory: bool = False,
    name: str | None = None,
) -> Any:
    """The last accumulated value ``a = fn(a, row)``, from the first row on.

    >>> tf.foldl(lambda a, x: a * 10 + x, tf.constant([1, 2, 3])).numpy()
    np.int32(123)

    Args:
        fn: Takes the accumulated value and a row; returns the next accumulated value.
        elems: A tensor, or a nest of tensors of equal lengths.
        initializer: What to start with; the first row if None.
        parallel_iterations: Accepted.
        back_prop: Accepted.
        swap_memory: Accepted.
        name: A name for the nodes.
    """
    return _fold(fn, elems, initializer, False, name or "foldl")


def foldr(
    fn: Callable[..., Any],
    elems: Any,
    initializer: Any = None,
    parallel_iterations: int = 10,
    back_prop: bool = True,
    swap_memory: bool = False,
    name: str | None = None,
) -> Any:
    """The last accumulated value ``a = fn(a, row)``, from the last row back.

    >>> tf.foldr(lambda a, x: a * 10 + x, tf.constant([1, 2, 3])).numpy()
    np.int32(321)

    Args:
        fn: Takes the accumulated value and a row; returns the next accumulated value.
        elems: A tensor, or a nest of tensors of equal lengths.
        initializer: What to start with; the last row if None.
        parallel_iterations: Accepted.
        back_prop: Accepted.
        swap_memory: Accepted.
        name: A name for the nodes.
    """
    return _fold(fn, elems, initializer, True, name or "foldr")
