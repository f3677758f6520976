"""The object that converted code knows as ``ag__``."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from flowstone_graphfn.autograph import backend
from flowstone_graphfn.autograph.operators import (
    asserts,
    builtins,
    conditionals,
    for_loops,
    items,
    logic,
    undefined,
    while_loops,
)


class Operators:
    """The operators, and the options under which functions called by the code are converted.

    Args:
        call: Gives what to call instead of a function.
    """

    if_stmt = conditionals.if_stmt
    while_stmt = while_loops.while_stmt
    for_stmt = for_loops.for_stmt
    if_exp = staticmethod(conditionals.if_exp)
    and_ = staticmethod(logic.and_)
    or_ = staticmethod(logic.or_)
    not_ = staticmethod(logic.not_)
    compare = staticmethod(logic.compare)
    eq = staticmethod(logic.eq)
    ne = staticmethod(logic.ne)
    lt = staticmethod(logic.lt)
    le = staticmethod(logic.le)
    gt = staticmethod(logic.gt)
    ge = staticmethod(logic.ge)
    is_ = staticmethod(logic.is_)
    is_not = staticmethod(logic.is_not)
    in_ = staticmethod(logic.in_)
    not_in = staticmethod(logic.not_in)
    holds = staticmethod(asserts.holds)
    iterate = staticmethod(builtins.iterate)
    set_item = staticmethod(items.set_item)
    set_item_of = staticmethod(items.set_item_of)
    slice = slice
    ld = staticmethod(undefined.ld)
    local = staticmethod(undefined.local)
    ldu = staticmethod(undefined.ldu)
    set_attribute = staticmethod(undefined.set_attribute)
    let = staticmethod(undefined.let)
    returned = staticmethod(undefined.returned)
    NO_RETURN = undefined.NO_RETURN

    def __init__(self, call: Callable[[Callable[..., Any]], Callable[..., Any]]) -> None:
        self.call = call

    def name_scope(self, name: str) -> AbstractContextManager[Any]:
        """A name scope for a function (with ``Feature.NAME_SCOPES``)."""
        return backend.current().name_scope(name)

    def __repr__(self) -> str:
        return "<AutoGraph operators>"
