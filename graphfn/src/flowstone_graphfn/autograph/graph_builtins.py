"""Builtin functions of symbolic values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flowstone_core import dtypes
from flowstone_core.api import tf
from flowstone_core.interpreter import building_graph
from flowstone_core.tensor import Tensor
from flowstone_core.tensor_array import TensorArray

from flowstone_graphfn.autograph.graph_iteration import PROTOCOL, rows_of


def _len(value: Any) -> Any:
    if building_graph() and isinstance(value, Tensor):
        if value.spec.rank == 0:
            raise ValueError(f"len requires a non-scalar tensor, got one of shape {value.shape}.")
        known = value.spec.shape[0] if value.spec.shape is not None else None
        return known if known is not None else tf.shape(value)[0]
    if building_graph() and (hasattr(type(value), PROTOCOL) or isinstance(value, TensorArray)):
        for method in ("cardinality", "size"):  # of datasets, and of tensor arrays
            if hasattr(value, method):
                return getattr(value, method)()
    return NotImplemented


def _int(value: Any, *base: Any) -> Any:
    if base:
        raise NotImplementedError("int(x, base) of a symbolic tensor is not supported.")
    if value.dtype is dtypes.string:
        return tf.strings.to_number(value, dtypes.int32)
    return tf.cast(value, dtypes.int32)


def _float(value: Any) -> Any:
    if value.dtype is dtypes.string:
        return tf.strings.to_number(value, dtypes.float32)
    return tf.cast(value, dtypes.float32)


def _bool(value: Any) -> Any:
    return tf.cast(value, dtypes.bool)


def _round(value: Any, digits: Any = None) -> Any:
    if digits is not None:
        raise NotImplementedError("round(x, digits) of a symbolic tensor is not supported: use tf.round.")
    return value if value.dtype.is_integer else tf.cast(tf.round(value), dtypes.int32)


def _divmod(first: Any, second: Any) -> Any:
    return first // second, first % second


def _sum(value: Any, start: Any = 0) -> Any:
    total = tf.reduce_sum(value, 0)
    return total if isinstance(start, int) and start == 0 else total + start


def _folded(function: str, reduction: str) -> Callable[..., Any]:
    """``max`` or ``min``: of one tensor along its only axis, of several values one after the other."""

    def entry(*args: Any, key: Any = None, **rest: Any) -> Any:
        if key is not None or rest:
            raise NotImplementedError("max and min of symbolic tensors take no key and no default.")
        if len(args) == 1 and isinstance(args[0], Tensor):
            if args[0].spec.rank not in (1, None):
                raise ValueError(
                    f"max and min of a tensor need one axis, got shape {args[0].shape}: use tf.{reduction}."
                )
            return getattr(tf, reduction)(args[0], 0)
        first, *others = args[0] if len(args) == 1 else args
        for other in others:
            first = getattr(tf, function)(first, other)
        return first

    return entry


def _sorted(value: Any, *, key: Any = None, reverse: Any = False) -> Any:
    if key is not None:
        raise NotImplementedError("sorted of symbolic tensors takes no key: use tf.argsort and tf.gather.")
    direction = "DESCENDING" if reverse else "ASCENDING"
    if isinstance(value, Tensor):
        if value.spec.rank not in (1, None):
            raise ValueError(f"sorted of a tensor needs one axis, got shape {value.shape}: use tf.sort.")
        return tf.sort(value, direction=direction)
    return tf.unstack(tf.sort(tf.stack(value), direction=direction), num=len(value))


def _is_dataset(value: Any) -> bool:
    """Whether ``value`` enumerates, maps, filters and zips itself."""
    return hasattr(type(value), PROTOCOL) and hasattr(type(value), "enumerate") and building_graph()


def _enumerate(iterable: Any, start: Any = 0) -> Any:
    return iterable.enumerate(start) if _is_dataset(iterable) else NotImplemented


def _zip(*iterables: Any) -> Any:
    if iterables and all(map(_is_dataset, iterables)):
        return type(iterables[0]).zip(iterables)
    return NotImplemented


def _map(function: Callable[..., Any], *iterables: Any) -> Any:
    if len(iterables) == 1 and _is_dataset(iterables[0]):
        return iterables[0].map(function)
    return NotImplemented


def _filter(function: Callable[..., Any] | None, iterable: Any) -> Any:
    if function is not None and _is_dataset(iterable):
        return iterable.filter(function)
    return NotImplemented


def _print(*objects: Any, sep: Any = " ", end: Any = "\n", file: Any = None, flush: bool = False) -> None:
    streams = {} if file is None else {"output_stream": file}
    tf.print(*objects, sep=sep if sep is not None else " ", end=end if end is not None else "\n", **streams)


OVERLOADS: dict[Any, Callable[..., Any]] = {
    abs: lambda value: tf.abs(value),
    bool: _bool,
    divmod: _divmod,
    enumerate: _enumerate,
    filter: _filter,
    float: _float,
    int: _int,
    len: _len,
    list: lambda value: list(rows_of(value)),
    map: _map,
    max: _folded("maximum", "reduce_max"),
    min: _folded("minimum", "reduce_min"),
    print: _print,
    range: lambda *args: tf.range(*args),
    reversed: lambda value: tf.reverse(value, [0]),
    round: _round,
    sorted: _sorted,
    sum: _sum,
    tuple: lambda value: tuple(rows_of(value)),
    zip: _zip,
}
"""By builtin function; called if an argument is symbolic, and for functions over iterables always."""
