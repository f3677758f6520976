"""Calls: what stands in for a function when converted code calls it."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any

from flowstone_graphfn.autograph import context
from flowstone_graphfn.autograph.allowlist import is_allowed
from flowstone_graphfn.autograph.convert import converted, is_converted
from flowstone_graphfn.autograph.errors import ConversionError, UnsupportedError
from flowstone_graphfn.autograph.log import warn_unconverted
from flowstone_graphfn.autograph.operators.builtins import OVERLOADS
from flowstone_graphfn.autograph.operators.namespace import Operators
from flowstone_graphfn.autograph.options import Options


@functools.lru_cache(maxsize=64)
def operators_for(options: Options) -> Operators:
    """The operators for code that was converted with ``options``."""
    return Operators(lambda function: target_of(function, options))


def target_of(function: Any, options: Options, asked_for: bool = False) -> Any:
    """What to call instead of ``function``: its conversion, an overload of a builtin, or itself.

    Args:
        function: What is called.
        options: The options of the code that calls it.
        asked_for: Whether the user asked for this very function, not for one that calls it.
    """
    kind = type(function)
    if kind is BuiltinFunctionType or kind is type:
        overload = OVERLOADS.get(function, function)
        return _with_callback(overload, options) if function in (map, filter) else overload
    if not (options.recursive or asked_for) or context.status() is context.Status.DISABLED:
        return function
    if kind is FunctionType:
        return _function(function, options)
    if kind is MethodType:
        return _method(function, options)
    if kind is functools.partial:
        inner = target_of(function.func, options)
        return function if inner is function.func else functools.partial(inner, *function.args, **function.keywords)
    if isinstance(function, type):
        return function
    call = inspect.getattr_static(kind, "__call__", None)
    if isinstance(call, FunctionType) and not _is_left_alone(call):
        inner = _function(call, options)
        return function if inner is call else MethodType(inner, function)
    return function


def _with_callback(overload: Callable[..., Any], options: Options) -> Callable[..., Any]:
    """``map`` and ``filter`` call their first argument: it is converted, too."""

    def entry(*args: Any) -> Any:
        return overload(*(target_of(each, options) for each in args[:1]), *args[1:])

    return entry


def _function(function: Any, options: Options) -> Any:
    if _is_left_alone(function):
        return function
    try:
        return converted(function, options, operators_for(options))
    except UnsupportedError as error:
        if not inspect.isgeneratorfunction(function) and not inspect.iscoroutinefunction(function):
            warn_unconverted(function, error)
    except ConversionError as error:
        warn_unconverted(function, error)
    return function


def _method(method: Any, options: Options) -> Any:
    function = method.__func__
    if type(function) is not FunctionType:
        inner = target_of(function, options)
    else:
        inner = _function(function, options)
    return method if inner is function else MethodType(inner, method.__self__)


def _is_left_alone(function: FunctionType) -> bool:
    """Whether a function is converted already, or belongs to a library that needs no conversion.

    Examples in docstrings run in the namespace of the library they explain, but they are user code.
    """
    if is_converted(function):
        return True
    is_example = function.__code__.co_filename.startswith("<doctest ")
    return not is_example and is_allowed(function.__globals__.get("__name__"))
