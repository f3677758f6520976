"""Variables without a value, and variables that may have one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flowstone_graphfn.autograph import backend


@dataclass(frozen=True)
class Undefined:
    """No value yet: what a variable holds that only the other branch sets.

    Attributes:
        name: The variable.
        tracked: Whether the graph remembers if a value was set. (A function's return value needs no memory:
            it is always set in the end.)
    """

    name: str
    tracked: bool = True


NO_RETURN = Undefined("the return value", tracked=False)


@dataclass(frozen=True)
class MaybeUndefined:
    """A value that was set if ``defined`` holds when the graph runs.

    Attributes:
        name: The variable.
        value: The value, arbitrary if it was not set.
        defined: A scalar bool tensor.
    """

    name: str
    value: Any
    defined: Any

    def __tf_tensor__(self, dtype: Any = None, name: str | None = None) -> Any:
        """The value as a tensor: how an attribute is used that a branch or loop may have set."""
        return backend.current().convert(ld(self), dtype)


def ld(value: Any) -> Any:
    """The value of a variable that is used.

    Raises:
        UnboundLocalError: If it has none.
    """
    if type(value) is Undefined:
        raise UnboundLocalError(
            f"cannot access local variable '{value.name}' where it is not associated with a value: it is set in a "
            "branch or loop that may not run. Give it a value before."
        )
    if type(value) is MaybeUndefined:
        backend.current().check(
            value.defined,
            f"'{value.name}' is used, but it was not set: the branch or loop that sets it did not run. Give it a "
            "value before.",
        )
        return value.value
    return value


def _used(method: str) -> Callable[..., Any]:
    """An operator of a value that may be undefined: that of its value, which must be defined then."""

    def use(self: MaybeUndefined, *others: Any) -> Any:
        return getattr(ld(self), method)(*others)

    return use


for _method in """
    add radd sub rsub mul rmul truediv rtruediv floordiv rfloordiv mod rmod pow rpow neg pos abs invert and rand or ror
    xor rxor matmul rmatmul lt le gt ge getitem
""".split():
    setattr(MaybeUndefined, f"__{_method}__", _used(f"__{_method}__"))


def ldu(read: Callable[[], Any], name: str) -> Any:
    """The value of a variable, or an ``Undefined``."""
    try:
        return read()
    except (NameError, AttributeError):
        return Undefined(name)


def local(read: Callable[[], Any], name: str) -> Any:
    """The value of a local variable that is read in a lazy operand.

    Raises:
        UnboundLocalError: If it has none.
    """
    try:
        return read()
    except NameError:
        raise UnboundLocalError(
            f"cannot access local variable '{name}' where it is not associated with a value"
        ) from None


def set_attribute(value: Any, owner: Any, name: str) -> None:
    """Set an attribute that a branch or loop changed, if it did."""
    present = hasattr(owner, name)
    if type(value) is Undefined:
        if present:
            delattr(owner, name)
    elif not present or getattr(owner, name) is not value:
        setattr(owner, name, value)


def let(setter: Callable[[Any], None], value: Any) -> Any:
    """Set a variable by its setter; the value, as an assignment expression has one."""
    setter(value)
    return value


def returned(value: Any) -> Any:
    """What a function returns."""
    return None if value is NO_RETURN else value
