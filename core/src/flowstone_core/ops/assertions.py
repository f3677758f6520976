"""``tf.debugging.assert_*`` on values: each compares element by element and raises when it runs.

What is known while a function is traced (constants) is decided there and then.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from flowstone_core.conversion import convert_to_tensor
from flowstone_core.errors import InvalidArgumentError
from flowstone_core.interpreter import building_graph
from flowstone_core.ops import compare, math
from flowstone_core.ops.array import check_numerics
from flowstone_core.ops.reduce import reduce_all
from flowstone_core.ops.script import Assert
from flowstone_core.static_value import get_static_value
from flowstone_core.tensor import Tensor, TensorLike

_SHOWN = 3
"""How many elements a message shows if the caller does not say."""


def prefixed(message: str | None) -> str:
    """The caller's message as the beginning of ours."""
    return f"{message}.  " if message else ""


def described(tensor: Any) -> str:
    """What a message calls a tensor: its name while a function is traced, else its shape and type."""
    if building_graph() and hasattr(tensor, "op"):
        return str(tensor.name)
    return f"shape={tensor.shape} dtype={tensor.dtype.name}"


def _shown(value: Any, summarize: int) -> str:
    if not isinstance(value, Tensor):
        return str(value)
    array = np.asarray(get_static_value(value))
    if array.ndim == 0:
        return str(array[()])
    flat = array.reshape(-1)
    return str([str(item) for item in flat[:summarize]] + ["..."] * (flat.size > summarize))


def _failure(message: str | None, data: Sequence[Any], summarize: int) -> InvalidArgumentError:
    lines = [*([] if message is None else [message]), *(_shown(item, summarize) for item in data)]
    return InvalidArgumentError(None, None, "\n".join(lines))


def _differences(symbol: str, x: Tensor, y: Tensor, holds: Tensor, summarize: int) -> list[str]:
    """What an eager message says: the first elements, and those that differ where shapes allow to pair them."""
    lines = [f"Condition x {symbol} y did not hold."]
    if summarize == 0:
        return lines
    if x.shape == y.shape and x.shape.rank:
        places = np.argwhere(~np.asarray(holds))[:summarize]
        lines.append(f"Indices of first {len(places)} different values:\n{places}")
        for name, tensor in (("x", x), ("y", y)):
            lines.append(f"Corresponding {name} values:\n{np.asarray(tensor)[~np.asarray(holds)][:summarize]}")
    for name, tensor in (("x", x), ("y", y)):
        first = np.asarray(tensor).reshape(-1)[:summarize]
        lines.append(f"First {first.size} elements of {name}:\n{first}")
    return lines


def _assert_all(
    symbol: str,
    function: Callable[[Any, Any], Tensor],
    x: TensorLike,
    y: TensorLike,
    message: str | None,
    summarize: int | None,
    data: Sequence[Any] | None = None,
) -> None:
    """Raise unless ``function(x, y)`` holds everywhere."""
    x, y = convert_to_tensor(x), convert_to_tensor(y)
    holds = function(x, y)
    if not building_graph():
        if not np.all(np.asarray(holds)):
            limit = _SHOWN if summarize is None else np.iinfo(np.int64).max if summarize < 0 else summarize
            raise _failure(message, data or _differences(symbol, x, y, holds, limit), limit)
        return
    if data is None:
        data = [
            f"Condition x {symbol} y did not hold element-wise:",
            f"x ({described(x)}) = ",
            x,
            f"y ({described(y)}) = ",
            y,
        ]
    if get_static_value(x) is not None and get_static_value(y) is not None:
        _decide(function, x, y, message, data)
    Assert(reduce_all(holds), data if message is None else [message, *data], summarize=summarize)


def _decide(
    function: Callable[[Any, Any], Tensor], x: Tensor, y: Tensor, message: str | None, data: Sequence[Any]
) -> None:
    """Compare constants of the graph being traced now."""
    compared = _NUMPY[function](get_static_value(x), get_static_value(y))
    if not np.all(compared):
        known = [item for item in data if not isinstance(item, Tensor) or get_static_value(item) is not None]
        raise _failure(message, known, np.iinfo(np.int64).max)


_NUMPY: dict[Callable[[Any, Any], Tensor], Callable[[Any, Any], Any]] = {
    compare.equal: np.equal,
    compare.not_equal: np.not_equal,
    compare.less: np.less,
    compare.less_equal: np.less_equal,
    compare.greater: np.greater,
    compare.greater_equal: np.greater_equal,
}


# -- two operands ----------------------------------------------------------------------------------------------------


def assert_equal(
    x: TensorLike, y: TensorLike, message: str | None = None, summarize: int | None = None, name: str | None = None
) -> None:
    """Raise unless ``x == y`` for every pair of elements, after broadcasting.

    >>> tf.debugging.assert_equal(tf.constant([1, 2]), [1, 2])

    Args:
        x: A tensor.
        y: A tensor of the same type.
        message: What the error says first.
        summarize: How many elements of each tensor it shows: 3 if not given, -1 for all.
        name: A name for the operation.

    Raises:
        tf.errors.InvalidArgumentError: If it does not hold: while a function is traced if both values are known then,
            else when it runs.
    """
    if x is not y:
        _assert_all("==", compare.equal, x, y, message, summarize)


