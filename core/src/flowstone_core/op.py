"""An op: one frozen object with TensorFlow's name and schema, its shape rule, and its kernels.

``ADD_V2(x, y)`` converts the operands, asks the running interpreter to execute, and returns tensors. In plain
eager mode that is: look the kernel up by element type, run it, wrap the result. Shape rules run only while
tracing, or to explain a failure.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import numpy as np

from flowstone_core import profiling, providers, schema
from flowstone_core.conversion import CompositeOperandError, to_tensor
from flowstone_core.dtypes import DType, as_dtype
from flowstone_core.errors import (
    InaccessibleTensorError,
    InvalidArgumentError,
    KernelNotFoundError,
    OpError,
    ResourceExhaustedError,
    SpecError,
)
from flowstone_core.interpreter import building_graph, state, user_error
from flowstone_core.kernel import Kernel
from flowstone_core.schema import REQUIRED, ArgDef, AttrDef
from flowstone_core.shapes import TensorShape
from flowstone_core.tensor import EagerTensor, Tensor
from flowstone_core.verify import verified

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Effects:
    """What an op does besides computing its outputs.

    Attributes:
        reads: Indices of handle inputs whose state it reads.
        writes: Indices of handle inputs whose state it changes.
        world: Whether it touches the world outside (prints, draws random numbers, reads files, may raise on
            purpose), so that it must run once, in order.
        stateful: Whether TensorFlow calls it stateful (``OpDef.is_stateful``).
    """

    reads: tuple[int, ...] = ()
    writes: tuple[int, ...] = ()
    world: bool = False
    stateful: bool = False

    @property
    def pure(self) -> bool:
        """Whether the op may be dropped when unused, and merged with an equal one."""
        return not (self.reads or self.writes or self.world)


PURE = Effects()
WORLD = Effects(world=True, stateful=True)

REGISTRY: dict[str, Op] = {}
"""Every op whose module has been imported, by name; ``flowstone_core.plugins.find_op`` imports the rest."""


class Op:
    """An operation.

    Args:
        name: TensorFlow's name, such as ``"MatMul"``.
        inputs: The schema of the inputs, such as ``("a: T", "b: T")``.
        outputs: The schema of the outputs.
        attrs: The schema of the attributes, such as ``("transpose_a: bool = false", "T: {float, double}")``.
        infer: The shape rule: takes a ``Spec`` for each input (a list of specs for a list input) and the
            attributes that inputs do not determine, as keywords; returns a spec, a tuple of specs, or for list
            outputs a list. Raises ``SpecError`` where inputs do not fit.
        effects: What it does besides computing.
    """

    __slots__ = (
        "_bindable",
        "_defaults",
        "_dispatch_attr",
        "_dispatch_index",
        "_given",
        "_out_attr",
        "_out_fixed",
        "_out_from_dispatch",
        "_required",
        "_typed",
        "attrs",
        "effects",
        "infer",
        "inferred_attrs",
        "inputs",
        "kernels",
        "name",
        "outputs",
        "reentrant",
        "served_by",
    )

    def __init__(
        self,
        name: str,
        inputs: Sequence[str] = (),
        outputs: Sequence[str] = (),
        attrs: Sequence[str] = (),
        *,
        infer: Callable[..., Any],
        effects: Effects = PURE,
    ) -> None:
        self.name = name
        self.attrs: dict[str, AttrDef] = {attr.name: attr for attr in map(schema.parse_attr, attrs)}
        self.inputs: tuple[ArgDef, ...] = tuple(schema.parse_arg(text, self.attrs) for text in inputs)
        self.outputs: tuple[ArgDef, ...] = tuple(schema.parse_arg(text, self.attrs) for text in outputs)
        self.infer = infer
        self.effects = effects
        self.inferred_attrs = frozenset(
            attr
            for arg in self.inputs
            for attr in (arg.type_attr, arg.number_attr, arg.type_list_attr)
            if attr is not None
        )
        given = [attr for attr in self.attrs.values() if attr.name not in self.inferred_attrs]
        self._given = {attr.name: (attr, _NORMALIZERS[attr.kind]) for attr in given}
        self._defaults = {attr.name: attr.default for attr in given if attr.default is not REQUIRED}
        self._required = tuple(attr.name for attr in given if attr.default is REQUIRED)
        self._typed = tuple(
            (index, arg.type_attr, arg.is_list) for index, arg in enumerate(self.inputs) if arg.type_attr is not None
        )
        self._dispatch_attr = self._find_dispatch_attr()
        # the input that alone chooses the kernel, if one tensor does
        first = next((typed for typed in self._typed if typed[1] == self._dispatch_attr), None)
        self._dispatch_index = None if first is None or first[2] else first[0]
        self.kernels: dict[DType | None, Callable[..., Any]] = {}
        self.served_by: dict[DType | None, Kernel] = {}
        self.reentrant = False
        out = self.outputs[0] if len(self.outputs) == 1 and not self.outputs[0].is_list else None
        self._out_fixed = None if out is None else out.dtype
        self._out_attr = None if out is None or out.type_attr in self.inferred_attrs else out.type_attr
        self._out_from_dispatch = out is not None and out.type_attr is not None and out.type_attr == self._dispatch_attr
        # one type for all inputs, none of them a list: the short way through bind
        self._bindable = bool(self.inputs) and all(
            arg.type_attr is not None and arg.type_attr == self._dispatch_attr and not arg.is_list
            for arg in self.inputs
        )
        if name in REGISTRY:
            raise ValueError(f"The op {name} is defined twice.")
        REGISTRY[name] = self

    def _find_dispatch_attr(self) -> str | None:
        for arg in self.inputs:
            if arg.type_attr is not None:
                return arg.type_attr
        return next((attr.name for attr in self.attrs.values() if attr.kind == "type"), None)

    def __call__(self, *inputs: Any, name: str | None = None, **attrs: Any) -> Any:
        """Execute this op: convert the inputs, ask the running interpreter, return tensors."""
        try:
            tensors = self.bind(inputs)
        except CompositeOperandError as composite:
            return composite.operand.__flowstone_op__(self, inputs, attrs)
        except SpecError as error:
            raise user_error(error) from None
        complete = self.complete(attrs) if attrs or self._required else self._defaults
        current = state.current
        if current is None:
            return execute(self, tensors, complete)
        return current.execute(self, tensors, complete, name)

    # -- inputs ------------------------------------------------------------------------------------------

    def bind(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        """Convert ``inputs`` to tensors whose types fit the schema; Python values take the tensors' type.

        While a graph is built, an input knows the types of those before it only, as in TensorFlow.

        Raises:
            SpecError: If types do not fit together.
            KernelNotFoundError: If they do not, and no kernel takes the first.
            TypeError: If the number of inputs is wrong.
        """
        if self._bindable:
            dtype = None
            for value in inputs:
                if type(value) is not EagerTensor:
                    break
                if dtype is None:
                    dtype = value._dtype
                elif value._dtype is not dtype:
                    break
            else:
                if len(inputs) == len(self.inputs):
                    return inputs
        if len(inputs) != len(self.inputs):
            raise TypeError(f"{self.name} takes {len(self.inputs)} inputs, got {len(inputs)}.")
        types: dict[str | None, DType] = {}
        in_order = state.current is not None and building_graph()
        for index, type_attr, is_list in self._typed:
            if type_attr not in types and (is_list or not in_order):
                found = _first_dtype(inputs[index]) if is_list else _dtype_of(inputs[index])
                if found is not None:
                    types[type_attr] = found
        bound: list[Any] = []
        for arg, value in zip(self.inputs, inputs, strict=True):
            if arg.is_list:
                bound.append(self._bind_list(arg, value, types))
            elif type(value) is EagerTensor and types.get(arg.type_attr) is value._dtype:
                bound.append(value)
            else:
                bound.append(self._bind_tensor(arg, value, types))
        return tuple(bound)

    def _bind_list(self, arg: ArgDef, value: Any, types: dict[str | None, DType]) -> tuple[Tensor, ...]:
        if not isinstance(value, (list, tuple)):
            raise TypeError(f"{self.name} takes a list of tensors as {arg.name!r}, got {value!r}.")
        if arg.type_list_attr is not None:
            bound = tuple([item if isinstance(item, Tensor) else _here(to_tensor(item)) for item in value])
        else:
            wanted = types.get(arg.type_attr)
            bound = tuple(
                [
                    item if type(item) is EagerTensor and item._dtype is wanted else self._bind_tensor(arg, item, types)
                    for item in value
                ]
            )
        minimum = self.attrs[arg.number_attr or arg.type_list_attr or ""].minimum
        if minimum is not None and len(bound) < minimum:
            raise SpecError(f"{self.name} takes at least {minimum} tensors as {arg.name!r}, got {len(bound)}.")
        return bound

    def _bind_tensor(self, arg: ArgDef, value: Any, types: dict[str | None, DType]) -> Tensor:
        hint = wanted = arg.dtype or types.get(arg.type_attr)
        if wanted is None:
            default = self.attrs[cast(str, arg.type_attr)].default
            hint = default if default is not REQUIRED else None
        if isinstance(value, Tensor):
            tensor = value
        elif wanted is None or hasattr(type(value), "__tf_tensor__"):
            tensor = _here(to_tensor(value, None, hint))
        else:  # a Python or numpy value takes the type or is refused
            tensor = _here(to_tensor(value, wanted))
        if wanted is None:
            types[arg.type_attr] = tensor.dtype
            if arg.type_attr != self._dispatch_attr:
                self._check_secondary(arg, value, tensor.dtype, hint)
        elif tensor.dtype is not wanted:
            if arg.type_attr == self._dispatch_attr and not building_graph():
                self.kernel(wanted)  # that there is none is said first, as in TensorFlow
            raise SpecError(
                f"{self.name} got {tensor.dtype.name} for {arg.name!r} where {wanted.name} was expected: "
                f"{_describe(value)}. Types are never promoted silently; convert one operand with tf.cast.",
                dtype=True,
            )
        return tensor

    def _check_secondary(self, arg: ArgDef, value: Any, dtype: DType, hint: DType | None) -> None:
        """Check a type that does not choose the kernel, such as that of indices; kernels rely on it.

        Raises:
            SpecError: If the schema does not allow it.
            TypeError: If a Python number stands where the default is an integer type.
        """
        attr = self.attrs[cast(str, arg.type_attr)]
        if attr.allowed is None or dtype in attr.allowed:
            return
        if type(value) is float and hint is not None:
            raise TypeError(f"Cannot convert {value!r} to EagerTensor of dtype {hint.name}")
        raise _type_not_allowed(self.name, arg.name, attr, dtype)

    # -- attributes ----------------------------------------------------------------------------------------

    def complete(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """``attrs`` checked and normalized, with defaults filled in.

        Raises:
            TypeError: If one is unknown, missing or of the wrong kind.
            ValueError: If one has a value that is not allowed.
        """
        complete = self._defaults.copy()
        for key, value in attrs.items():
            if key not in self._given:
                raise TypeError(f"{self.name} has no attribute {key!r}; it has {sorted(self._given)}.")
            if value is None and key in complete:
                continue  # as in TensorFlow, None leaves an attribute at its default
            attr, normalize = self._given[key]
            value = normalize(value)
            if attr.allowed is not None and value not in attr.allowed and attr.kind in ("type", "string"):
                raise user_error(
                    SpecError(
                        f"Value for attr '{key}' of {_plain(value)} is not in the list of allowed values: "
                        f"{', '.join(map(_plain, attr.allowed))} ({self.name}).",
                        dtype=attr.kind == "type",
                    )
                )
            if attr.minimum is not None and (value if attr.kind == "int" else len(value)) < attr.minimum:
                raise user_error(
                    SpecError(
                        f"Value for attr '{key}' of {value} must be at least minimum {attr.minimum} ({self.name})."
                    )
                )
            complete[key] = value
        for key in self._required:
            if key not in complete:
                raise TypeError(f"{self.name} needs the attribute {key!r}.")
        return complete

    # -- types ---------------------------------------------------------------------------------------------

    def dispatch_dtype(self, inputs: tuple[Any, ...], attrs: dict[str, Any]) -> DType | None:
        """The element type that selects the kernel: the first type attribute's."""
        if self._dispatch_index is not None:
            return cast(DType, inputs[self._dispatch_index].dtype)
        name = self._dispatch_attr
        if name is None:
            return None
        for arg, value in zip(self.inputs, inputs, strict=True):
            if arg.type_attr == name and value:  # a list: a single tensor has an index of its own
                return cast(DType, value[0].dtype)
        return attrs.get(name)

    def type_attrs(self, inputs: tuple[Any, ...]) -> dict[str, Any]:
        """The attributes that inputs determine: types, lengths, lists of types."""
        found: dict[str, Any] = {}
        for arg, value in zip(self.inputs, inputs, strict=True):
            if arg.number_attr is not None:
                found[arg.number_attr] = len(value)
            if arg.type_list_attr is not None:
                found[arg.type_list_attr] = tuple(item.dtype for item in value)
            elif arg.type_attr is not None and (not arg.is_list or value):
                found[arg.type_attr] = value[0].dtype if arg.is_list else value.dtype
        return found

    def output_dtypes(self, inputs: tuple[Any, ...], attrs: dict[str, Any]) -> list[Any]:
        """The type of each output; for a list of several types, the tuple of them."""
        known = {**attrs, **self.type_attrs(inputs)}
        return [
            arg.dtype if arg.dtype is not None else known[arg.type_list_attr or arg.type_attr or ""]
            for arg in self.outputs
        ]

    def check_types(self, inputs: tuple[Any, ...]) -> None:
        """Check that input types are ones the schema allows.

        Raises:
            SpecError: If one is not.
        """
        for arg, value in zip(self.inputs, inputs, strict=True):
            attr = self.attrs.get(arg.type_attr) if arg.type_attr is not None else None
            if attr is None or attr.allowed is None:
                continue
            for tensor in value if arg.is_list else (value,):
                if tensor.dtype not in attr.allowed:
                    raise _type_not_allowed(self.name, arg.name, attr, tensor.dtype)

    # -- kernels -------------------------------------------------------------------------------------------

    def resolve(self, dtype: DType | None) -> Callable[..., Any]:
        """Find, remember and return the kernel for ``dtype`` among the providers, by priority.

        Raises:
            KernelNotFoundError: If no provider has one.
        """
        for provider, kernel in providers.kernels(self.name):
            if kernel.serves(dtype):
                self.served_by[dtype] = kernel
                self.reentrant = kernel.reentrant
                function = kernel.function
                session = profiling.current(profiling.OPS)
                if session is not None:
                    function = session.timed(profiling.Label(self.name, "op", self.name), function)
                if not providers.builtin(provider):
                    function = verified(self, dtype, provider, function)
                self.kernels[dtype] = function
                return function
        from_type = "" if dtype is None else f"({dtype.name})"
        raise KernelNotFoundError(
            None, None, f"No kernel for {self.name}{from_type}. {providers.why_no_kernel(self.name)}"
        )

    def kernel(self, dtype: DType | None) -> Kernel:
        """What the kernel for ``dtype`` declares about itself."""
        if dtype not in self.kernels:
            self.resolve(dtype)
        return self.served_by[dtype]

    def __repr__(self) -> str:
        return f"Op({self.name!r})"

    def __reduce__(self) -> str:
        raise TypeError("Ops are not pickled; refer to them by name.")


