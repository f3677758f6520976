"""Which passes run, in which order."""

from __future__ import annotations

import os
from collections.abc import Callable

from flowstone_graphfn.graph import Graph, copy_graph
from flowstone_graphfn.passes import options
from flowstone_graphfn.passes.accumulate import accumulate
from flowstone_graphfn.passes.bodies import bypass, optimize_bodies
from flowstone_graphfn.passes.captures import sink_captures
from flowstone_graphfn.passes.common import merge_common
from flowstone_graphfn.passes.dead import drop_dead
from flowstone_graphfn.passes.debugging import strip_debugging
from flowstone_graphfn.passes.decide import decide
from flowstone_graphfn.passes.fold import fold
from flowstone_graphfn.passes.hoist import hoist
from flowstone_graphfn.passes.inline import inline
from flowstone_graphfn.passes.prune import prune
from flowstone_graphfn.passes.shapes import forward_shapes
from flowstone_graphfn.passes.simplify import simplify
from flowstone_graphfn.passes.transposed import absorb_transposes
from flowstone_graphfn.spec import check_graph

PASSES: tuple[tuple[str, Callable[[Graph], None]], ...] = (
    ("debug_stripper", strip_debugging),
    ("constant_folding", sink_captures),
    ("function_optimization", inline),
    ("constant_folding", fold),
    ("function_optimization", decide),
    ("function_optimization", inline),
    ("arithmetic_optimization", simplify),
    ("arithmetic_optimization", bypass),
    ("arithmetic_optimization", accumulate),
    ("shape_optimization", forward_shapes),
    ("arithmetic_optimization", absorb_transposes),
    ("constant_folding", fold),
    ("common_subgraph_elimination", merge_common),
    ("dependency_optimization", prune),
    ("function_optimization", optimize_bodies),
    ("dependency_optimization", drop_dead),
    ("loop_optimization", hoist),
    ("dependency_optimization", prune),
)
"""The switch of ``tf.config.optimizer.set_experimental_options`` that turns each off, and the pass."""

OFF = frozenset({"debug_stripper"})
"""Switches that are off unless the user turns them on: what they do changes what a function does."""


def optimize(graph: Graph) -> Graph:
    """An optimized copy of ``graph``: same inputs, same outputs, same effects in the same order."""
    copied, _ = copy_graph(graph)
    copied.custom_gradients = []
    verify = os.environ.get("FLOWSTONE_VERIFY") == "1"
    if options.enabled("disable_meta_optimizer", False):
        return copied
    for switch, run in PASSES:
        if run in (prune, drop_dead) and options.enabled("disable_model_pruning", False):
            continue
        if options.enabled(switch, switch not in OFF):
            run(copied)
            if verify:
                check_graph(copied)
    return copied
