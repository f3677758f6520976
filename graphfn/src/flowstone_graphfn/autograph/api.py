"""``tf.autograph``, and what graphfn itself and other components call."""

from __future__ import annotations

import ast
import functools
from collections.abc import Callable, Mapping, Sequence
from types import FunctionType, MethodType
from typing import Any, ParamSpec, TypeVar, overload

from flowstone_graphfn.autograph import context
from flowstone_graphfn.autograph.context import Status, control_status
from flowstone_graphfn.autograph.convert import conversion_of, converted
from flowstone_graphfn.autograph.errors import ConversionError
from flowstone_graphfn.autograph.operators.calls import operators_for, target_of
from flowstone_graphfn.autograph.options import DEFAULT, Feature, Options

P = ParamSpec("P")
R = TypeVar("R")
_Features = Feature | tuple[Feature, ...] | list[Feature] | None


def convert(function: Callable[P, R], options: Options = DEFAULT) -> Callable[P, R]:
    """``function`` as AutoGraph runs it: converted, or itself where it needs no conversion or cannot be converted.

    This is what ``tf.function`` calls. Functions, methods, partials and callable objects are taken. A warning, once
    for each function, says why one is not converted.
    """
    return target_of(function, options, asked_for=True)


def convert_callback(function: Callable[P, R]) -> Callable[P, R]:
    """``function`` as the code that passed it would have it: converted where conversion is enabled in this thread.

    For library functions that take functions (``tf.map_fn``, ``tf.cond``, layers that call ``self.call``, ...).
    """
    if context.status() is not Status.ENABLED:
        return function
    return convert(function, context.options())


def converted_call(
    function: Callable[..., R], args: Sequence[Any], kwargs: Mapping[str, Any] | None = None, options: Options = DEFAULT
) -> R:
    """Call a function as converted code does."""
    target: Callable[..., R] = target_of(function, options)
    return target(*args, **(kwargs or {}))


def enabled(options: Options = DEFAULT) -> control_status:
    """A context in which callbacks are converted; ``tf.function`` traces in it."""
    return control_status(Status.ENABLED, options)


def to_graph(
    entity: Callable[P, R], recursive: bool = True, experimental_optional_features: _Features = None
) -> Callable[P, R]:
    """Convert a Python function into one whose control flow works on tensors while a graph is built.

    Use it to see or to debug what AutoGraph does; ``tf.function`` calls it by itself.

    Args:
        entity: A function or method.
        recursive: Whether functions that it calls are converted too.
        experimental_optional_features: Optional conversions, see ``tf.autograph.experimental.Feature``.

    Returns:
        The converted function.

    Raises:
        ConversionError: If ``entity`` is no Python function, or its source is not available.

    >>> def f(x):
    ...     if x > 0:
    ...         x = x * x
    ...     else:
    ...         x = -x
    ...     return x
    >>> tf.autograph.to_graph(f)(-2)
    2
    """
    return _with_options(entity, Options.of(recursive, experimental_optional_features))


def to_code(
    entity: Callable[..., Any], recursive: bool = True, experimental_optional_features: _Features = None
) -> str:
    """The source code that AutoGraph generates for a function.

    Args:
        entity: A function or method.
        recursive: Whether functions that it calls are converted too.
        experimental_optional_features: Optional conversions.

    Raises:
        ConversionError: If ``entity`` is no Python function, or its source is not available.

    >>> def f(x):
    ...     return 1 if x > 0 else 2
    >>> print(tf.autograph.to_code(f))
    def f(x):
        return ag__.if_exp(x > 0, lambda: 1, lambda: 2)
    """
    options = Options.of(recursive, experimental_optional_features)
    return ast.unparse(conversion_of(_function_of(entity), options).tree)


def _with_options(entity: Any, options: Options) -> Any:
    twin = converted(_function_of(entity), options, operators_for(options))
    if isinstance(entity, MethodType):
        return MethodType(twin, entity.__self__)
    return functools.partial(twin, *entity.args, **entity.keywords) if isinstance(entity, functools.partial) else twin


def _function_of(entity: Any) -> FunctionType:
    function = entity.__func__ if isinstance(entity, MethodType) else entity
    if isinstance(function, functools.partial):
        return _function_of(function.func)
    if not isinstance(function, FunctionType):
        raise ConversionError(
            f"converting {entity!r}: AutoGraph converts functions and methods. If this is a tf.function, pass its "
            "python_function."
        )
    return function


@overload
def do_not_convert(func: Callable[P, R]) -> Callable[P, R]: ...


@overload
def do_not_convert(func: None = None) -> Callable[[Callable[P, R]], Callable[P, R]]: ...


def do_not_convert(func: Callable[..., Any] | None = None) -> Callable[..., Any]:
    """Decorate a function that AutoGraph is to leave as it is, with all that it calls.

    Args:
        func: The function; without it, a decorator is returned.

    >>> @tf.autograph.experimental.do_not_convert
    ... def f(x):
    ...     return x if isinstance(x, int) else 0
    >>> f(3)
    3
    """
    if func is None:
        return do_not_convert
    inner = func

    @functools.wraps(inner)
    def unconverted(*args: Any, **kwargs: Any) -> Any:
        with control_status(Status.DISABLED):
            return inner(*args, **kwargs)

    return unconverted


def set_loop_options(
    parallel_iterations: int | None = None,
    swap_memory: bool | None = None,
    maximum_iterations: Any = None,
    shape_invariants: Any = None,
) -> None:
    """Set options of the loop in whose body this stands. Outside of converted loops it does nothing.

    Args:
        parallel_iterations: Accepted; iterations run one after the other.
        swap_memory: Accepted.
        maximum_iterations: The most iterations a loop of the graph makes.
        shape_invariants: Pairs of a loop variable and its shape, where the shape changes from one iteration to
            the next.

    >>> @tf.function
    ... def f(n):
    ...     v = tf.constant([0])
    ...     for i in tf.range(n):
    ...         tf.autograph.experimental.set_loop_options(shape_invariants=[(v, tf.TensorShape([None]))])
    ...         v = tf.concat([v, [i]], 0)
    ...     return v
    >>> f(tf.constant(3)).numpy().tolist()
    [0, 0, 1, 2]
    """
