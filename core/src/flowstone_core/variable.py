"""``tf.Variable``: a tensor that changes; it lives exactly as long as somebody holds it."""

from __future__ import annotations

import enum
import functools
import weakref
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from flowstone_core import dtypes
from flowstone_core.conversion import convert_to_tensor, to_tensor
from flowstone_core.dtypes import DType, as_dtype
from flowstone_core.interpreter import graph_interpreter, running_under, state
from flowstone_core.ops import state as ops
from flowstone_core.scopes import scope_prefix
from flowstone_core.shapes import TensorShape, as_shape
from flowstone_core.tensor import EagerTensor, Reference, Tensor, TensorLike
from flowstone_core.trackable import Trackable
from flowstone_core.variable_spec import VariableSpec
from flowstone_core.variable_state import VariableState


class VariableSynchronization(enum.Enum):
    """When a distributed variable is synchronized; one machine needs none."""

    AUTO = 0
    NONE = 1
    ON_WRITE = 2
    ON_READ = 3


class VariableAggregation(enum.Enum):
    """How a distributed variable is aggregated."""

    NONE = 0
    SUM = 1
    MEAN = 2
    ONLY_FIRST_REPLICA = 3


Creator = Callable[..., Any]
_creators: list[Creator] = []


@contextmanager
def variable_creator_scope(variable_creator: Creator) -> Iterator[None]:
    """A context in which ``variable_creator(next_creator, **kwargs)`` makes every new variable."""
    _creators.append(variable_creator)
    try:
        yield
    finally:
        _creators.remove(variable_creator)


class _VariableMaker(type):
    """Sends ``tf.Variable(...)`` through the creators that are in force."""

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        if not _creators or cls is not Variable:
            return super().__call__(*args, **kwargs)
        names = (
            "initial_value trainable validate_shape caching_device name variable_def dtype import_scope constraint "
            "synchronization aggregation shape experimental_enable_variable_lifting"
        ).split()
        kwargs = {**dict(zip(names, args, strict=False)), **kwargs}

        next_creator: Creator = super().__call__
        for creator in _creators:
            next_creator = functools.partial(creator, next_creator)
        return next_creator(**kwargs)


