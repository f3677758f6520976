"""``keras.Variable``: a ``tf.Variable`` made from an initializer, with a path, a regularizer, and autocasting."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from flowstone_core.conversion import convert_to_tensor
from flowstone_core.dtypes import as_dtype
from flowstone_core.interpreter import building_graph, running_under
from flowstone_core.ops.cast import cast
from flowstone_core.shapes import TensorShape
from flowstone_core.tensor import EagerTensor, Tensor
from flowstone_core.variable import Variable as CoreVariable
from flowstone_core.variable import VariableAggregation, VariableSynchronization

from flowstone_layers.call_context import current
from flowstone_layers.config import standardize_dtype
from flowstone_layers.names import auto_name

_AGGREGATIONS = {
    "none": VariableAggregation.NONE,
    "sum": VariableAggregation.SUM,
    "mean": VariableAggregation.MEAN,
    "only_first_replica": VariableAggregation.ONLY_FIRST_REPLICA,
}


class Variable(CoreVariable):
    """A variable of a layer, optimizer or metric.

    It is a ``tf.Variable`` too: tapes, checkpoints and ``tf`` functions take it as it is. As in Keras, ``value``
    is a property and ``name`` has no ``:0``.

    >>> tf.keras.Variable(np.zeros(2, "float32"), name="v")
    <Variable path=v, shape=(2,), dtype=float32, value=[0. 0.]>

    Args:
        initializer: The value, or a function of ``(shape, dtype=...)``.
        shape: The shape, needed with a function.
        dtype: The element type; the default float type, or that of the value.
        trainable: Whether gradients are wanted.
        autocast: Whether a layer's compute type applies when it is read.
        aggregation: How distributed copies are aggregated.
        synchronization: When distributed copies are synchronized.
        name: The name; derived if None.
    """

    def __init__(
        self,
        initializer: Any,
        shape: Any = None,
        dtype: Any = None,
        trainable: bool = True,
        autocast: bool = True,
        aggregation: str = "none",
        synchronization: str = "auto",
        name: str | None = None,
        layout: Any = None,
        **kwargs: Any,
    ) -> None:
        kwargs.pop("constraint", None)
        name = name or auto_name(type(self).__name__)
        if not isinstance(name, str) or "/" in name:
            raise ValueError(
                f"Argument `name` must be a string and cannot contain character `/`. Received: name={name}"
            )
        if aggregation not in (None, *_AGGREGATIONS):
            raise ValueError(
                "Invalid value for argument `aggregation`. Expected one of `None`, `{'none', 'mean', 'sum', "
                f"'only_first_replica'}}`. Received: aggregation={aggregation}"
            )
        path = "/".join((*current.scopes, name))
        super().__init__(
            _initial_value(initializer, shape, dtype),
            trainable=trainable,
            name=name,
            aggregation=_AGGREGATIONS[aggregation or "none"],
            synchronization=VariableSynchronization.AUTO,
        )
        self._short_name = name
        self.path = path
        self.regularizer: Callable[[Any], Any] | None = None
        self.overwrite_with_gradient = False
        self._autocast = autocast

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self._short_name

    @property
    def dtype(self) -> Any:
        """The element type as one reads it: the compute type inside a layer's call (it equals its name, as text)."""
        compute = current.compute_dtype
        if compute is not None and self._autocast and self._dtype.is_floating:
            return as_dtype(compute)
        return self._dtype

    @property
    def trainable(self) -> bool:
        """Whether gradients are wanted."""
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        self._trainable = bool(value)
        self._state.trainable = bool(value)

    @property
    def constraint(self) -> Callable[[Any], Any] | None:
        """The function that optimizers apply after each update."""
        return self._constraint

    @constraint.setter
    def constraint(self, value: Callable[[Any], Any] | None) -> None:
        if value is not None and not callable(value):
            raise ValueError(f"Invalid value for attribute `constraint`. Received: {value}")
        self._constraint = value

    @property
    def value(self) -> Any:
        """The current value, in the compute type inside a layer's call."""
        return self._read()

    def _read(self) -> Tensor:
        value = super()._read()
        compute = current.compute_dtype
        if compute is not None and self._autocast and self._dtype.is_floating:
            return cast(value, compute)
        return value

    def assign(self, value: Any, use_locking: bool = False, name: str | None = None, read_value: bool = True) -> Any:
        """Replace the value; it is cast to this variable's type.

        Raises:
            ValueError: If the shape does not fit.
        """
        tensor = cast(convert_to_tensor(value, dtype_hint=self._dtype), self._dtype)
        if not self._shape.is_compatible_with(tensor.shape):
            raise ValueError(
                "The shape of the target variable and the shape of the target value in `variable.assign(value)` "
                f"must match. variable.shape={self._shape}, Received: value.shape={tensor.shape}. Target variable: {self}"
            )
        return super().assign(tensor, use_locking, name, read_value)

    def assign_add(
        self, delta: Any, use_locking: bool = False, name: str | None = None, read_value: bool = True
    ) -> Any:
        """Add ``delta``, cast to this variable's type."""
        return super().assign_add(cast(convert_to_tensor(delta, dtype_hint=self._dtype), self._dtype))

    def assign_sub(
        self, delta: Any, use_locking: bool = False, name: str | None = None, read_value: bool = True
    ) -> Any:
        """Subtract ``delta``, cast to this variable's type."""
        return super().assign_sub(cast(convert_to_tensor(delta, dtype_hint=self._dtype), self._dtype))

    def __deepcopy__(self, memo: Any) -> Variable:
        copied = Variable(
            self._state.peek().copy(),
            dtype=self._dtype,
            trainable=self._trainable,
            autocast=self._autocast,
            name=self._short_name,
        )
        copied.path = self.path
        copied.regularizer = self.regularizer
        copied.constraint = self._constraint
        memo[id(self)] = copied
        return copied

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (
            self._state.peek(),
            self._dtype.name,
            self._trainable,
            self._autocast,
            self._short_name,
            self.path,
            self.regularizer,
            self._constraint,
        )

    def __repr__(self) -> str:
        value = "" if building_graph() or self._state.array is None else f", value={self._state.array}"
        return f"<Variable path={self.path}, shape={_as_tuple(self._shape)}, dtype={self._dtype.name}{value}>"


