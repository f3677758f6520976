"""The gradient of ``flowstone_core.ops.einsum``: an Einstein sum of ``dy`` and the other operands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flowstone_core.einsum_equation import ELLIPSIS, Equation, parse_equation
from flowstone_core.ops import einsum as ops
from flowstone_core.ops.array import broadcast_to, expand_dims
from flowstone_core.ops.einsum import einsum
from flowstone_core.ops.filling import eye
from flowstone_core.tensor import Tensor

from flowstone_autodiff.broadcasting import unbroadcast
from flowstone_autodiff.conjugate import conj
from flowstone_autodiff.registry import Call, gradient
from flowstone_autodiff.static import shape_of, sizes

_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


@gradient(ops.EINSUM)
def einsum_gradient(call: Call, dy: Tensor) -> tuple[list[Any]]:
    """For ``abc,cd->abd``: ``abd,cd->abc`` and ``abc,abd->cd``."""
    operands = call.inputs[0]
    equation = parse_equation(call.attrs["equation"])
    return ([_by_operand(index, equation, operands, dy) for index in range(len(operands))],)


def _by_operand(index: int, equation: Equation, operands: Sequence[Tensor], dy: Tensor) -> Any:
    labels, operand = equation.inputs[index], operands[index]
    terms = [(equation.output, dy)]
    terms += [(equation.inputs[other], conj(tensor)) for other, tensor in enumerate(operands) if other != index]
    reached = "".join(each for each, _ in terms)
    distinct = "".join(dict.fromkeys(label for label in labels if label != ELLIPSIS))
    if ELLIPSIS not in labels and len(distinct) == len(labels) and all(label in reached for label in labels):
        return _sum(terms, labels)
    # the distinct labels behind the ellipsis; repeated ones come back at the end
    ellipsis = ELLIPSIS if ELLIPSIS in labels else ""
    like = einsum(str(Equation((labels,), ellipsis + distinct)), operand)
    kept = "".join(label for label in distinct if label in reached)
    result = _sum(terms, (ellipsis if ELLIPSIS in reached else "") + kept)
    for place, label in enumerate(distinct):
        if label not in kept:
            result = expand_dims(result, place - len(distinct))
    if len(kept) < len(distinct) or (ellipsis and ELLIPSIS not in reached):
        result = broadcast_to(result, shape_of(like))
    elif ellipsis:
        result = unbroadcast(result, like)
    return _with_repeats(result, ellipsis + distinct, labels, like)


def _sum(terms: Sequence[tuple[str, Tensor]], output: str) -> Any:
    return einsum(str(Equation(tuple(labels for labels, _ in terms), output)), *(tensor for _, tensor in terms))


def _with_repeats(x: Tensor, have: str, want: str, like: Tensor) -> Any:
    """``x`` with labels ``have`` put in the order of ``want``, on the diagonal where a label is repeated."""
    terms = [(have, x)]
    output = ""
    free = (letter for letter in _LETTERS if letter not in want)
    for label in want:
        if label not in output:
            output += label
            continue
        fresh = next(free)
        count = sizes(like)[have.index(label) - len(have)]
        terms.append((label + fresh, eye(count, dtype=x.dtype)))
        output += fresh
    return x if len(terms) == 1 and output == have else _sum(terms, output)
