"""Branches and loops as nodes: ``If``, ``Case`` and ``While`` made of subgraphs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flowstone_core.op import Op
from flowstone_core.ops import control
from flowstone_core.ops.compare import less, logical_and
from flowstone_core.shapes import TensorShape
from flowstone_core.tensor import Tensor

from flowstone_graphfn.execution import execute
from flowstone_graphfn.graph_function import branch_attrs
from flowstone_graphfn.subgraph import Subgraph, captures_of
from flowstone_graphfn.symbolic import SymbolicTensor


def make_cond(
    predicate: Tensor,
    branches: Sequence[Subgraph],
    outputs: Sequence[Sequence[SymbolicTensor]],
    name: str | None = None,
) -> list[Any]:
    """An ``If`` node: the first branch where ``predicate`` is true, else the second."""
    return _choice(control.IF, control.STATELESS_IF, predicate, branches, outputs, name)


def make_case(
    index: Tensor,
    branches: Sequence[Subgraph],
    outputs: Sequence[Sequence[SymbolicTensor]],
    name: str | None = None,
) -> list[Any]:
    """A ``Case`` node: the branch of that index, else the last."""
    return _choice(control.CASE, control.STATELESS_CASE, index, branches, outputs, name)


def _choice(
    stateful: Op,
    stateless: Op,
    selector: Tensor,
    branches: Sequence[Subgraph],
    outputs: Sequence[Sequence[SymbolicTensor]],
    name: str | None,
) -> list[Any]:
    captures = captures_of(branches)
    functions = [branch.finish(results, captures) for branch, results in zip(branches, outputs, strict=True)]
    op = stateful if any(function.stateful for function in functions) else stateless
    attrs = {
        **branch_attrs(op, functions),
        "Tout": tuple(tensor.dtype for tensor in outputs[0]),
        "output_shapes": (),
    }
    return execute(op, (selector, tuple(captures)), attrs, name)


def make_while(
    test: Subgraph,
    predicate: SymbolicTensor,
    body: Subgraph,
    outputs: Sequence[SymbolicTensor],
    initial: Sequence[Tensor],
    *,
    maximum_iterations: Any = None,
    parallel_iterations: int = 10,
    name: str | None = None,
) -> list[Any]:
    """A ``While`` node.

    Args:
        test: Takes the loop variables.
        predicate: Its scalar bool output.
        body: Takes the loop variables.
        outputs: The loop variables after one iteration.
        initial: The loop variables before the loop.
        maximum_iterations: A scalar integer tensor, or None.
        parallel_iterations: Kept as an attribute.
        name: A name for the node.
    """
    results = list(outputs)
    variables = list(initial)
    count = len(variables)
    if maximum_iterations is not None:
        predicate = _counted(test, predicate, body, results, variables, maximum_iterations)
    captures = captures_of((test, body))
    finished_test = test.finish([predicate], captures)
    results += [body.graph.capture(tensor) for tensor in captures]
    finished_body = body.finish(results, captures)
    stateful = finished_test.stateful or finished_body.stateful
    attrs = {
        "cond": finished_test,
        "body": finished_body,
        "output_shapes": tuple(TensorShape(tensor._spec.shape) for tensor in body.graph.inputs),
        "parallel_iterations": parallel_iterations,
    }
    op = control.WHILE if stateful else control.STATELESS_WHILE
    return execute(op, ((*variables, *captures),), attrs, name)[:count]


def _counted(
    test: Subgraph,
    predicate: SymbolicTensor,
    body: Subgraph,
    results: list[SymbolicTensor],
    variables: list[Any],
    maximum: Tensor,
) -> SymbolicTensor:
    """Add a counter to a loop; the predicate that also asks whether it is below ``maximum``."""
    zero = maximum - maximum
    variables.append(zero)
    counter = test.add_input(zero.spec.with_shape(()))
    with test:
        both = logical_and(less(counter, maximum), predicate)
    counter = body.add_input(zero.spec.with_shape(()))
    with body:
        results.append(counter + 1)  # type: ignore[arg-type]
    assert isinstance(both, SymbolicTensor)
    return both
