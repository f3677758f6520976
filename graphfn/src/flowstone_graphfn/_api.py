"""The public names that flowstone-graphfn gives to ``tf.*``; importing this imports nothing."""

from __future__ import annotations

PUBLIC: dict[str, str] = {
    "function": "flowstone_graphfn.function:function",
    "case": "flowstone_graphfn.control_flow:case",
    "cond": "flowstone_graphfn.control_flow:cond",
    "switch_case": "flowstone_graphfn.control_flow:switch_case",
    "while_loop": "flowstone_graphfn.while_loops:while_loop",
    "foldl": "flowstone_graphfn.higher_order:foldl",
    "foldr": "flowstone_graphfn.higher_order:foldr",
    "map_fn": "flowstone_graphfn.higher_order:map_fn",
    "scan": "flowstone_graphfn.higher_order:scan",
    "Graph": "flowstone_graphfn.graph:Graph",
    "Operation": "flowstone_graphfn.graph:Operation",
    "autograph.set_verbosity": "flowstone_graphfn.autograph.log:set_verbosity",
    "autograph.to_code": "flowstone_graphfn.autograph.api:to_code",
    "autograph.to_graph": "flowstone_graphfn.autograph.api:to_graph",
    "autograph.trace": "flowstone_graphfn.autograph.log:trace",
    "autograph.experimental.Feature": "flowstone_graphfn.autograph.options:Feature",
    "autograph.experimental.do_not_convert": "flowstone_graphfn.autograph.api:do_not_convert",
    "autograph.experimental.set_loop_options": "flowstone_graphfn.autograph.api:set_loop_options",
    "inside_function": "flowstone_graphfn.trace:inside_function",
    "config.run_functions_eagerly": "flowstone_graphfn.eagerly:run_functions_eagerly",
    "config.functions_run_eagerly": "flowstone_graphfn.eagerly:functions_run_eagerly",
    "config.experimental_run_functions_eagerly": "flowstone_graphfn.eagerly:run_functions_eagerly",
    "config.experimental_functions_run_eagerly": "flowstone_graphfn.eagerly:functions_run_eagerly",
    "types.experimental.ConcreteFunction": "flowstone_graphfn.concrete:ConcreteFunction",
    "types.experimental.GenericFunction": "flowstone_graphfn.function:Function",
    "types.experimental.PolymorphicFunction": "flowstone_graphfn.function:Function",
    "types.experimental.TraceType": "flowstone_graphfn.trace_type:TraceType",
    "types.experimental.SupportsTracingProtocol": "flowstone_graphfn.trace_type:SupportsTracingProtocol",
}
