"""``tf.function``: Python functions that are traced once for each kind of arguments, and run as graphs."""

from __future__ import annotations

import contextlib
import functools
import threading
import weakref
from collections.abc import Callable
from typing import Any, Final

from flowstone_core.tensor import EagerTensor
from numpy import ndarray

from flowstone_graphfn import eagerly
from flowstone_graphfn.attributes import function_attributes
from flowstone_graphfn.call_key import LITERALS, CallKey
from flowstone_graphfn.concrete import ConcreteFunction
from flowstone_graphfn.conversion import AutographSettings, callable_for_tracing
from flowstone_graphfn.function_type import Callable as HasFunctionType
from flowstone_graphfn.function_type import FunctionType, of_signature
from flowstone_graphfn.retracing import RetracingDetector
from flowstone_graphfn.signature import Bound, FunctionSignature, binding_error, name_of_function
from flowstone_graphfn.symbolic import SymbolicTensor
from flowstone_graphfn.trace import current_graph
from flowstone_graphfn.trace_type import TracingContext
from flowstone_graphfn.tracing import trace

_UNBOUND: Final = object()


class Function:
    """A Python function that is traced and run as a graph; ``tf.function`` makes it.

    Calling it traces it once for each kind of arguments, and runs the trace.
    """

    def __init__(
        self,
        python_function: Callable[..., Any],
        name: str,
        input_signature: Any = None,
        autograph: bool = True,
        jit_compile: bool | None = None,
        reduce_retracing: bool = False,
        experimental_implements: str | None = None,
        experimental_autograph_options: Any = None,
        experimental_attributes: Any = None,
        instance: Any = _UNBOUND,
    ) -> None:
        self._options: dict[str, Any] = {
            "input_signature": input_signature,
            "autograph": autograph,
            "jit_compile": jit_compile,
            "reduce_retracing": reduce_retracing,
            "experimental_implements": experimental_implements,
            "experimental_autograph_options": experimental_autograph_options,
            "experimental_attributes": experimental_attributes,
        }
        self._python_function = python_function
        self._name = name
        self._instance = None if instance is _UNBOUND else _weak(instance)
        self._attributes = function_attributes(experimental_implements, experimental_attributes)
        self._settings = AutographSettings.of(autograph, experimental_autograph_options)
        self._signature = FunctionSignature(python_function, instance is not _UNBOUND, input_signature)
        self._reduce_retracing = reduce_retracing
        self._by_key: dict[tuple[Any, ...], ConcreteFunction] = {}
        self._concrete: list[ConcreteFunction] = []
        self._count = 0
        self._creates_variables: bool | None = None
        self._detector = RetracingDetector()
        self._lock = threading.RLock()
        self._methods: dict[int, Function] = {}
        functools.update_wrapper(self, python_function, updated=())

    # -- what it is --------------------------------------------------------------------------------------------

    @property
    def python_function(self) -> Callable[..., Any]:
        """The Python function."""
        return self._bound_python_function()

    @property
    def input_signature(self) -> Any:
        """The specs of the arguments, if they were fixed."""
        return self._options["input_signature"]

    @property
    def function_type(self) -> FunctionType:
        """The parameters, with the trace types of their arguments if the input signature fixes them."""
        fixed = self._signature.fixed
        return of_signature(self._signature.signature, None if fixed is None else self._signature.by_name(fixed))

    @property
    def function_spec(self) -> FunctionSignature:
        """The parameters."""
        return self._signature

    @property
    def name(self) -> str:
        """The name of the Python function."""
        return self._name

    def experimental_get_tracing_count(self) -> int:
        """How many times the Python function was traced."""
        return self._count

    def pretty_printed_concrete_signatures(self, verbose: bool = True) -> str:
        """The signatures of all traces as text."""
        return "\n\n".join(concrete.pretty_printed_signature(verbose) for concrete in self._concrete)

    def _list_all_concrete_functions(self) -> list[ConcreteFunction]:
        return list(self._concrete)

    def _list_all_concrete_functions_for_serialization(self) -> list[ConcreteFunction]:
        """All traces; that of the input signature if there is one and it was never called."""
        if self.input_signature is not None and not self._concrete:
            self.get_concrete_function()
        return list(self._concrete)

    def experimental_get_compiler_ir(self, *args: Any, **kwargs: Any) -> Any:
        """Not supported: there is no XLA compiler here.

        Raises:
            NotImplementedError: Always.
        """
        raise NotImplementedError(
            "There is no XLA compiler here; look at concrete.graph and concrete.graph_function.plan.source instead."
        )

    # -- calling -----------------------------------------------------------------------------------------------

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run the trace for these arguments, tracing the Python function if they are of a new kind."""
        if eagerly.run_eagerly:
            return self._bound_python_function()(*args, **kwargs)
        signature = self._signature
        if kwargs or len(args) != signature.exact_count:
            args, kwargs = signature.bind(args, kwargs)
        if signature.fixed is not None:
            args, kwargs = self._cast(args, kwargs)
        call = CallKey()
        parts, tensors = call.parts, call.tensors
        for value in args:
            if type(value) is EagerTensor and type(value._array) is ndarray:  # as CallKey.add does
                parts.append(id(value._dtype))
                parts.append(value._array.shape)
                tensors.append(value)
            elif type(value) in LITERALS:
                parts += (type(value), value)
            else:
                call.add(value)
        for name, value in kwargs.items():
            parts.append(name)
            if type(value) in LITERALS:
                parts += (type(value), value)
            else:
                call.add(value)
        self._detector.calls += 1
        concrete = self._by_key.get(tuple(parts))
        if concrete is None:
            concrete = self._new(call, (args, kwargs))
        return concrete.call_flat(tensors)

    def _cast(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Bound:
        """Arguments as values of the input signature's types."""
        assert self._signature.fixed is not None
        types, named_types = self._signature.fixed
        try:
            cast = tuple(kind.cast(value, None) for kind, value in zip(types, args, strict=True))
            named = {name: named_types[name].cast(value, None) for name, value in kwargs.items()}
        except TypeError as error:
            raise binding_error(error, args, kwargs, self._signature.describe()) from None
        return cast, named

    def _new(self, call: CallKey, bound: Bound) -> ConcreteFunction:
        """The concrete function for a call whose key was never seen, traced if no other trace serves it."""
        with self._lock:
            count = self._count
            types = self._signature.fixed or self._signature.types_of(bound, TracingContext())
            concrete = self._find(types)
            if concrete is None:
                earlier = [each.types for each in self._concrete]
                concrete = self._trace(types, call.tensors)
                if self._count > count and self._detector.traced():
                    self._detector.warn(repr(self._python_function), self._signature, types, earlier)
            if not _is_local(concrete):
                self._by_key[call.key()] = concrete
            return concrete

    def _find(self, types: Bound) -> ConcreteFunction | None:
        """The most specific trace that serves arguments of these types here."""
        found: ConcreteFunction | None = None
        for concrete in self._concrete:
            if not is_subtype(types, concrete.types) or not _is_reachable(concrete):
                continue
            if concrete.types == types:
                return concrete
            if found is None or is_subtype(concrete.types, found.types):
                found = concrete
        return found

    def _trace(self, types: Bound, tensors: Any) -> ConcreteFunction:
        """Trace the Python function for arguments of these types."""
        if self._reduce_retracing and self._signature.fixed is None:
            types = self._relaxed(types)
        function = callable_for_tracing(self._python_function, self._settings, self._receiver())
        first = self._creates_variables is None
        concrete, created = self._traced(function, types, first, tensors)
        if first:
            self._creates_variables = created
        if created:  # its variables exist now: trace again what later calls do
            concrete, _ = self._traced(function, types, False, ())
        self._concrete.append(concrete)
        return concrete

    def _traced(
        self, function: Callable[..., Any], types: Bound, may_create: bool, tensors: Any
    ) -> tuple[ConcreteFunction, bool]:
        self._count += 1
        made = trace(function, self._name, self._signature, types, may_create=may_create, actual=tensors)
        made[0].graph.attributes = self._attributes
        return made

    def _relaxed(self, types: Bound) -> Bound:
        """The common type of these arguments and those of earlier traces, where there is one."""
        args, kwargs = types
        for concrete in self._concrete:
            old_args, old_kwargs = concrete.types
            if len(old_args) != len(args) or set(old_kwargs) != set(kwargs):
                continue
            common = tuple(a.most_specific_common_supertype([b]) for a, b in zip(args, old_args, strict=True))
            named = {name: kind.most_specific_common_supertype([old_kwargs[name]]) for name, kind in kwargs.items()}
            if None not in common and None not in named.values():
                args, kwargs = common, named
        return args, kwargs

    def get_concrete_function(self, *args: Any, **kwargs: Any) -> ConcreteFunction:
        """The trace for arguments, or for ``tf.TensorSpec`` in their place, traced now if need be.

        Raises:
            TypeError: If they do not fit the parameters.
        """
        fixed = self._signature.fixed
        with self._lock:
            if fixed is None:
                bound = self._signature.bind(args, kwargs)
                types = self._signature.types_of(bound, TracingContext())
            else:
                types = fixed
                if args or kwargs:
                    self._cast(*self._signature.bind(args, kwargs))
            return self._find(types) or self._trace(types, ())

    # -- methods -----------------------------------------------------------------------------------------------

    def __get__(self, instance: Any, owner: Any = None) -> Function:
        """The function of one object: it has traces of its own, and does not keep the object alive."""
        if instance is None:
            return self
        found = self._methods.get(id(instance))
        if found is not None and found._receiver() is instance:
            return found
        with self._lock:
            made = Function(self._python_function, self._name, instance=instance, **self._options)
            self._methods[id(instance)] = made
            with contextlib.suppress(TypeError):  # no weak references to it: the function lives on
                weakref.finalize(instance, self._methods.pop, id(instance), None).atexit = False
            return made

    def _receiver(self) -> Any:
        """The object whose method this is, or None."""
        if self._instance is None:
            return None
        instance = self._instance()
        if instance is None:
            raise ReferenceError(f"The object of the method {self._name!r} is gone.")
        return instance

    def _bound_python_function(self) -> Callable[..., Any]:
        receiver = self._receiver()
        if receiver is None:
            return self._python_function
        bound: Callable[..., Any] = self._python_function.__get__(receiver)
        return bound

    def _decorate(self, decorator: Callable[[Callable[..., Any]], Callable[..., Any]]) -> None:
        """Wrap the Python function before the first trace.

        Raises:
            ValueError: If it was traced already.
        """
        if self._concrete:
            raise ValueError("Functions cannot be decorated after they have been traced.")
        self._python_function = decorator(self._python_function)
        self._signature = FunctionSignature(self._python_function, self._instance is not None, self.input_signature)

    def get_initialization_function(self, *args: Any, **kwargs: Any) -> Callable[[], None]:
        """A function that initializes the variables that this function makes: they are initialized when made."""
        self.get_concrete_function(*args, **kwargs)
        return lambda: None

    def __deepcopy__(self, memo: Any) -> Function:
        return Function(self._python_function, self._name, **self._options)

    def __reduce__(self) -> Any:
        options = {key: value for key, value in self._options.items() if value is not None}
        return functools.partial(function, **options), (self._python_function,)

    def __repr__(self) -> str:
        return f"<tf.function {self._name!r} at 0x{id(self):X}: {len(self._concrete)} traces>"