class Variable(Trackable, metaclass=_VariableMaker):
    """A tensor whose value can be changed by ``assign`` and its kin.

    >>> v = tf.Variable([1.0, 2.0])
    >>> v.assign_add([1.0, 1.0]).numpy()
    array([2., 3.], dtype=float32)

    Args:
        initial_value: What ``tf.convert_to_tensor`` takes, or a function that returns it.
        trainable: Whether gradient tapes watch it by default (True unless said otherwise).
        validate_shape: If False, the shape stays unknown.
        caching_device: Accepted; there is one device.
        name: A name; names need not be unique.
        variable_def: Not supported (a TensorFlow 1 format).
        dtype: The element type; that of the value if None.
        import_scope: Accepted with ``variable_def`` alone.
        constraint: A function that optimizers apply to the value after each update.
        synchronization: When a distributed copy is synchronized.
        aggregation: How distributed copies are aggregated.
        shape: The static shape, if it is to be less known than the value's.
        experimental_enable_variable_lifting: Accepted; creation is always lifted out of functions.

    Raises:
        ValueError: If there is no initial value, or it does not fit ``shape``.
    """

    __tf_is_tensor__ = True
    __array_priority__ = 100

    def __init__(
        self,
        initial_value: TensorLike = None,
        trainable: bool | None = None,
        validate_shape: bool = True,
        caching_device: Any = None,
        name: str | None = None,
        variable_def: Any = None,
        dtype: Any = None,
        import_scope: str | None = None,
        constraint: Callable[[Any], Any] | None = None,
        synchronization: VariableSynchronization = VariableSynchronization.AUTO,
        aggregation: VariableAggregation = VariableAggregation.NONE,
        shape: Any = None,
        experimental_enable_variable_lifting: bool = True,
    ) -> None:
        if variable_def is not None:
            raise NotImplementedError("Variables are not made from a VariableDef; load a SavedModel instead.")
        if initial_value is None:
            raise ValueError("The `initial_value` arg to `tf.Variable` must not be None.")
        if constraint is not None and not callable(constraint):
            raise ValueError("The `constraint` argument must be callable.")
        graph = graph_interpreter()
        if graph is not None:
            graph.variable_created(self)
        value = _initial_tensor(initial_value, None if dtype is None else as_dtype(dtype), graph)
        static = as_shape(shape) if shape is not None else (value.shape if validate_shape else TensorShape(None))
        if not static.is_compatible_with(value.shape):
            raise ValueError(
                f"In this `tf.Variable` creation, the initial value's shape ({value.shape}) is not compatible "
                f"with the explicitly supplied `shape` argument ({static})."
            )
        self._name = scope_prefix() + (name or "Variable")
        self._trainable = trainable if trainable is not None else synchronization != VariableSynchronization.ON_READ
        self._constraint = constraint
        self._synchronization = synchronization
        self._aggregation = aggregation
        self._dtype = value.dtype
        self._shape = static
        self._state = VariableState(value._array, value.dtype, static.as_tuple(), self._trainable, self._name)
        self._state.owner = weakref.ref(self)
        self._handle = EagerTensor(self._state, dtypes.resource)

    # -- what it is ---------------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """The name, with ``:0``."""
        return self._name + ":0"

    @property
    def _shared_name(self) -> str:
        return self._name

    @property
    def dtype(self) -> DType:
        """The element type."""
        return self._dtype

    @property
    def shape(self) -> TensorShape:
        """The static shape."""
        return self._shape

    @property
    def trainable(self) -> bool:
        """Whether gradient tapes watch it by default."""
        return self._trainable

    @property
    def constraint(self) -> Callable[[Any], Any] | None:
        """The function that optimizers apply after each update."""
        return self._constraint

    @property
    def synchronization(self) -> VariableSynchronization:
        """When a distributed copy is synchronized."""
        return self._synchronization

    @property
    def aggregation(self) -> VariableAggregation:
        """How distributed copies are aggregated."""
        return self._aggregation

    @property
    def device(self) -> str:
        """The device that holds the value."""
        return self._handle.device

    @property
    def handle(self) -> Tensor:
        """The resource tensor that ops on this variable take."""
        return self._handle

    @property
    def ndim(self) -> int | None:
        """The number of dimensions."""
        return self._shape.rank

    def get_shape(self) -> TensorShape:
        """The static shape."""
        return self._shape

    def set_shape(self, shape: Any) -> None:
        """Refine the static shape."""
        self._shape = self._shape.merge_with(shape)
        self._state.shape = self._shape.as_tuple()

    def ref(self) -> Reference:
        """A hashable reference to this variable."""
        return Reference(self)

    def experimental_ref(self) -> Reference:
        """The old name of ``ref``."""
        return Reference(self)

    def is_initialized(self, name: str | None = None) -> Any:
        """Whether it has a value."""
        return ops.IS_INITIALIZED(self._handle, name=name)

    @property
    def initializer(self) -> None:
        """Nothing: variables are initialized when they are made."""
        return None

    @property
    def _type_spec(self) -> Any:
        return VariableSpec(self._shape, self._dtype, self._trainable)

    # -- reading -------------------------------------------------------------------------------------------

    def _read(self) -> Tensor:
        if state.current is None:
            return EagerTensor(self._state.read(), self._dtype)
        return ops.READ_VARIABLE(self._handle, dtype=self._dtype)

    def value(self) -> Tensor:
        """The current value."""
        return self._read()

    def read_value(self) -> Tensor:
        """The current value."""
        return self._read()

    def initialized_value(self) -> Tensor:
        """The current value."""
        return self._read()

    def numpy(self) -> Any:
        """The current value as a numpy array.

        Raises:
            NotImplementedError: While a function is traced.
        """
        if graph_interpreter() is not None:
            raise NotImplementedError("numpy() is only available when eager execution is enabled.")
        return EagerTensor(self._state.peek(), self._dtype).numpy()

    def eval(self, session: Any = None) -> Any:
        """The value in graph mode of TensorFlow 1."""
        raise NotImplementedError("eval is not supported when eager execution is enabled, use numpy() instead.")

    def sparse_read(self, indices: TensorLike, name: str | None = None) -> Tensor:
        """The rows at ``indices``, gathered without reading the whole value."""
        return ops.RESOURCE_GATHER(self._handle, indices, dtype=self._dtype, name=name)

    def gather_nd(self, indices: TensorLike, name: str | None = None) -> Tensor:
        """The elements or slices at ``indices``."""
        return ops.RESOURCE_GATHER_ND(self._handle, indices, dtype=self._dtype, name=name)

    def __tf_tensor__(self, dtype: DType | None = None, name: str | None = None) -> Tensor:
        """The protocol of ``tf.convert_to_tensor``."""
        if dtype is not None and dtype is not self._dtype:
            raise ValueError(
                f"Incompatible type conversion requested to type {dtype.name!r} for `tf.Variable` of type "
                f"{self._dtype.name!r}. Use tf.cast."
            )
        return self._read()

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        if graph_interpreter() is not None:
            raise NotImplementedError(f"A variable has no value while a function is traced: {self!r}.")
        return EagerTensor(self._state.peek(), self._dtype).__array__(dtype, copy=True)

    # -- changing ------------------------------------------------------------------------------------------

    def assign(
        self, value: TensorLike, use_locking: bool = False, name: str | None = None, read_value: bool = True
    ) -> Any:
        """Replace the value.

        Returns:
            This variable (None without ``read_value``).

        Raises:
            ValueError: If the shape does not fit.
        """
        tensor = to_tensor(value, self._dtype)
        if not self._shape.is_compatible_with(tensor.shape):
            raise ValueError(
                f"Cannot assign value to variable '{self.name}': Shape mismatch. The variable shape {self._shape}, "
                f"and the assigned value shape {tensor.shape} are incompatible."
            )
        ops.ASSIGN(self._handle, tensor, name=name)
        return self if read_value else None

    def assign_add(
        self, delta: TensorLike, use_locking: bool = False, name: str | None = None, read_value: bool = True
    ) -> Any:
        """Add ``delta`` to the value."""
        ops.ASSIGN_ADD(self._handle, to_tensor(delta, self._dtype), name=name)
        return self if read_value else None

    def assign_sub(
        self, delta: TensorLike, use_locking: bool = False, name: str | None = None, read_value: bool = True
    ) -> Any:
        """Subtract ``delta`` from the value."""
        ops.ASSIGN_SUB(self._handle, to_tensor(delta, self._dtype), name=name)
        return self if read_value else None

    def load(self, value: TensorLike, session: Any = None) -> None:
        """Replace the value."""
        self.assign(value)

    def _scatter(self, op: Any, sparse_delta: Any, name: str | None) -> Variable:
        if not (hasattr(sparse_delta, "indices") and hasattr(sparse_delta, "values")):
            raise TypeError(f"Argument `sparse_delta` must be a `tf.IndexedSlices`. Received arg: {sparse_delta}")
        op(self._handle, sparse_delta.indices, to_tensor(sparse_delta.values, self._dtype), name=name)
        return self

    def scatter_add(self, sparse_delta: Any, use_locking: bool = False, name: str | None = None) -> Variable:
        """Add ``tf.IndexedSlices`` to rows."""
        return self._scatter(ops.SCATTER_ADD, sparse_delta, name)

    def scatter_sub(self, sparse_delta: Any, use_locking: bool = False, name: str | None = None) -> Variable:
        """Subtract ``tf.IndexedSlices`` from rows."""
        return self._scatter(ops.SCATTER_SUB, sparse_delta, name)

    def scatter_mul(self, sparse_delta: Any, use_locking: bool = False, name: str | None = None) -> Variable:
        """Multiply rows by ``tf.IndexedSlices``."""
        return self._scatter(ops.SCATTER_MUL, sparse_delta, name)

    def scatter_div(self, sparse_delta: Any, use_locking: bool = False, name: str | None = None) -> Variable:
        """Divide rows by ``tf.IndexedSlices``."""
        return self._scatter(ops.SCATTER_DIV, sparse_delta, name)

    def scatter_min(self, sparse_delta: Any, use_locking: bool = False, name: str | None = None) -> Variable:
        """The lesser of rows and ``tf.IndexedSlices``."""
        return self._scatter(ops.SCATTER_MIN, sparse_delta, name)

    def scatter_max(self, sparse_delta: Any, use_locking: bool = False, name: str | None = None) -> Variable:
        """The greater of rows and ``tf.IndexedSlices``."""
        return self._scatter(ops.SCATTER_MAX, sparse_delta, name)

    def scatter_update(self, sparse_delta: Any, use_locking: bool = False, name: str | None = None) -> Variable:
        """Replace rows by ``tf.IndexedSlices``."""
        return self._scatter(ops.SCATTER_UPDATE, sparse_delta, name)

    def scatter_nd_add(self, indices: TensorLike, updates: TensorLike, name: str | None = None) -> Variable:
        """Add to elements or slices."""
        ops.SCATTER_ND_ADD(self._handle, indices, to_tensor(updates, self._dtype), name=name)
        return self

    def scatter_nd_sub(self, indices: TensorLike, updates: TensorLike, name: str | None = None) -> Variable:
        """Subtract from elements or slices."""
        ops.SCATTER_ND_SUB(self._handle, indices, to_tensor(updates, self._dtype), name=name)
        return self

    def scatter_nd_update(self, indices: TensorLike, updates: TensorLike, name: str | None = None) -> Variable:
        """Replace elements or slices."""
        ops.SCATTER_ND_UPDATE(self._handle, indices, to_tensor(updates, self._dtype), name=name)
        return self

    # -- the object graph ------------------------------------------------------------------------------------

    def _serialize_to_tensors(self) -> dict[str, Any]:
        return {"VARIABLE_VALUE": self._read()}

    def _restore_from_tensors(self, restored: Mapping[str, Any]) -> None:
        self.assign(restored["VARIABLE_VALUE"])

    # -- Python's protocols ------------------------------------------------------------------------------------

    def __hash__(self) -> int:
        raise TypeError("Variable is unhashable. Instead, use variable.ref() as the key.")

    def __len__(self) -> int:
        return len(self._read())  # type: ignore[arg-type]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._read())

    def __bool__(self) -> bool:
        return bool(self._read())

    def __int__(self) -> int:
        return int(self._read())  # type: ignore[call-overload]

    def __float__(self) -> float:
        return float(self._read())  # type: ignore[arg-type]

    def __index__(self) -> int:
        return self._read().__index__()  # type: ignore[attr-defined]

    def __complex__(self) -> complex:
        return complex(self.numpy())

    def __copy__(self) -> Variable:
        return self.__deepcopy__({})

    def __deepcopy__(self, memo: Any) -> Variable:
        copied = type(self)(
            EagerTensor(self._state.peek().copy(), self._dtype),
            trainable=self._trainable,
            name=self._name,
            constraint=self._constraint,
            synchronization=self._synchronization,
            aggregation=self._aggregation,
            shape=self._shape,
        )
        memo[id(self)] = copied
        return copied

    def __reduce__(self) -> tuple[Any, ...]:
        make = functools.partial(
            type(self), trainable=self._trainable, name=self._name, constraint=self._constraint, shape=self._shape
        )
        return make, (EagerTensor(self._state.peek(), self._dtype),)

    def __repr__(self) -> str:
        described = f"'{self.name}' shape={self._shape} dtype={self._dtype.name}"
        if graph_interpreter() is not None or type(self.handle) is not EagerTensor:
            return f"<tf.Variable {described}>"
        array = self._state.array
        value = "<uninitialized>" if array is None else EagerTensor(array, self._dtype)._text(repr)
        return f"<tf.Variable {described}, numpy={value}>"


def _initial_tensor(initial_value: Any, dtype: DType | None, graph: Any) -> EagerTensor:
    """The initial value, computed outside of every function being traced and unseen by tapes."""
    with running_under(None):
        value = initial_value() if callable(initial_value) else initial_value
        value = getattr(value, "wrapped_value", value)  # what a checkpoint supplies
        if isinstance(value, Tensor) and type(value) is not EagerTensor:
            if graph is None:
                raise ValueError(f"A variable cannot be initialized from the symbolic {value!r}.")
            value = graph.lift(value)
        if dtype is not None and isinstance(value, Tensor) and value.dtype is not dtype:
            raise ValueError(
                f"Tensor conversion requested dtype {dtype.name} for Tensor with dtype {value.dtype.name}: {value!r}"
            )
        tensor = convert_to_tensor(value, dtype)
    assert type(tensor) is EagerTensor
    return tensor
