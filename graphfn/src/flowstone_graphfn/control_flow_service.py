"""Branches and loops for components that graphfn is optional for: ``flowstone_core.services.ControlFlow``."""

from __future__ import annotations

from flowstone_graphfn.control_flow import cond
from flowstone_graphfn.while_loops import while_loop


class ControlFlowService:
    """``tf.cond`` and ``tf.while_loop``."""

    cond = staticmethod(cond)
    while_loop = staticmethod(while_loop)


CONTROL_FLOW = ControlFlowService()
