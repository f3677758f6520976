"""``tf.experimental.dispatch_for_api``: what public functions mean for one's own types.

Functions cost nothing extra until somebody registers for them: only then does the function object get another body (its
``__code__``), which asks the registered types first. So also those who imported the function before, and operators, are
served, and nobody else pays.
"""

from __future__ import annotations

import inspect
import types
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from flowstone_core.api import tf
from flowstone_core.scopes import name_scope

Target = Callable[..., Any]
Check = Callable[[Any], bool]

UNARY = """
    abs acos acosh asin asinh atan atanh bitwise.invert cast clip_by_value cos cosh debugging.check_numerics
    dtypes.saturate_cast exp floor io.decode_base64 io.decode_compressed io.encode_base64 math.angle math.bessel_i0
    math.bessel_i0e math.bessel_i1 math.bessel_i1e math.ceil math.conj math.digamma math.erf math.erfc math.erfcinv
    math.erfinv math.expm1 math.imag math.is_finite math.is_inf math.is_nan math.lgamma math.log math.log1p
    math.log_sigmoid math.logical_not math.ndtri math.negative math.nextafter math.real math.reciprocal
    math.reciprocal_no_nan math.rint math.rsqrt math.softplus math.special.bessel_j0 math.special.bessel_j1
    math.special.bessel_k0 math.special.bessel_k0e math.special.bessel_k1 math.special.bessel_k1e
    math.special.bessel_y0 math.special.bessel_y1 math.special.dawsn math.special.expint math.special.fresnel_cos
    math.special.fresnel_sin math.special.spence nn.elu nn.gelu nn.leaky_relu nn.log_softmax nn.relu nn.relu6 nn.selu
    nn.silu nn.softsign ones_like round sigmoid sign sin sinh sqrt square strings.as_string strings.length
    strings.lower strings.regex_full_match strings.regex_replace strings.strip strings.substr strings.to_hash_bucket
    strings.to_hash_bucket_fast strings.to_hash_bucket_strong strings.to_number strings.unicode_script
    strings.unicode_transcode strings.upper tan tanh zeros_like
"""
"""The functions of one tensor that compute element by element, as TensorFlow lists them."""

BINARY = """
    add bitwise.bitwise_and bitwise.bitwise_or bitwise.bitwise_xor bitwise.left_shift bitwise.right_shift complex divide
    equal greater greater_equal less less_equal logical_and logical_or math.atan2 math.divide_no_nan math.floordiv
    math.floormod math.logical_xor math.multiply_no_nan math.squared_difference math.xdivy math.xlog1py math.xlogy
    math.zeta maximum minimum multiply nn.sigmoid_cross_entropy_with_logits not_equal pow realdiv scalar_mul subtract
    truediv truncatediv truncatemod
"""
"""The functions of two tensors that compute element by element."""

ASSERTS = """
    debugging.assert_equal debugging.assert_greater debugging.assert_greater_equal debugging.assert_less
    debugging.assert_less_equal debugging.assert_near debugging.assert_none_equal
"""
"""The assertions on two tensors."""


class _Entry(typing.NamedTuple):
    """A registered function: the checks of arguments by parameter, and how it is called."""

    target: Target
    checks: Mapping[str, Check]
    call: Callable[[tuple[Any, ...], dict[str, Any]], Any]