def _as_tuple(shape: TensorShape) -> Any:
    return shape.as_tuple()


def _restore(
    array: Any, dtype: str, trainable: bool, autocast: bool, name: str, path: str, regularizer: Any, constraint: Any
) -> Variable:
    variable = Variable(np.asarray(array), dtype=dtype, trainable=trainable, autocast=autocast, name=name)
    variable.path = path
    variable.regularizer = regularizer
    variable.constraint = constraint
    return variable


def _initial_value(initializer: Any, shape: Any, dtype: Any) -> Any:
    """The value to start with; initializers run eagerly, outside of any function being traced."""
    if callable(initializer) and not isinstance(initializer, (Tensor, CoreVariable, np.ndarray)):
        if shape is None:
            raise ValueError(
                "When creating a Variable from an initializer, the `shape` argument should be specified. "
                f"Received: initializer={initializer} and shape={shape}"
            )
        wanted = as_dtype(standardize_dtype(dtype))

        def make() -> Any:
            return cast(convert_to_tensor(initializer(tuple(shape), dtype=wanted.name)), wanted)

        return make
    if isinstance(initializer, Tensor) and type(initializer) is not EagerTensor:
        return initializer
    with running_under(None):
        value = convert_to_tensor(initializer, dtype_hint=None if dtype is None else as_dtype(standardize_dtype(dtype)))
        return value if dtype is None else cast(value, as_dtype(standardize_dtype(dtype)))
