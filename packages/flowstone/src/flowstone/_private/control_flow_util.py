"""Which control flow graphs use: always the functional ops ``If`` and ``While``."""

from __future__ import annotations

from typing import Any

ENABLE_CONTROL_FLOW_V2 = True
"""Whether graphs hold functional control flow; setting it has no effect."""


def EnableControlFlowV2(graph: Any) -> bool:
    """Whether ``graph`` holds functional control flow."""
    return True


def GraphOrParentsInXlaContext(graph: Any) -> bool:
    """Whether ``graph`` is inside of an XLA computation of old graphs, which do not exist here."""
    return False
