"""The conversions of expressions, in one walk: each must see assignments that another one moves."""

from __future__ import annotations

from flowstone_graphfn.autograph.conversions.asserts import Asserts
from flowstone_graphfn.autograph.conversions.calls import Calls
from flowstone_graphfn.autograph.conversions.comparisons import Comparisons
from flowstone_graphfn.autograph.conversions.comprehensions import Comprehensions
from flowstone_graphfn.autograph.conversions.logical import Logical
from flowstone_graphfn.autograph.conversions.ternary import Ternary


class Expressions(Ternary, Logical, Comparisons, Calls, Asserts, Comprehensions):
    """``a if b else c``, ``a and b``, ``not a``, ``a < b < c``, ``a in b``, ``f(a)``, ``assert a``, comprehensions."""