def forget_kernels() -> None:
    """Let every op look its kernels up anew: the choice of providers has changed, or whether they are timed."""
    for op in REGISTRY.values():
        op.kernels.clear()
        op.served_by.clear()


providers.subscribe(forget_kernels)
profiling.subscribe(forget_kernels)


# -- eager execution -------------------------------------------------------------------------------------------


def execute(op: Op, inputs: tuple[Any, ...], attrs: dict[str, Any]) -> Any:
    """Execute ``op`` eagerly on bound inputs and complete attributes."""
    index = op._dispatch_index
    dtype = op.dispatch_dtype(inputs, attrs) if index is None else inputs[index]._dtype
    try:
        kernel = op.kernels.get(dtype)
        if kernel is None:
            op.check_types(inputs)
            kernel = op.resolve(dtype)
        arrays = [[item._array for item in value] if type(value) is tuple else value._array for value in inputs]
        if op.reentrant:
            result = kernel(*arrays, **attrs)
        else:
            result = state.quiet(kernel, *arrays, **attrs)
    except (
        OpError,
        SpecError,
        ValueError,
        TypeError,
        IndexError,
        ArithmeticError,
        MemoryError,
        AttributeError,
    ) as error:
        reason = explain(op, inputs, attrs, error)
        raise reason from (None if reason is error or isinstance(error, SpecError) else error)
    if op._out_from_dispatch:
        out = dtype
    else:
        out = op._out_fixed if op._out_attr is None else attrs[op._out_attr]
        if out is None:
            return wrap_outputs(op, inputs, attrs, result)
    return EagerTensor(result if type(result) is np.ndarray else _as_array(result, out), cast(DType, out))