class Dispatcher:
    """What a public function asks before it does its own work.

    Attributes:
        original: The function's own work.
        entries: What has been registered for it.
    """

    def __init__(self, function: types.FunctionType) -> None:
        self.signature = inspect.signature(function)
        self.entries: list[_Entry] = []
        self.original = types.FunctionType(
            function.__code__, function.__globals__, function.__name__, function.__defaults__, function.__closure__
        )
        self.original.__kwdefaults__ = function.__kwdefaults__
        function.__signature__ = self.signature  # type: ignore[attr-defined]
        function.__code__ = _asking(len(function.__code__.co_freevars))
        function.__defaults__ = None
        function.__kwdefaults__ = {"_dispatcher": self}

    def restore(self, function: types.FunctionType) -> None:
        """Give the function its own body back."""
        function.__code__ = self.original.__code__
        function.__defaults__ = self.original.__defaults__
        function.__kwdefaults__ = self.original.__kwdefaults__

    def __call__(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """What is registered for the arguments, or the function's own work."""
        if self.entries:
            try:
                given = self.signature.bind(*args, **kwargs).arguments
            except TypeError:
                return self.original(*args, **kwargs)  # which says what is wrong
            for entry in self.entries:
                if _matches(entry.checks, given):
                    return entry.call(args, kwargs)
        return self.original(*args, **kwargs)


def _asking(free: int) -> types.CodeType:
    """The body of a function that asks its dispatcher, with as many free variables as the body it replaces has."""
    names = [f"v{place}" for place in range(free)]
    lines = [
        f"def outer({', '.join(names)}):",
        "    def asking(*args, _dispatcher, **kwargs):",
        *([f"        if _dispatcher is None: {', '.join(names)}"] if names else []),
        "        return _dispatcher(args, kwargs)",
        "    return asking",
    ]
    namespace: dict[str, Any] = {}
    exec("\n".join(lines), namespace)
    code: types.CodeType = namespace["outer"](*names).__code__
    return code


_DISPATCHERS: dict[Any, Dispatcher] = {}


def dispatcher_of(api: Any) -> Dispatcher:
    """The dispatcher of a public function.

    Raises:
        ValueError: If it is no Python function of this project.
    """
    if not isinstance(api, types.FunctionType) or not api.__module__.startswith("flowstone"):
        raise ValueError(f"{api} does not support dispatch.")
    if api not in _DISPATCHERS:
        _DISPATCHERS[api] = Dispatcher(api)
    return _DISPATCHERS[api]


# -- types ---------------------------------------------------------------------------------------------------------


def check_of(annotation: Any) -> Check:
    """What says whether a value is of a type that a parameter is annotated with.

    Raises:
        ValueError: For annotations that are not supported.
    """
    if annotation is Any:
        return lambda value: True
    if isinstance(annotation, type) and typing.get_origin(annotation) is None:
        return lambda value: isinstance(value, annotation)
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in (typing.Union, types.UnionType):
        checks = [check_of(argument) for argument in arguments]
        return lambda value: any(check(value) for check in checks)
    if origin in (list, tuple, Sequence) and arguments:
        inner = check_of(arguments[0])
        return lambda value: isinstance(value, (list, tuple)) and bool(value) and all(map(inner, value))
    raise ValueError(f"Type annotation {annotation} is not supported by dispatch: use classes, unions and List[...].")


def _matches(checks: Mapping[str, Check], given: Mapping[str, Any]) -> bool:
    """Whether all annotated arguments are of their types, and one is no plain value."""
    found = False
    for name, check in checks.items():
        if name not in given:
            continue  # it has its default
        if not check(given[name]):
            return False
        found = found or any(map(_is_special, _items(given[name])))
    return found


def _items(value: Any) -> Iterator[Any]:
    if isinstance(value, (list, tuple)):
        yield from value
    else:
        yield value


def _is_special(value: Any) -> bool:
    return getattr(type(value), "__flowstone_composite__", False)


# -- registration --------------------------------------------------------------------------------------------------


def dispatch_for_api(api: Any, *signatures: Mapping[Any, Any]) -> Callable[[Target], Target]:
    """A decorator: the function is called in place of ``api`` for arguments of the types it is annotated with.

    >>> class Masked(tf.experimental.ExtensionType):
    ...     values: tf.Tensor
    ...     mask: tf.Tensor
    >>> @tf.experimental.dispatch_for_api(tf.math.add)
    ... def masked_add(x: Masked, y: Masked, name=None):
    ...     return Masked(tf.add(x.values, y.values), x.mask & y.mask)
    >>> tf.add(Masked([1, 2], [True, True]), Masked([3, 4], [True, False])).mask.numpy()
    array([ True, False])
    >>> tf.experimental.unregister_dispatch_for(masked_add)

    Args:
        api: A public function, such as ``tf.concat``.
        *signatures: Types by the name (or number) of the parameter, instead of the annotations; each is tried.

    Raises:
        ValueError: If ``api`` cannot be dispatched, no parameter has a type, or the parameters differ from those of
            ``api`` (``name`` may be left out).
    """
    dispatcher = dispatcher_of(api)

    def decorate(target: Target) -> Target:
        own = inspect.signature(target)
        _check_parameters(own, dispatcher.signature)
        wanted = signatures or _annotated(target)
        if not wanted:
            raise ValueError(
                "The dispatch_for_api decorator must be called with at least one signature, or applied to a function "
                "that has type annotations on its parameters."
            )
        for signature in wanted:
            checks = _checks(signature, dispatcher.signature)
            dispatcher.entries.append(_Entry(target, checks, _caller(target, "name" in own.parameters)))
        return target

    return decorate


def _check_parameters(own: inspect.Signature, api: inspect.Signature) -> None:
    mine, theirs = list(own.parameters), list(api.parameters)
    if "name" not in mine and theirs and theirs[-1] == "name":
        theirs.pop()
    if mine != theirs:
        raise ValueError(f"Dispatch function's signature {own} does not match API's signature {api}.")


def _annotated(target: Target) -> tuple[dict[str, Any], ...]:
    hints = typing.get_type_hints(target)
    hints.pop("return", None)
    return ({name: kind for name, kind in hints.items() if name != "name"},) if hints else ()


def _checks(signature: Mapping[Any, Any], api: inspect.Signature) -> dict[str, Check]:
    names = list(api.parameters)
    checks = {}
    for key, kind in signature.items():
        name = names[key] if isinstance(key, int) and key < len(names) else key
        if name not in names:
            raise ValueError(f"signature includes annotation for unknown parameter {name!r}.")
        checks[name] = check_of(kind)
    return checks


def _caller(target: Target, takes_name: bool) -> Callable[[tuple[Any, ...], dict[str, Any]], Any]:
    def call(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if takes_name or "name" not in kwargs:
            return target(*args, **kwargs)
        rest = {key: value for key, value in kwargs.items() if key != "name"}
        if kwargs["name"] is None:
            return target(*args, **rest)
        with name_scope(kwargs["name"]):
            return target(*args, **rest)

    return call


_ELEMENTWISE: dict[tuple[str, Any], Target] = {}
"""Handlers of whole groups of functions, by group and types."""


def _register_group(group: str, names: str, kinds: tuple[Any, ...]) -> Callable[[Target], Target]:
    checks = [check_of(kind) for kind in kinds]

    def decorate(handler: Target) -> Target:
        if (group, kinds) in _ELEMENTWISE:
            shown = kinds[0] if len(kinds) == 1 else kinds
            raise ValueError(
                f"A {group} dispatch handler ({_ELEMENTWISE[group, kinds]}) has already been registered for {shown}."
            )
        _ELEMENTWISE[group, kinds] = handler
        for api in _functions(names):
            dispatcher = dispatcher_of(api)
            parameters = list(dispatcher.signature.parameters)[: len(kinds)]
            call = _with_rest(api, handler, parameters, dispatcher.signature)
            dispatcher.entries.append(_Entry(handler, dict(zip(parameters, checks, strict=True)), call))
        return handler

    return decorate


def _functions(names: str) -> list[Any]:
    """The functions of these public names that there are."""
    found = []
    for public in names.split():
        value = tf
        try:
            for part in public.split("."):
                value = getattr(value, part)
        except AttributeError:
            continue
        if value not in found:
            found.append(value)
    return found


def _with_rest(
    api: Any, handler: Target, parameters: Sequence[str], signature: inspect.Signature
) -> Callable[[tuple[Any, ...], dict[str, Any]], Any]:
    """Call a handler with the function, its further arguments given already, and its operands."""

    def call(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        given = signature.bind(*args, **kwargs).arguments
        operands = [given.pop(name) for name in parameters]

        def bound(*values: Any) -> Any:
            return api(**dict(zip(parameters, values, strict=True)), **given)

        bound.__name__ = api.__name__
        return handler(bound if given else api, *operands)

    return call


def dispatch_for_unary_elementwise_apis(x_type: Any) -> Callable[[Target], Target]:
    """A decorator: the function handles all functions of one tensor that compute element by element, for ``x_type``.

    It is called as ``handler(api, x)``, where ``api`` takes one argument: what else was given is given to it.

    Args:
        x_type: The type of the first argument.

    Raises:
        ValueError: If there is a handler for this type.
    """
    return _register_group("unary elementwise", UNARY, (x_type,))


def dispatch_for_binary_elementwise_apis(x_type: Any, y_type: Any) -> Callable[[Target], Target]:
    """A decorator: the function handles all functions of two tensors that compute element by element.

    It is called as ``handler(api, x, y)``.

    Args:
        x_type: The type of the first argument.
        y_type: The type of the second argument.

    Raises:
        ValueError: If there is a handler for these types.
    """
    return _register_group("binary elementwise", BINARY, (x_type, y_type))


def dispatch_for_binary_elementwise_assert_apis(x_type: Any, y_type: Any) -> Callable[[Target], Target]:
    """A decorator: the function handles all assertions on two tensors, such as ``tf.debugging.assert_equal``.

    It is called as ``handler(assert_api, x, y)``.

    Args:
        x_type: The type of the first argument.
        y_type: The type of the second argument.

    Raises:
        ValueError: If there is a handler for these types.
    """
    return _register_group("binary elementwise assert", ASSERTS, (x_type, y_type))


def unregister_dispatch_for(dispatch_target: Target) -> None:
    """Undo what one of the decorators did for a function.

    Args:
        dispatch_target: The function.

    Raises:
        ValueError: If it was not registered.
    """
    found = False
    for api, dispatcher in list(_DISPATCHERS.items()):
        kept = [entry for entry in dispatcher.entries if entry.target is not dispatch_target]
        found = found or len(kept) != len(dispatcher.entries)
        dispatcher.entries = kept
        if not kept:
            _DISPATCHERS.pop(api).restore(api)
    for key, handler in list(_ELEMENTWISE.items()):
        if handler is dispatch_target:
            del _ELEMENTWISE[key]
    if not found:
        raise ValueError(f"Function {dispatch_target} was not registered using a `@dispatch_for_*` decorator.")
