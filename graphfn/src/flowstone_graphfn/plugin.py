"""What flowstone-graphfn offers through hooks: gradients of ops with function bodies, and services."""

from __future__ import annotations

from collections.abc import Mapping

from flowstone_autodiff.hookspecs import hookimpl
from flowstone_core.services import CONTROL_FLOW, EXECUTED_GRAPHS, TRACING

from flowstone_graphfn.upgrades import UPGRADES


@hookimpl
def flowstone_gradients() -> Mapping[str, str]:
    """Calls, branches and loops are differentiated here."""
    return dict.fromkeys(UPGRADES, "flowstone_graphfn.gradients")


@hookimpl
def flowstone_commands() -> Mapping[str, str]:
    """``flowstone graph``."""
    return {"graph": "flowstone_graphfn.graph_command:graph_command"}


@hookimpl
def flowstone_services() -> Mapping[str, str]:
    """Tracing Python functions, recording which traced functions run, branches and loops."""
    return {
        CONTROL_FLOW.name: "flowstone_graphfn.control_flow_service:CONTROL_FLOW",
        TRACING.name: "flowstone_graphfn.service:TRACING",
        EXECUTED_GRAPHS.name: "flowstone_graphfn.executed:EXECUTED_GRAPHS",
    }
