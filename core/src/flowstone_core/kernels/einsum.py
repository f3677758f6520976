"""Numpy kernels of ``flowstone_core.ops.einsum``: every sum becomes one (stacked) matrix product."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from flowstone_core.einsum_equation import ELLIPSIS, parse_equation
from flowstone_core.kernel import KernelSet
from flowstone_core.kernels.precision import add_with_narrow
from flowstone_core.ops import einsum as ops
from flowstone_core.typelists import NUMBER_KERNELS

KERNELS = KernelSet()

_HIDDEN = [chr(code) for code in range(0x100, 0x140)]
"""Labels for the dimensions that an ellipsis stands for, the last dimension first."""


@add_with_narrow(KERNELS, ops.EINSUM, dtypes=NUMBER_KERNELS)
def einsum(inputs: list[Any], *, equation: str) -> Any:
    """Reduce each operand to the labels that matter, multiply as matrices, bring the labels in order."""
    parsed = parse_equation(equation)
    if len(parsed.inputs) != len(inputs):
        raise ValueError(f"the equation {equation!r} has {len(parsed.inputs)} operands, got {len(inputs)}")
    terms = [_expanded(labels, x) for labels, x in zip(parsed.inputs, inputs, strict=True)]
    hidden = max((sum(label in _HIDDEN for label in labels) for labels, _ in terms), default=0)
    output = parsed.output.replace(ELLIPSIS, "".join(reversed(_HIDDEN[:hidden])))
    _check_sizes(terms, equation)
    terms = [_without_repeats(labels, x) for labels, x in terms]
    while len(terms) > 2:
        rest = output + "".join(labels for labels, _ in terms[2:])
        wanted = "".join(dict.fromkeys(label for label in terms[0][0] + terms[1][0] if label in rest))
        terms = [(wanted, _pair(terms[0], terms[1], wanted)), *terms[2:]]
    distinct = "".join(dict.fromkeys(output))
    result = _pair(terms[0], terms[1], distinct) if len(terms) == 2 else _single(terms[0], distinct)
    return result if distinct == output else _with_repeats(result, distinct, output)


Term = tuple[str, Any]


def _expanded(labels: str, x: Any) -> Term:
    """The labels with one for each dimension of the ellipsis."""
    hidden = x.ndim - (len(labels) - (ELLIPSIS in labels))
    if hidden < 0 or (hidden and ELLIPSIS not in labels):
        raise ValueError(f"the labels {labels!r} do not fit the shape {x.shape}")
    return labels.replace(ELLIPSIS, "".join(reversed(_HIDDEN[:hidden]))), x


def _check_sizes(terms: list[Term], equation: str) -> None:
    sizes: dict[str, int] = {}
    for labels, x in terms:
        for label, size in zip(labels, x.shape, strict=True):
            known = sizes.setdefault(label, size)
            if known != size:
                if label not in _HIDDEN or 1 not in (known, size):
                    raise ValueError(f"the label {label!r} of {equation!r} stands for sizes {known} and {size}")
                sizes[label] = max(known, size)


def _without_repeats(labels: str, x: Any) -> Term:
    """The diagonal over each label that one operand has twice."""
    distinct = "".join(dict.fromkeys(labels))
    if distinct == labels:
        return labels, x
    strides = [sum(s for at, s in zip(labels, x.strides, strict=True) if at == label) for label in distinct]
    shape = [x.shape[labels.index(label)] for label in distinct]
    return distinct, np.lib.stride_tricks.as_strided(x, shape, strides, writeable=False)


def _with_repeats(result: Any, distinct: str, output: str) -> Any:
    """Zeros with ``result`` on the diagonals over the labels that the result has twice."""
    whole = np.zeros([result.shape[distinct.index(label)] for label in output], result.dtype)
    strides = [sum(s for at, s in zip(output, whole.strides, strict=True) if at == label) for label in distinct]
    np.lib.stride_tricks.as_strided(whole, result.shape, strides)[...] = result
    return whole


def _single(term: Term, output: str) -> Any:
    labels, x = term
    gone = tuple(axis for axis, label in enumerate(labels) if label not in output)
    if gone:
        x = x.sum(axis=gone, dtype=x.dtype)
        labels = "".join(label for label in labels if label in output)
    return np.transpose(x, [labels.index(label) for label in output])


def _pair(first: Term, second: Term, output: str) -> Any:
    """``[batch, left, inner] × [batch, inner, right]``, with sums over what only one operand has done first."""
    (labels_a, a), (labels_b, b) = _prepared(first, second[0], output), _prepared(second, first[0], output)
    batch = [label for label in labels_a if label in labels_b and label in output]
    inner = [label for label in labels_a if label in labels_b and label not in output]
    left = [label for label in labels_a if label not in labels_b]
    right = [label for label in labels_b if label not in labels_a]
    a = np.transpose(a, [labels_a.index(label) for label in (*batch, *left, *inner)])
    b = np.transpose(b, [labels_b.index(label) for label in (*batch, *inner, *right)])
    batch_a, rest_a = a.shape[: len(batch)], a.shape[len(batch) :]
    batch_b, rest_b = b.shape[: len(batch)], b.shape[len(batch) :]
    sizes_left, sizes_inner = rest_a[: len(left)], rest_a[len(left) :]
    sizes_right = rest_b[len(inner) :]
    m, k, n = math.prod(sizes_left), math.prod(sizes_inner), math.prod(sizes_right)
    if k == 1 and not inner:
        product = a.reshape(*batch_a, m, 1) * b.reshape(*batch_b, 1, n)
    else:
        product = np.matmul(a.reshape(*batch_a, m, k), b.reshape(*batch_b, k, n))
    product = product.reshape((*product.shape[:-2], *sizes_left, *sizes_right))
    labels = [*batch, *left, *right]
    return np.transpose(product, [labels.index(label) for label in output])


def _prepared(term: Term, other: str, output: str) -> Term:
    """``term`` summed over the labels that neither the other operand nor the result has."""
    labels, x = term
    kept = "".join(label for label in labels if label in other or label in output)
    return (labels, x) if kept == labels else (kept, _single(term, kept))