def _as_array(value: Any, dtype: Any) -> Any:
    """A kernel's result as what a tensor holds: numpy scalars become 0-d arrays, state objects stay."""
    if isinstance(value, np.ndarray) or dtype.is_handle:
        return value
    if isinstance(value, bytes):
        array = np.empty((), dtype=object)
        array[()] = value
        return array
    return np.asarray(value)


def wrap_outputs(op: Op, inputs: tuple[Any, ...], attrs: dict[str, Any], result: Any) -> Any:
    """A kernel's result as ``Op.__call__`` returns it: a tensor, a list, a tuple, or None."""
    types = op.output_dtypes(inputs, attrs)
    if not types:
        return None
    results = (result,) if len(types) == 1 else result
    wrapped: list[Any] = []
    for arg, dtype, value in zip(op.outputs, types, results, strict=True):
        if not arg.is_list:
            wrapped.append(EagerTensor(_as_array(value, dtype), dtype))
        else:
            each = dtype if isinstance(dtype, tuple) else (dtype,) * len(value)
            wrapped.append(
                [
                    EagerTensor(_as_array(item, item_type), item_type)
                    for item, item_type in zip(value, each, strict=True)
                ]
            )
    return wrapped[0] if len(wrapped) == 1 else tuple(wrapped)


def specs_of(inputs: tuple[Any, ...]) -> list[Any]:
    """The specs of bound inputs, nested as the inputs are."""
    return [[item.spec for item in value] if type(value) is tuple else value.spec for value in inputs]


