"""Every op of core has a gradient rule or says that it has none; every rule is exercised by a case."""

from __future__ import annotations

import pytest
from flowstone_autodiff import backprop
from flowstone_autodiff.plugin import ELSEWHERE, flowstone_gradients
from flowstone_autodiff.registry import RULES, find_rule, make_call
from flowstone_autodiff.tape import GradientTape
from flowstone_core.op import REGISTRY
from flowstone_core.ops_index import FAMILY_OF
from flowstone_core.plugins import find_op, resolve

TESTED_ELSEWHERE = {
    "ReadVariableOp",
    "ResourceGather",
    "ResourceGatherNd",
    "EagerPyFunc",
    "RandomGamma",
    "StatelessRandomGammaV2",
    "StatelessRandomGammaV3",
    "BlockLSTM",
    "BlockLSTMV2",
    "CudnnRNN",
    "CudnnRNNV2",
    "CudnnRNNV3",
    "GRUBlockCell",
    "LSTMBlockCell",
    "RaggedFillEmptyRows",
    "RaggedFillEmptyRowsGrad",
}
"""Rules that other tests exercise: their ops take handles or Python functions, or differences do not follow them."""

RAISES = {"PreventGradient"}


def has_function(rule):
    return rule.function is not None and rule.function.__name__ != "refuse"


def op_named(name):
    resolve(find_op(name))
    return REGISTRY[name]


@pytest.mark.parametrize("name", sorted(set(FAMILY_OF) - ELSEWHERE))
def test_has_a_rule_or_says_so(name):
    family = FAMILY_OF[name]
    assert find_rule(op_named(name)) is not None, (
        f"{name} has no gradient. In rules/{family}.py add a function below\n"
        f"    @gradient(ops.{name.upper()})\n"
        f"or declare it:\n"
        f"    not_differentiable(ops.{name.upper()})"
    )


def test_every_rule_is_exercised(cases, tf, monkeypatch):
    used = set()

    def spy(fields):
        used.add(fields[0].name)
        return make_call(fields)

    monkeypatch.setattr(backprop, "make_call", spy)
    for case in cases.load():
        cases.derivatives(case, tf, GradientTape)
    ours = flowstone_gradients()
    with_rule = {op.name for op, rule in RULES.items() if op.name in ours and has_function(rule)}
    missing = with_rule - used - TESTED_ELSEWHERE - RAISES
    assert not missing, f"No case in cases/*.toml reaches the rules of {sorted(missing)}."
