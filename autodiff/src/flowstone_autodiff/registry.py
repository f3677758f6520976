"""Which rule differentiates which op.

A rule is a named function in public ops, registered beside its op's name::

    @gradient(ops.SIN)
    def sin(call, dy):
        return dy * math.cos(call.inputs[0])

Rules of core's ops live in ``rules/<family>.py`` and are imported when the first op of their family is
differentiated. Other distributions name theirs through the ``flowstone.gradients`` entry points
(``hookspecs.py``).
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

from flowstone_core.op import Op
from flowstone_core.plugins import Group, as_table, find, resolve, why_unavailable

from flowstone_autodiff import hookspecs

F = TypeVar("F", bound=Callable[..., Any])

GRADIENTS = Group("flowstone.gradients", hookspecs, as_table)


@dataclass(frozen=True, slots=True)
class Rule:
    """How one op is differentiated.

    Attributes:
        function: Takes the call and a gradient for each output; returns one for each input. None for an op
            that is declared not differentiable.
        missing: Whether it takes None for an output that received no gradient (instead of zeros).
        sparse: Whether it takes ``IndexedSlices`` as they are (instead of dense tensors).
    """

    function: Callable[..., Any] | None
    missing: bool = False
    sparse: bool = False


RULES: dict[Op, Rule] = {}
"""The rules whose modules have been imported."""

NOT_DIFFERENTIABLE = Rule(None)


class Call(NamedTuple):
    """One execution of an op, as its gradient rule sees it.

    Attributes:
        op: The op.
        inputs: Its input tensors; a tuple of tensors for a list input.
        outputs: What it returned: a tensor, a list or a tuple.
        attrs: The attributes that the inputs do not determine, complete.
        reached: The identities of the tensors whose gradients will be used; all if None.
    """

    op: Op
    inputs: tuple[Any, ...]
    outputs: Any
    attrs: dict[str, Any]
    reached: set[int] | None = None

    @property
    def output(self) -> Any:
        """The output of an op that has one."""
        return self.outputs

    def wants(self, index: int) -> bool:
        """Whether anybody will use the gradient of input ``index``: the work for another one may be left out."""
        reached = self.reached
        if reached is None:
            return True
        value = self.inputs[index]
        if type(value) is tuple:
            return not reached.isdisjoint(map(id, value))
        return id(value) in reached


make_call: Callable[[tuple[Any, ...]], Call] = functools.partial(tuple.__new__, Call)
"""A ``Call`` from its five fields, made as fast as a tuple."""


def gradient(*ops: Op, missing: bool = False, sparse: bool = False) -> Callable[[F], F]:
    """A decorator: the function is the gradient rule of ``ops``.

    The function is called as ``rule(call, *gradients)``, with one gradient for each output of the op (a list
    for a list output; None for outputs that have no gradient, such as indices), and returns one for each
    input (a list for a list input; None where there is none). For an op with one input it may return that
    gradient itself. It is written in public ops, so that it can be traced and differentiated again.

    Args:
        ops: The ops that this rule differentiates.
        missing: Whether the function takes None for an output that received no gradient. Otherwise it gets
            zeros.
        sparse: Whether the function takes ``tf.IndexedSlices``. Otherwise it gets dense tensors.

    Raises:
        ValueError: If an op has a rule already.
    """

    def register(function: F) -> F:
        _add(ops, Rule(function, missing, sparse))
        return function

    return register


def not_differentiable(*ops: Op) -> None:
    """Declare that no gradient flows through ``ops``: what only they compute is constant for a tape.

    Raises:
        ValueError: If an op has a rule already.
    """
    _add(ops, NOT_DIFFERENTIABLE)


AS_IN_TENSORFLOW = "TensorFlow has none either; stop the gradient before it with tf.stop_gradient."
"""Why an op has no rule that could have one."""


def undefined(*ops: Op, because: str) -> None:
    """Declare that ``ops`` have derivatives that nobody has written: asking for them is a ``LookupError``.

    Args:
        ops: The ops.
        because: A sentence for the error, such as what to use instead.

    Raises:
        ValueError: If an op has a rule already.
    """

    def refuse(call: Call, *gradients: Any) -> Any:
        raise LookupError(f"No gradient defined for operation '{call.op.name}'. {because}")

    _add(ops, Rule(refuse, missing=True, sparse=True))


def _add(ops: tuple[Op, ...], rule: Rule) -> None:
    for op in ops:
        if op in RULES:
            raise ValueError(f"{op.name} has a gradient rule already: {RULES[op]}.")
        RULES[op] = rule


def find_rule(op: Op) -> Rule | None:
    """The rule of ``op``, importing the module that has it if need be; None if there is none."""
    rule = RULES.get(op)
    if rule is None:
        target = find(GRADIENTS, op.name)
        if target is not None:
            found = resolve(target)
            if op not in RULES and callable(found):
                RULES[op] = Rule(found)
        rule = RULES.get(op)
    return rule


def rule_of(op: Op) -> Rule:
    """The rule of ``op``.

    Raises:
        LookupError: If nobody has given one, and nobody has declared that it has none.
    """
    rule = RULES.get(op) or find_rule(op)
    if rule is None:
        failures = why_unavailable(GRADIENTS)
        raise LookupError(
            f"No gradient defined for operation '{op.name}'. Add a rule with @flowstone_autodiff.gradient(...) "
            "and name its module in the entry-point group flowstone.gradients; or declare it with "
            "flowstone_autodiff.not_differentiable(...); or stop the gradient before it with tf.stop_gradient; or "
            "give the function around it a gradient with tf.custom_gradient." + (f"\n{failures}" if failures else "")
        )
    return rule
