"""Functions that bring their own gradient: ``tf.custom_gradient``, ``tf.recompute_grad``, ``tf.grad_pass_through``."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from flowstone_core import nest
from flowstone_core.conversion import convert_to_tensor
from flowstone_core.indexed_slices import IndexedSlices
from flowstone_core.interpreter import pop, push, state
from flowstone_core.op import Op
from flowstone_core.ops.array import identity
from flowstone_core.tensor import Tensor
from flowstone_core.variable import Variable

from flowstone_autodiff.aggregate import dense
from flowstone_autodiff.recorder import Recorder
from flowstone_autodiff.recording import access, record, suspended
from flowstone_autodiff.sources import element_type, owners, parts
from flowstone_autodiff.tape import GradientTape
from flowstone_autodiff.unconnected import UnconnectedGradients

F = TypeVar("F", bound=Callable[..., Any])


class _Function:
    """A function whose gradient is not that of the ops it executes; as a method it does not count ``self``."""

    def __init__(self, function: Callable[..., Any], call: Callable[..., Any]) -> None:
        self._function = function
        self._call = call
        functools.update_wrapper(self, function)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._call(self._function, args, kwargs)

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        if instance is None:
            return self
        return _Function(self._function.__get__(instance, owner), self._call)


def custom_gradient(f: Any = None) -> Any:
    """A decorator: the function says itself what its gradient is.

    >>> @tf.custom_gradient
    ... def log1pexp(x):
    ...     e = tf.exp(x)
    ...     def grad(upstream):
    ...         return upstream * (1 - 1 / (1 + e))
    ...     return tf.math.log(1 + e), grad
    >>> x = tf.constant(100.0)
    >>> with tf.GradientTape() as tape:
    ...     tape.watch(x)
    ...     y = log1pexp(x)
    >>> tape.gradient(y, x).numpy()
    np.float32(1.0)

    Args:
        f: A function ``f(*args)`` that returns ``(result, grad)``. ``result`` is a tensor or a structure of tensors;
            ``grad(*upstream)`` takes a gradient for each of them and returns one for each tensor in ``args`` (None
            where there is none). If ``f`` reads trainable variables that are not among ``args``, it is called as
            ``grad(*upstream, variables=[...])`` and returns a pair: the gradients of ``args``, and those of the
            variables. Its ops are differentiated in turn for second derivatives.

    Returns:
        A function of the same arguments that returns ``result``.

    Raises:
        TypeError: When called, if ``f`` does not return a pair, or reads variables and ``grad`` takes none.
        ValueError: When differentiated, if ``grad`` returns too few or too many gradients.
    """
    if f is None:
        return custom_gradient
    return _Function(f, _call_with_gradient)


def _call_with_gradient(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    if state.current is None:
        returned, variables = function(*args, **kwargs), []
    else:
        with _VariableWatcher() as watcher:
            returned = function(*args, **kwargs)
        variables = watcher.others_than(args, kwargs)
    if not isinstance(returned, (tuple, list)) or len(returned) != 2 or not callable(returned[1]):
        raise TypeError(
            f"A function under @tf.custom_gradient must return a pair: its result and a function that computes the "
            f"gradient. {_name(function)} returned {returned!r}."
        )
    result, grad = returned
    if variables and not _takes_variables(grad):
        raise TypeError(
            f"@tf.custom_gradient grad_fn must accept keyword argument 'variables', since function uses variables: "
            f"{variables}"
        )
    return attach(_name(function), result, grad, args, variables, forward=False)


def attach(
    name: str,
    result: Any,
    grad: Callable[..., Any],
    args: Sequence[Any],
    variables: Sequence[Any],
    *,
    forward: bool,
) -> Any:
    """``result``, with ``grad`` as its gradient by ``args`` and ``variables`` on every active tape.

    Args:
        name: What was computed, for messages.
        result: A structure of tensors.
        grad: As in ``custom_gradient``.
        args: What the result was computed from.
        variables: Variables that it was computed from as well.
        forward: Whether forward mode goes by ``grad``, too.
    """
    if state.current is None:
        return nest.map_structure(convert_to_tensor, result, expand_composites=True)
    copies = [identity(convert_to_tensor(part)) for part in nest.flatten(result, expand_composites=True)]
    leaves = nest.flatten(args)
    inputs: list[Tensor] = []
    places: list[int] = []
    for place, leaf in enumerate(leaves):
        own = _tensors_in(leaf)
        inputs += own
        places += [place] * len(own)
    tensors = [*inputs, *(variable.handle for variable in variables)]
    access([tensor for tensor in tensors if tensor.dtype.is_handle])

    def backward(*upstream: Any) -> list[Any]:
        found = grad(*map(dense, upstream), variables=list(variables)) if variables else grad(*map(dense, upstream))
        by_variables: list[Any] = []
        if variables:
            found, by_variables = _pair(found, len(variables), name)
        flat = [part for leaf in nest.flatten(found) for part in _parts_of_gradient(leaf)]
        if len(flat) != len(leaves) and len(flat) != len(inputs):
            raise ValueError(
                f"custom_gradient function expected to return {len(leaves)} gradients, but returned {len(flat)} "
                f"instead: the gradient of {name} must give one for each argument, None where there is none."
            )
        by_inputs = flat if len(flat) == len(inputs) else [flat[place] for place in places]
        return [_as_gradient(each, like) for each, like in zip([*by_inputs, *by_variables], tensors, strict=True)]

    record(tensors, copies, backward, name, forward=forward)
    return nest.pack_sequence_as(result, copies, expand_composites=True)


def _parts_of_gradient(leaf: Any) -> list[Any]:
    """The tensors in a gradient: a ragged or sparse tensor's values, or itself."""
    return list(parts(leaf)) if hasattr(leaf, "with_values") else [leaf]