def assert_none_equal(
    x: TensorLike, y: TensorLike, summarize: int | None = None, message: str | None = None, name: str | None = None
) -> None:
    """Raise unless ``x != y`` for every pair of elements; see ``assert_equal``."""
    _assert_all("!=", compare.not_equal, x, y, message, summarize)


def assert_less(
    x: TensorLike, y: TensorLike, message: str | None = None, summarize: int | None = None, name: str | None = None
) -> None:
    """Raise unless ``x < y`` for every pair of elements; see ``assert_equal``."""
    _assert_all("<", compare.less, x, y, message, summarize)


def assert_less_equal(
    x: TensorLike, y: TensorLike, message: str | None = None, summarize: int | None = None, name: str | None = None
) -> None:
    """Raise unless ``x <= y`` for every pair of elements; see ``assert_equal``."""
    _assert_all("<=", compare.less_equal, x, y, message, summarize)


def assert_greater(
    x: TensorLike, y: TensorLike, message: str | None = None, summarize: int | None = None, name: str | None = None
) -> None:
    """Raise unless ``x > y`` for every pair of elements; see ``assert_equal``."""
    _assert_all(">", compare.greater, x, y, message, summarize)


def assert_greater_equal(
    x: TensorLike, y: TensorLike, message: str | None = None, summarize: int | None = None, name: str | None = None
) -> None:
    """Raise unless ``x >= y`` for every pair of elements; see ``assert_equal``."""
    _assert_all(">=", compare.greater_equal, x, y, message, summarize)


def assert_near(
    x: TensorLike,
    y: TensorLike,
    rtol: TensorLike = None,
    atol: TensorLike = None,
    message: str | None = None,
    summarize: int | None = None,
    name: str | None = None,
) -> None:
    """Raise unless ``|x - y| < atol + rtol * |y|`` for every pair of elements, after broadcasting.

    >>> tf.debugging.assert_near([1.0, 2.0], [1.0, 2.0000002])

    Args:
        x: A tensor of real or complex floats.
        y: A tensor of the same type.
        rtol: The relative tolerance; ten times the machine epsilon of the type if None.
        atol: The absolute tolerance; likewise.
        message: What the error says first.
        summarize: How many elements of each tensor it shows.
        name: A name for the operation.

    Raises:
        tf.errors.InvalidArgumentError: If it does not hold when it runs.
        ValueError: If ``x`` is of integers.
    """
    x = convert_to_tensor(x)
    y = convert_to_tensor(y, x.dtype)
    real = x.dtype.real_dtype if x.dtype.is_complex else x.dtype
    if not real.is_floating:
        raise ValueError(f"assert_near compares floats; x has the type {x.dtype.name}. Use assert_equal.")
    epsilon = 10 * real.epsilon
    rtol = convert_to_tensor(epsilon if rtol is None else rtol, real)
    atol = convert_to_tensor(epsilon if atol is None else atol, real)
    holds = math.abs(x - y) < atol + rtol * math.abs(y)
    data = [
        prefixed(message),
        f"x and y not equal to tolerance rtol = {rtol}, atol = {atol}",
        f"x ({described(x)}) = ",
        x,
        f"y ({described(y)}) = ",
        y,
    ]
    Assert(reduce_all(holds), data, summarize=summarize)


# -- one operand -----------------------------------------------------------------------------------------------------


def _about_zero(
    symbol: str,
    function: Callable[[Any, Any], Tensor],
    x: TensorLike,
    message: str | None,
    summarize: int | None,
    *,
    swapped: bool = False,
) -> None:
    """Raise unless ``function(x, 0)``, or with operands swapped, holds everywhere."""
    x = convert_to_tensor(x)
    zero = convert_to_tensor(0, x.dtype)
    data = [prefixed(message), f"Condition x {symbol} did not hold element-wise:", f"x ({described(x)}) = ", x]
    first, second = (zero, x) if swapped else (x, zero)
    _assert_all(symbol, function, first, second, None, summarize, data)


def assert_negative(
    x: TensorLike, message: str | None = None, summarize: int | None = None, name: str | None = None
) -> None:
    """Raise unless ``x < 0`` for every element; see ``assert_equal``."""
    _about_zero("< 0", compare.less, x, message, summarize)


def assert_positive(
    x: TensorLike, message: str | None = None, summarize: int | None = None, name: str | None = None
) -> None:
    """Raise unless ``x > 0`` for every element; see ``assert_equal``.

    >>> tf.debugging.assert_positive([1.0, 2.0])
    """
    _about_zero("> 0", compare.less, x, message, summarize, swapped=True)


def assert_non_negative(
    x: TensorLike, message: str | None = None, summarize: int | None = None, name: str | None = None
) -> None:
    """Raise unless ``x >= 0`` for every element; see ``assert_equal``."""
    _about_zero(">= 0", compare.less_equal, x, message, summarize, swapped=True)


def assert_non_positive(
    x: TensorLike, message: str | None = None, summarize: int | None = None, name: str | None = None
) -> None:
    """Raise unless ``x <= 0`` for every element; see ``assert_equal``."""
    _about_zero("<= 0", compare.less_equal, x, message, summarize)


def assert_all_finite(x: TensorLike, message: str, name: str | None = None) -> Tensor:
    """The tensor ``x``, which must hold no NaN and no infinity.

    Raises:
        tf.errors.InvalidArgumentError: If it does, when this runs.
    """
    return check_numerics(convert_to_tensor(x), message=message, name=name)
