"""One pass over a call's arguments: the key of its trace, and the tensors in them.

The key is a flat tuple that is equal for two calls just when they certainly have the same trace types; it is
cheap, and only a key never seen before asks ``trace_type``. Each kind of argument begins its part of the key
with something no other kind begins with, so that different structures never give one key.
"""

from __future__ import annotations

import weakref
from collections.abc import Mapping
from types import FunctionType, MethodType
from typing import Any, Final

import numpy as np
from flowstone_core import nest
from flowstone_core.conversion import to_tensor
from flowstone_core.tensor import EagerTensor, Tensor
from flowstone_core.type_spec import TypeSpec
from flowstone_core.variable import Variable

from flowstone_graphfn.symbolic import SymbolicTensor
from flowstone_graphfn.trace_type import SpecType, TracingContext, from_value, structure_key

LITERALS: Final = frozenset({int, float, bool, str, bytes, complex, type(None)})
_BY_IDENTITY = frozenset({FunctionType, type})


class CallKey:
    """The key of a call's trace and the tensors in its arguments, collected by ``add``.

    Attributes:
        parts: The parts of the key.
        tensors: The tensors (and variables' handles), in the order in which trace types list them.
    """

    __slots__ = ("_context", "parts", "tensors")

    def __init__(self) -> None:
        self.parts: list[Any] = []
        self.tensors: list[Tensor] = []
        self._context: TracingContext | None = None

    def key(self) -> tuple[Any, ...]:
        """The key, hashable."""
        return tuple(self.parts)

    def add(self, value: Any) -> None:
        """Go on with one argument.

        Raises:
            TypeError: If it has no trace type.
        """
        kind = type(value)
        parts = self.parts
        items: Any = value
        if kind is list or kind is tuple:
            parts.append(kind)
            parts.append(len(value))
        elif kind is dict:
            keys = nest.sorted_keys(value)
            parts.append(Mapping)
            parts.append(tuple(keys))
            items = map(value.__getitem__, keys)
        else:
            self._add_leaf(value, kind)
            return
        tensors = self.tensors
        for item in items:
            if type(item) is EagerTensor and type(array := item._array) is np.ndarray:  # the usual ones: no call each
                parts.append(id(item._dtype))
                parts.append(array.shape)
                tensors.append(item)
            else:
                self.add(item)

    def _add_leaf(self, value: Any, kind: type) -> None:
        if kind is EagerTensor:
            array = value._array
            self.parts += (id(value._dtype), array.shape if type(array) is np.ndarray else ())
            self.tensors.append(value)
        elif kind in LITERALS:
            self.parts += (kind, value)
        elif kind is SymbolicTensor:
            self.parts += (id(value._dtype), value._spec.shape)
            self.tensors.append(value)
        elif kind in _BY_IDENTITY:
            self.parts += (weakref.ref, weakref.ref(value))
        else:
            self._add_other(value)

    def _add_other(self, value: Any) -> None:
        if isinstance(value, Variable):
            alias = self._numbers().alias_global_id(id(value))
            self.parts += (Variable, value.shape, id(value.dtype), value.trainable, alias)
            self.tensors.append(value.handle)
        elif isinstance(value, (np.ndarray, np.generic)):
            self.add(to_tensor(value))
        elif isinstance(value, Tensor):
            self.parts += (id(value.dtype), value.shape)
            self.tensors.append(value)
        elif hasattr(type(value), "__tf_tracing_type__") or isinstance(value, TypeSpec):
            self._add_typed(value)
        elif isinstance(value, Mapping):
            self.parts += (Mapping, tuple(nest.sorted_keys(value)))
            for _, item in nest.children(value):
                self.add(item)
        elif nest.is_nested(value):
            self.parts += (type(value), structure_key(value))
            for _, item in nest.children(value):
                self.add(item)
        elif isinstance(getattr(value, "_type_spec", None), TypeSpec):
            self.parts += (TypeSpec, value._type_spec)
            self.tensors.extend(nest.flatten(value, expand_composites=True))
        elif isinstance(value, MethodType):
            self.parts += (MethodType, weakref.ref(value.__func__), weakref.ref(value.__self__))
        else:
            self._add_typed(value)

    def _add_typed(self, value: Any) -> None:
        found = from_value(value, self._numbers())
        self.parts += (SpecType, found)
        if not isinstance(value, TypeSpec):
            self.tensors.extend(found.to_tensors(value))

    def _numbers(self) -> TracingContext:
        if self._context is None:
            self._context = TracingContext()
        return self._context