def explain(op: Op, inputs: tuple[Any, ...], attrs: dict[str, Any], error: Exception) -> Exception:
    """The exception for a kernel that failed: TensorFlow's type, with the shape rule's words if it has any."""
    if isinstance(error, (OpError, InaccessibleTensorError)):
        return error
    if isinstance(error, SpecError):
        return user_error(error)
    if isinstance(error, MemoryError):
        return ResourceExhaustedError(None, None, f"{op.name} ran out of memory: {error}")
    try:
        op.infer(*specs_of(inputs), **attrs)
    except SpecError as reason:
        return user_error(reason)
    except OpError as reason:
        return reason
    return InvalidArgumentError(None, None, f"{op.name}({_operands(op, inputs)}): {error}")


def _operands(op: Op, inputs: tuple[Any, ...]) -> str:
    parts = []
    for arg, value in zip(op.inputs, inputs, strict=True):
        if type(value) is tuple:
            parts.append(f"{arg.name}: {len(value)} tensors")
        else:
            parts.append(f"{arg.name}: {value.dtype.name}{value.shape}")
    return ", ".join(parts)


def _type_not_allowed(op: str, arg: str, attr: AttrDef, dtype: DType) -> SpecError:
    return SpecError(
        f"Value for attr '{attr.name}' of {dtype.name} is not in the list of allowed values: "
        f"{', '.join(each.name for each in attr.allowed or ())} ({op}, input {arg!r}).",
        dtype=True,
    )


