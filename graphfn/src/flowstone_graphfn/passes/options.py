"""``tf.config.optimizer``: which passes run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flowstone_graphfn.plan import forget_plans

KNOWN = frozenset(
    """
    layout_optimizer constant_folding shape_optimization remapping arithmetic_optimization dependency_optimization
    loop_optimization function_optimization debug_stripper disable_model_pruning scoped_allocator_optimization
    pin_to_host_optimization implementation_selector auto_mixed_precision auto_mixed_precision_onednn_bfloat16
    auto_mixed_precision_mkl disable_meta_optimizer min_graph_nodes auto_parallel common_subgraph_elimination
    """.split()
)
"""TensorFlow's switches, and ``common_subgraph_elimination`` (a part of its arithmetic optimization)."""

_options: dict[str, Any] = {}
_jit: list[bool | str] = [""]


def set_experimental_options(options: Mapping[str, Any]) -> None:
    """Turn passes of the graph optimizer on and off; what was compiled is compiled anew.

    >>> tf.config.optimizer.set_experimental_options({"constant_folding": False})
    >>> tf.config.optimizer.get_experimental_options()["constant_folding"]
    False
    >>> tf.config.optimizer.set_experimental_options({"constant_folding": True})

    Args:
        options: Switches and their values; switches of passes that do not exist here are accepted.
    """
    _options.update({key: value for key, value in options.items() if key in KNOWN})
    forget_plans()


def get_experimental_options() -> dict[str, Any]:
    """The switches that were set, and those two that always have a value."""
    return {"disable_model_pruning": False, "disable_meta_optimizer": False} | _options


def enabled(switch: str, default: bool) -> bool:
    """Whether a switch is on."""
    return bool(_options.get(switch, default))


def set_jit(enabled: bool | str) -> None:
    """Accepted: functions are compiled as far as the installed providers can."""
    _jit[:] = [enabled]


def get_jit() -> str:
    """What ``set_jit`` was given."""
    value = _jit[0]
    return "autoclustering" if value is True else str(value or "")
