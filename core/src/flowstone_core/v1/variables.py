"""Variables by name: ``tf.compat.v1.get_variable`` and ``variable_scope``, as they are where ops run at once.

A scope puts its name before those of its variables and fills in what their makers leave open. There is no store:
each call makes a new variable, which lives as long as it is held.
"""

from __future__ import annotations

import enum
import math
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from flowstone_core import dtypes
from flowstone_core.dtypes import DType, as_dtype
from flowstone_core.initializers import RandomUniform, Zeros
from flowstone_core.scopes import name_scope
from flowstone_core.shapes import as_shape
from flowstone_core.variable import Variable, VariableAggregation, VariableSynchronization


class _Reuse(enum.Enum):
    AUTO_REUSE = 1


AUTO_REUSE = _Reuse.AUTO_REUSE
"""Make a variable or take one that is there: what scopes do where ops run at once."""


@dataclass
class VariableScope:
    """What variables made below a scope have in common.

    Attributes:
        name: Stands before their names.
        initializer: Their initializer, unless they have one.
        dtype: Their type, unless they have one.
        custom_getter: Called in the place of ``get_variable``, with it as the first argument.
        constraint: Their constraint, unless they have one.
        reuse: Always ``AUTO_REUSE``.
        caching_device: What ``set_caching_device`` was told.
    """

    name: str = ""
    initializer: Any = None
    dtype: DType = dtypes.float32
    custom_getter: Callable[..., Any] | None = None
    constraint: Any = None
    reuse: Any = AUTO_REUSE
    caching_device: Any = None

    def set_caching_device(self, caching_device: Any) -> None:
        """Say where reads of variables are kept; it has no effect here."""
        self.caching_device = caching_device

    @property
    def original_name_scope(self) -> str:
        """The name scope that was opened with it."""
        return f"{self.name}/" if self.name else ""


class _Scopes(threading.local):
    def __init__(self) -> None:
        self.open = [VariableScope()]


_scopes = _Scopes()


def get_variable_scope() -> VariableScope:
    """The innermost open scope."""
    return _scopes.open[-1]


@contextmanager
def variable_scope(
    name_or_scope: str | VariableScope | None,
    default_name: str | None = None,
    values: Sequence[Any] | None = None,
    initializer: Any = None,
    regularizer: Any = None,
    caching_device: Any = None,
    partitioner: Any = None,
    custom_getter: Callable[..., Any] | None = None,
    reuse: Any = None,
    dtype: Any = None,
    use_resource: bool | None = None,
    constraint: Any = None,
    auxiliary_name_scope: bool = True,
) -> Iterator[VariableScope]:
    """Inside, ``get_variable`` puts a name before those of variables and fills in what is left open.

    Args:
        name_or_scope: A name below the open scope, or a scope to open again.
        default_name: The name, if ``name_or_scope`` is None.
        initializer: What variables start with.
        dtype: Their type.
        custom_getter: Called as ``custom_getter(getter, name, ...)`` in the place of ``get_variable``.
        constraint: Their constraint.
        auxiliary_name_scope: Whether ops are named after it too.
        values, regularizer, caching_device, partitioner, reuse, use_resource: Have no effect where ops run at once.

    Raises:
        ValueError: There is no name.
    """
    name = default_name if name_or_scope is None else name_or_scope
    if name is None:
        raise ValueError("variable_scope() needs a name: give name_or_scope or default_name.")
    outer = get_variable_scope()
    if isinstance(name, VariableScope):
        base, shown = name, name.name.rpartition("/")[2]
    else:
        base, shown = replace(outer, name=f"{outer.name}/{name}" if outer.name else name), name
    given = {"initializer": initializer, "custom_getter": custom_getter, "constraint": constraint}
    scope = replace(base, **{key: value for key, value in given.items() if value is not None})
    if dtype is not None:
        scope = replace(scope, dtype=as_dtype(dtype))
    _scopes.open.append(scope)
    try:
        if auxiliary_name_scope and shown:
            with name_scope(shown):
                yield scope
        else:
            yield scope
    finally:
        _scopes.open.pop()


def get_variable(
    name: str,
    shape: Any = None,
    dtype: Any = None,
    initializer: Any = None,
    regularizer: Any = None,
    trainable: bool | None = None,
    collections: Any = None,
    caching_device: Any = None,
    partitioner: Any = None,
    validate_shape: bool = True,
    use_resource: bool | None = None,
    custom_getter: Callable[..., Any] | None = None,
    constraint: Any = None,
    synchronization: VariableSynchronization = VariableSynchronization.AUTO,
    aggregation: VariableAggregation = VariableAggregation.NONE,
) -> Any:
    """A new variable, named below the open ``variable_scope``.

    Args:
        name: Its name.
        shape: Its shape, unless ``initializer`` is a value.
        dtype: Its type; by default the scope's, at first ``float32``.
        initializer: A value or a function of a shape and ``dtype``; by default the scope's, else Glorot and Bengio's
            uniform numbers for floats and zeros for others.
        trainable: Whether tapes watch it; by default yes.
        constraint: A function that optimizers apply after each update.
        custom_getter: Called in the place of this function, with it as the first argument.
        regularizer, collections, caching_device, partitioner, validate_shape, use_resource: Have no effect where ops
            run at once.

    Raises:
        ValueError: There is neither a shape nor a value.
    """
    scope = get_variable_scope()
    getter = scope.custom_getter if custom_getter is None else custom_getter
    options = {"shape": shape, "dtype": dtype, "initializer": initializer, "trainable": trainable}
    options |= {"constraint": constraint, "synchronization": synchronization, "aggregation": aggregation}
    return _made(name, **options) if getter is None else getter(_made, name, **options)


def _made(
    name: str,
    shape: Any = None,
    dtype: Any = None,
    initializer: Any = None,
    trainable: bool | None = None,
    constraint: Any = None,
    **options: Any,
) -> Variable:
    scope = get_variable_scope()
    kind = scope.dtype if dtype is None else as_dtype(dtype)
    start = scope.initializer if initializer is None else initializer
    if start is None or callable(start):
        if shape is None:
            raise ValueError(f"Variable {name!r} has no shape: give shape, or a value as its initializer.")
        sizes = as_shape(shape).as_list()
        maker = start or (_glorot(sizes) if kind.is_floating else Zeros())
        value = (maker() if isinstance(maker, type) else maker)(sizes, dtype=kind)
    else:
        value = start
    with name_scope(f"{scope.name}/" if scope.name else ""):
        return Variable(
            value,
            trainable=trainable,
            name=name,
            dtype=kind if dtype is not None or start is None or callable(start) else None,
            constraint=scope.constraint if constraint is None else constraint,
            synchronization=options.get("synchronization", VariableSynchronization.AUTO),
            aggregation=options.get("aggregation", VariableAggregation.NONE),
        )


def _glorot(sizes: Sequence[Any]) -> RandomUniform:
    """Uniform between ±√(6 / (inputs + outputs)); Glorot and Bengio, 2010, https://proceedings.mlr.press/v9/glorot10a."""
    field = math.prod(sizes[:-2])
    inputs, outputs = (sizes[-2] * field, sizes[-1] * field) if len(sizes) > 1 else (math.prod(sizes),) * 2
    limit = math.sqrt(6 / max(1.0, inputs + outputs))
    return RandomUniform(-limit, limit)
