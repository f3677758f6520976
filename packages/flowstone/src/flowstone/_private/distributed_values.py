"""The variables of strategies with several replicas, which do not exist here."""

from __future__ import annotations

from flowstone_core.variable import Variable


class DistributedVariable(Variable):
    """Nothing is one: a strategy's variables are variables."""


class AggregatingVariable(Variable):
    """Nothing is one either."""
