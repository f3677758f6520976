"""``tf.Module``: a named container of variables and other modules."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from flowstone_core import nest
from flowstone_core.scopes import name_scope
from flowstone_core.trackable import BOOKKEEPING, AutoTrackable
from flowstone_core.variable import Variable

F = TypeVar("F", bound=Callable[..., Any])

_VALID_IDENTIFIER = re.compile(r"^[a-zA-Z_]([a-zA-Z0-9_])*$")


def camel_to_snake(name: str) -> str:
    """``"MyDense2D"`` as ``"my_dense2d"``."""
    return re.sub(r"((?<=[a-z0-9])[A-Z]|(?!^)[A-Z](?=[a-z]))", r"_\1", name).lower()


class Module(AutoTrackable):
    """The base of objects that own variables.

    Variables and modules are found in attributes, also inside lists, tuples and dictionaries, in the order of
    the attributes' names.

    >>> class Linear(tf.Module):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.w = tf.Variable([[1.0]], name="w")
    >>> [v.name for v in Linear().trainable_variables]
    ['w:0']

    Args:
        name: The name; derived from the class if None.

    Raises:
        ValueError: If ``name`` is no Python identifier.
    """

    _TF_MODULE_IGNORED_PROPERTIES: frozenset[str] = frozenset(
        ("_self_unconditional_checkpoint_dependencies", "_self_unconditional_dependency_names")
    )

    def __init__(self, name: str | None = None) -> None:
        if name is None:
            name = camel_to_snake(type(self).__name__)
        elif not _VALID_IDENTIFIER.match(name):
            raise ValueError(f"{name!r} is not a valid module name. Module names must be valid Python identifiers.")
        self._name = name
        with name_scope(name) as prefix:
            self._scope_name = prefix

    @property
    def name(self) -> str:
        """The name of this module."""
        return self._name

    @property
    def name_scope(self) -> name_scope:
        """The context of names in which this module makes its variables."""
        return name_scope(self._scope_name)

    @property
    def variables(self) -> tuple[Any, ...]:
        """The variables of this module and those inside it."""
        return tuple(self._flatten(predicate=_is_variable, expand_composites=True))

    @property
    def trainable_variables(self) -> tuple[Any, ...]:
        """The variables that are trainable."""
        return tuple(self._flatten(predicate=_is_trainable, expand_composites=True))

    @property
    def non_trainable_variables(self) -> tuple[Any, ...]:
        """The variables that are not trainable."""
        return tuple(self._flatten(predicate=_is_not_trainable, expand_composites=True))

    @property
    def submodules(self) -> tuple[Any, ...]:
        """All modules inside this one."""
        return tuple(self._flatten(predicate=_is_module))

    def _flatten(
        self,
        recursive: bool = True,
        predicate: Callable[[Any], bool] | None = None,
        attribute_traversal_key: Any = None,
        with_path: bool = False,
        expand_composites: bool = False,
    ) -> Iterator[Any]:
        accepts = predicate or (lambda _: True)
        found = _walk(self, (), set(), {id(self)}, recursive, accepts, attribute_traversal_key)
        return found if with_path else (value for _, value in found)

    @classmethod
    def with_name_scope(cls, method: F) -> F:
        """A decorator for methods: what they make is named under this module."""

        @functools.wraps(method)
        def wrapped(self: Any, *args: Any, **kwargs: Any) -> Any:
            with self.name_scope:
                return method(self, *args, **kwargs)

        return wrapped  # type: ignore[return-value]


def _walk(
    module: Any, path: tuple[Any, ...], seen: set[int], walked: set[int], recursive: bool, accepts: Any, key: Any
) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Leaves of ``module``'s attributes that are accepted, each once; then those of the modules among them."""
    attributes = vars(module)
    submodules = []
    for name in sorted(attributes, key=key):
        if name in type(module)._TF_MODULE_IGNORED_PROPERTIES or name in BOOKKEEPING:
            continue
        value = attributes[name]
        try:
            leaves = nest.flatten_with_paths(value)
        except TypeError:  # a dictionary whose keys cannot be sorted holds nothing in a stable order
            leaves = [((), value)]
        for inner, leaf in leaves:
            leaf_path = (*path, name, *inner)
            if id(leaf) not in seen and accepts(leaf):
                seen.add(id(leaf))
                yield leaf_path, leaf
            if recursive and isinstance(leaf, Module) and id(leaf) not in walked:
                walked.add(id(leaf))
                submodules.append((leaf_path, leaf))
    for leaf_path, submodule in submodules:
        yield from _walk(submodule, leaf_path, seen, walked, recursive, accepts, key)


def _is_variable(value: Any) -> bool:
    return isinstance(value, Variable)


def _is_trainable(value: Any) -> bool:
    return isinstance(value, Variable) and value.trainable


def _is_not_trainable(value: Any) -> bool:
    return isinstance(value, Variable) and not value.trainable


def _is_module(value: Any) -> bool:
    return isinstance(value, Module)