def _as_gradient(value: Any, like: Tensor) -> Any:
    if value is None or isinstance(value, (Tensor, IndexedSlices)):
        return value
    return convert_to_tensor(value, element_type(like))


def _tensors_in(leaf: Any) -> list[Tensor]:
    if isinstance(leaf, Variable):
        return [leaf.handle]
    return parts(leaf) if isinstance(leaf, Tensor) or nest.is_composite(leaf) else []


def _pair(found: Any, count: int, name: str) -> tuple[Any, list[Any]]:
    if isinstance(found, (tuple, list)) and len(found) == 2:
        by_variables = nest.flatten(found[1])
        if len(by_variables) == count:
            return found[0], by_variables
    raise ValueError(
        f"Must return gradient for each variable from @custom_gradient grad_fn: with `variables` given, the gradient "
        f"of {name} returns a pair, the gradients of the arguments and those of the {count} variables."
    )


def _takes_variables(grad: Callable[..., Any]) -> bool:
    parameters = inspect.signature(grad).parameters
    return "variables" in parameters or any(each.kind is each.VAR_KEYWORD for each in parameters.values())


def _name(function: Callable[..., Any]) -> str:
    return getattr(function, "__name__", type(function).__name__)


class _VariableWatcher(Recorder):
    """Notes which trainable variables are read, and records nothing."""

    __slots__ = ()

    def __enter__(self) -> _VariableWatcher:
        push(self)
        return self

    def __exit__(self, *exception: object) -> None:
        pop(self)

    def observe(self, op: Op, inputs: tuple[Any, ...], outputs: Any, attrs: dict[str, Any]) -> None:
        """Note reads of variables."""
        if not op.effects.pure:
            self._watch_read_variable(op, inputs, outputs)

    def record_custom(self, inputs: Sequence[Tensor], outputs: Sequence[Tensor], backward: Any) -> None:
        """Record nothing."""

    def watches(self, tensors: Sequence[Tensor]) -> bool:
        """Ask for no record."""
        return False

    def others_than(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[Any]:
        """The variables that were read and are not among the arguments."""
        given = [leaf for leaf in nest.flatten([args, list(kwargs.values())]) if isinstance(leaf, Variable)]
        return [variable for variable in owners(self.variables) if all(variable is not other for other in given)]


def recompute_grad(f: Any) -> Any:
    """A function that keeps no intermediate values for its gradient, and computes them again when it is asked for.

    That trades time for memory: wrap the blocks of a deep model with it.

    >>> block = tf.recompute_grad(lambda x: tf.sin(tf.exp(x)))
    >>> x = tf.constant(0.0)
    >>> with tf.GradientTape() as tape:
    ...     tape.watch(x)
    ...     y = block(x)
    >>> round(float(tape.gradient(y, x)), 4)
    0.5403

    Args:
        f: A function of tensors that returns a structure of tensors. Called again, it must compute the same.
    """
    return _Function(f, _call_recomputed)


def _call_recomputed(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    with suspended(), _VariableWatcher() as watcher:
        result = function(*args, **kwargs)

    def grad(*upstream: Any, variables: Sequence[Any] = ()) -> Any:
        flat = nest.flatten(args)
        with GradientTape(watch_accessed_variables=False) as tape:
            again = [identity(leaf) if isinstance(leaf, Tensor) else leaf for leaf in flat]
            sources = [leaf for leaf in again if isinstance(leaf, Tensor | Variable)]
            tape.watch([*sources, *variables])
            second = function(*nest.pack_sequence_as(args, again), **kwargs)
        results = nest.flatten(second, expand_composites=True)
        found = tape.gradient(results, [*sources, *variables], list(upstream), UnconnectedGradients.NONE)
        by_source = iter(found[: len(sources)])
        by_args = [next(by_source) if isinstance(leaf, Tensor | Variable) else None for leaf in again]
        return (by_args, found[len(sources) :]) if variables else by_args

    return attach(_name(function), result, grad, args, watcher.others_than(args, kwargs), forward=True)


def grad_pass_through(f: Any) -> Any:
    """A function whose gradient is that of the identity: it passes to the arguments unchanged.

    For functions without a useful gradient, such as rounding (a "straight-through estimator"):

    >>> x = tf.constant(1.7)
    >>> with tf.GradientTape() as tape:
    ...     tape.watch(x)
    ...     y = tf.grad_pass_through(tf.round)(x)
    >>> y.numpy(), tape.gradient(y, x).numpy()
    (np.float32(2.0), np.float32(1.0))

    Args:
        f: A function of tensors that returns as many tensors of the same shapes.
    """

    @functools.wraps(f)
    def passed(*args: Any, **kwargs: Any) -> Any:
        def grad(*upstream: Any, variables: Sequence[Any] | None = None) -> Any:
            return upstream if variables is None else (upstream, [None] * len(variables))

        return f(*args, **kwargs), grad

    return custom_gradient(passed)