HasFunctionType.register(Function)


def is_subtype(types: Bound, general: Bound) -> bool:
    """Whether arguments of ``types`` can be passed to a trace for ``general``."""
    args, kwargs = types
    general_args, general_kwargs = general
    return (
        len(args) == len(general_args)
        and kwargs.keys() == general_kwargs.keys()
        and all(mine.is_subtype_of(its) for mine, its in zip(args, general_args, strict=True))
        and all(kind.is_subtype_of(general_kwargs[name]) for name, kind in kwargs.items())
    )


def _is_local(concrete: ConcreteFunction) -> bool:
    """Whether a trace captured symbolic tensors, so that it serves only in the function that has them."""
    return any(type(tensor) is not EagerTensor for tensor in concrete.captured_inputs)


def _is_reachable(concrete: ConcreteFunction) -> bool:
    """Whether the symbolic tensors that a trace captured belong to functions being traced now."""
    for tensor in concrete.captured_inputs:
        if isinstance(tensor, SymbolicTensor):
            home, graph = tensor.node._graph(), current_graph()
            while graph is not None and graph is not home:
                graph = graph.outer
            if graph is None:
                return False
    return True


def _weak(instance: Any) -> Callable[[], Any]:
    try:
        return weakref.ref(instance)
    except TypeError:
        return lambda: instance