# -- small helpers -----------------------------------------------------------------------------------------------


def _dtype_of(value: Any) -> DType | None:
    if type(value) is EagerTensor:
        return value._dtype
    if isinstance(value, Tensor) or hasattr(type(value), "__tf_tensor__"):
        return as_dtype(value.dtype)
    return None


def _here(tensor: Tensor) -> Tensor:
    """A converted Python value as the running interpreter's constant: a node of the graph being traced."""
    current = state.current
    if current is not None and type(tensor) is EagerTensor:
        constant: Tensor = current.constant(tensor)
        return constant
    return tensor


def _first_dtype(values: Any) -> DType | None:
    if isinstance(values, (list, tuple)):
        for value in values:
            if (found := _dtype_of(value)) is not None:
                return found
    return None


def _describe(value: Any) -> str:
    text = repr(value)
    return text if len(text) < 200 else text[:200] + "..."


def _plain(value: Any) -> str:
    return value.name if isinstance(value, DType) else str(value)


def _normalize_string(value: Any) -> Any:
    if isinstance(value, bytes):
        try:
            return value.decode("utf-8")
        except UnicodeDecodeError:
            return value
    if not isinstance(value, str):
        raise TypeError(f"Expected a string attribute, got {value!r}.")
    return value


def _normalize_int(value: Any) -> int:
    if isinstance(value, (float, str)) or value is None:
        raise TypeError(f"Expected an int attribute, got {value!r}.")
    return int(value)


def _normalize_float(value: Any) -> float:
    """Float attributes have the precision that saved graphs keep."""
    return float(np.float32(value))


