"""``tf.map_fn``, ``tf.scan``, ``tf.foldl`` and ``tf.foldr``: loops over the first dimension of tensors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flowstone_core import nest
from flowstone_core.api import tf
from flowstone_core.conversion import convert_to_tensor
from flowstone_core.tensor_array import TensorArray

from flowstone_graphfn.autograph.api import convert_callback
from flowstone_graphfn.rows import Rows, collector, stacked
from flowstone_graphfn.while_loops import while_loop


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
        elems: A tensor, or a nest of tensors of equal lengths; also ragged and sparse tensors and batchable extension
            types.
        dtype: The old name of ``fn_output_signature``.
        parallel_iterations: Accepted; rows are taken one after the other.
        back_prop: Accepted; use ``tf.stop_gradient`` to cut gradients.
        swap_memory: Accepted; there is one memory.
        infer_shape: Whether all results have the same shape.
        name: A name for the nodes.
        fn_output_signature: A nest of types, ``tf.TensorSpec``, ``tf.RaggedTensorSpec`` or other specs that can be stacked, like
            the result of ``fn``, if it is not like ``elems``.

    Raises:
        TypeError: If ``fn`` is not callable, or a composite tensor cannot be cut into rows or stacked.
        ValueError: If ``elems`` holds no tensor, a scalar, or tensors of different lengths.
    """
    if not callable(fn):
        raise TypeError(f"The provided function {fn!r} is not callable.")
    with tf.name_scope(name or "map"):
        rows = Rows(elems, "map_input")
        signature = fn_output_signature if fn_output_signature is not None else dtype
        if signature is None:
            signature = rows.types
        collectors = [collector(leaf, rows, infer_shape) for leaf in nest.flatten(signature)]
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


def _initial(rows: Rows, initializer: Any, first: Any) -> tuple[Any, int]:
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
        rows = Rows(elems, "scan_input")
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
        return nest.pack_sequence_as(start, [stacked(array, rows.static) for array in arrays_after])


def _written(arrays: Sequence[TensorArray], index: Any, value: Any) -> tuple[TensorArray, ...]:
    return tuple(array.write(index, leaf) for array, leaf in zip(arrays, nest.flatten(value), strict=True))


def _fold(fn: Callable[..., Any], elems: Any, initializer: Any, backwards: bool, name: str) -> Any:
    if not callable(fn):
        raise TypeError(f"{fn!r} is not callable.")
    with tf.name_scope(name):
        rows = Rows(elems, "fold_input")
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
