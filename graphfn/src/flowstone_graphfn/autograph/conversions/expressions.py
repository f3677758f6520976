"""The conversions of expressions with lazy operands, in one walk: each must see assignments that another moves."""

from __future__ import annotations

from flowstone_graphfn.autograph.conversions.comparisons import Comparisons
from flowstone_graphfn.autograph.conversions.logical import Logical
from flowstone_graphfn.autograph.conversions.ternary import Ternary


class Expressions(Ternary, Logical, Comparisons):
    """``a if b else c``, ``a and b``, ``not a``, ``a < b < c``, ``a in b``."""