def _normalize_tensor(value: Any) -> Any:
    return value if isinstance(value, EagerTensor) else to_tensor(value)


def _unchanged(value: Any) -> Any:
    return value


def _list_of(normalize: Callable[[Any], Any]) -> Callable[[Any], tuple[Any, ...]]:
    return lambda values: tuple(normalize(value) for value in values)


_NORMALIZERS: dict[str, Callable[[Any], Any]] = {
    "type": as_dtype,
    "int": _normalize_int,
    "float": _normalize_float,
    "bool": bool,
    "string": _normalize_string,
    "shape": TensorShape,
    "tensor": _normalize_tensor,
    "func": _unchanged,
}
_NORMALIZERS |= {f"list({kind})": _list_of(normalize) for kind, normalize in _NORMALIZERS.items()}


# -- fast paths --------------------------------------------------------------------------------------------------


def _keep_identity(entry: Callable[..., Any], function: F) -> F:
    """Give ``entry`` the name, documentation and signature of the function it serves."""
    functools.update_wrapper(entry, function)
    entry.__signature__ = inspect.signature(function)  # type: ignore[attr-defined]
    return cast(F, entry)


def binary(op: Op, *, body: bool = False) -> Callable[[F], F]:
    """Make a documented function ``f(x, y, name=None)`` execute ``op``.

    Two eager tensors of one type, with no interpreter running, go straight to the kernel; so they do where tapes
    alone are running, which are then told. All else goes to the op, or, with ``body``, to the function itself.
    """
    kernels, fixed, array_type, defaults = op.kernels, op._out_fixed, np.ndarray, op._defaults

    def decorate(function: F) -> F:
        slow: Callable[..., Any] = function if body else op

        def entry(x: Any, y: Any, name: str | None = None) -> Any:
            run = state.fast
            if run is None:
                return noticed(x, y, name)
            if type(x) is EagerTensor and type(y) is EagerTensor:
                dtype = x._dtype
                if dtype is y._dtype and dtype in kernels:
                    try:
                        array = run(kernels[dtype], x._array, y._array)
                    except Exception as error:  # noqa: BLE001 - whatever it is, it is explained
                        raise explain(op, (x, y), defaults, error) from None
                    if type(array) is not array_type:
                        array = np.asarray(array)
                    return EagerTensor(array, fixed or dtype)
            return slow(x, y, name=name)

        def noticed(x: Any, y: Any, name: str | None) -> Any:
            notify = state.notify
            if notify is not None and type(x) is EagerTensor and type(y) is EagerTensor:
                dtype = x._dtype
                if dtype is y._dtype and dtype in kernels:
                    try:
                        array = state.quiet(kernels[dtype], x._array, y._array)
                    except Exception as error:  # noqa: BLE001 - whatever it is, it is explained
                        raise explain(op, (x, y), defaults, error) from None
                    if type(array) is not array_type:
                        array = np.asarray(array)
                    result = EagerTensor(array, fixed or dtype)
                    notify(op, (x, y), result, defaults)
                    return result
            return slow(x, y, name=name)

        return _keep_identity(entry, function)

    return decorate


def unary(op: Op, *, body: bool = False) -> Callable[[F], F]:
    """Make a documented function ``f(x, name=None)`` execute ``op``, with a fast path as ``binary`` has."""
    kernels, fixed, array_type, defaults = op.kernels, op._out_fixed, np.ndarray, op._defaults

    def decorate(function: F) -> F:
        slow: Callable[..., Any] = function if body else op

        def entry(x: Any, name: str | None = None) -> Any:
            run = state.fast
            if run is None:
                return noticed(x, name)
            if type(x) is EagerTensor:
                dtype = x._dtype
                if dtype in kernels:
                    array = run(kernels[dtype], x._array)
                    if type(array) is not array_type:
                        array = np.asarray(array)
                    return EagerTensor(array, fixed or dtype)
            return slow(x, name=name)

        def noticed(x: Any, name: str | None) -> Any:
            notify = state.notify
            if notify is not None and type(x) is EagerTensor:
                dtype = x._dtype
                if dtype in kernels:
                    array = state.quiet(kernels[dtype], x._array)
                    if type(array) is not array_type:
                        array = np.asarray(array)
                    result = EagerTensor(array, fixed or dtype)
                    notify(op, (x,), result, defaults)
                    return result
            return slow(x, name=name)

        return _keep_identity(entry, function)

    return decorate