def function(
    func: Callable[..., Any] | None = None,
    input_signature: Any = None,
    autograph: bool = True,
    jit_compile: bool | None = None,
    reduce_retracing: bool = False,
    experimental_implements: str | None = None,
    experimental_autograph_options: Any = None,
    experimental_attributes: Any = None,
    experimental_relax_shapes: bool | None = None,
    experimental_compile: bool | None = None,
    experimental_follow_type_hints: bool | None = None,
) -> Any:
    """Make a Python function run as a graph.

    The first call with each kind of arguments traces the Python function: its ops become nodes of a graph,
    ``if``, ``while`` and ``for`` on tensors become part of it. Later calls run the graph.

    >>> @tf.function
    ... def power(x, n):
    ...     result = tf.ones_like(x)
    ...     for _ in tf.range(n):
    ...         result *= x
    ...     return result
    >>> power(tf.constant(2.0), tf.constant(10)).numpy()
    np.float32(1024.0)

    Args:
        func: The function; without it, a decorator is returned.
        input_signature: ``tf.TensorSpec`` for each argument: one trace serves all calls that fit.
        autograph: Whether Python's control flow on tensors becomes part of the graph.
        jit_compile: Accepted: functions are always compiled as far as the installed providers can.
        reduce_retracing: Whether shapes that vary are traced as unknown after the second trace.
        experimental_implements: A name that exported functions carry.
        experimental_autograph_options: Optional conversions (``tf.autograph.experimental.Feature``).
        experimental_attributes: Attributes that exported functions carry, by TensorFlow's names for them.
        experimental_relax_shapes: The old name of ``reduce_retracing``.
        experimental_compile: The old name of ``jit_compile``.
        experimental_follow_type_hints: Accepted, without effect.

    Raises:
        TypeError: If ``func`` is not callable, or ``input_signature`` does not fit it.
        ValueError: If an attribute is not known.
    """
    options: dict[str, Any] = {
        "input_signature": input_signature,
        "autograph": autograph,
        "jit_compile": experimental_compile if jit_compile is None else jit_compile,
        "reduce_retracing": reduce_retracing or bool(experimental_relax_shapes),
        "experimental_implements": experimental_implements,
        "experimental_autograph_options": experimental_autograph_options,
        "experimental_attributes": experimental_attributes,
    }

    def decorate(python_function: Callable[..., Any]) -> Function:
        if not callable(python_function):
            raise TypeError(f"{python_function!r} is not a callable object")
        if isinstance(python_function, Function):
            return python_function
        made = Function(python_function, name_of_function(python_function), **options)
        for name, value in getattr(python_function, "__dict__", {}).items():
            made.__dict__.setdefault(name, value)  # so that a module's attributes are there, as in TensorFlow
        return made

    return decorate if func is None else decorate(func)
