"""What flowstone-autodiff offers through its own hook: the gradients of core's ops, one module a family."""

from __future__ import annotations

from collections.abc import Mapping

from flowstone_core.ops_index import FAMILY_OF

from flowstone_autodiff.hookspecs import hookimpl

ELSEWHERE = frozenset(
    "PartitionedCall StatefulPartitionedCall If StatelessIf Case StatelessCase While StatelessWhile".split()
)
"""Core's ops whose gradients another component brings (flowstone-graphfn: those with function bodies)."""


@hookimpl
def flowstone_gradients() -> Mapping[str, str]:
    """Core's op families have modules of the same name in ``rules``."""
    return {op: f"flowstone_autodiff.rules.{family}" for op, family in FAMILY_OF.items() if op not in ELSEWHERE}
