"""Einstein sums."""

from __future__ import annotations

from typing import Any

from flowstone_core import shapes
from flowstone_core.conversion import convert_to_tensor
from flowstone_core.einsum_equation import ELLIPSIS, Equation, parse_equation
from flowstone_core.errors import SpecError
from flowstone_core.op import Op
from flowstone_core.shapes import Dims, TensorShape
from flowstone_core.spec import Spec
from flowstone_core.tensor import Tensor


def _infer_einsum(inputs: list[Spec], *, equation: str) -> Spec:
    """The sizes of the labels of the result; the dimensions of the ellipses broadcast."""
    try:
        parsed = parse_equation(equation)
    except ValueError as error:
        raise SpecError(str(error)) from None
    if len(parsed.inputs) != len(inputs):
        raise SpecError(f"Einsum: the equation {equation!r} has {len(parsed.inputs)} operands, got {len(inputs)}.")
    sizes: dict[str, int | None] = {}
    ellipsis: Dims = ()
    for labels, spec in zip(parsed.inputs, inputs, strict=True):
        if spec.shape is None:
            ellipsis = None if ELLIPSIS in labels else ellipsis
            continue
        ellipsis = _collect(labels, spec.shape, sizes, ellipsis, equation)
    if ELLIPSIS in parsed.output and ellipsis is None:
        return Spec(None, inputs[0].dtype)
    dims: list[int | None] = []
    for label in parsed.output:
        dims += (ellipsis or ()) if label == ELLIPSIS else [sizes.get(label)]
    return Spec(tuple(dims), inputs[0].dtype)


def _collect(
    labels: str, shape: tuple[int | None, ...], sizes: dict[str, int | None], ellipsis: Dims, equation: str
) -> Dims:
    named = len(labels) - (ELLIPSIS in labels)
    if len(shape) < named or (ELLIPSIS not in labels and len(shape) != named):
        raise SpecError(f"Einsum {equation!r}: an operand with {named} labels got shape {TensorShape(shape)}.")
    before = labels.find(ELLIPSIS) if ELLIPSIS in labels else len(labels)
    hidden = len(shape) - named
    pairs = [
        *zip(labels[:before], shape[:before], strict=True),
        *zip(labels[before + 1 :], shape[before + hidden :], strict=True),
    ]
    for label, size in pairs:
        known = sizes.get(label)
        if known is not None and size is not None and known != size:
            raise SpecError(f"Einsum {equation!r}: the label {label!r} stands for sizes {known} and {size}.")
        sizes[label] = size if known is None else known
    if ELLIPSIS not in labels or ellipsis is None:
        return ellipsis
    try:
        return shapes.broadcast(ellipsis, shape[before : before + hidden])
    except ValueError:
        raise SpecError(f"Einsum {equation!r}: the dimensions of the ellipses do not broadcast.") from None


EINSUM = Op(
    "Einsum",
    ("inputs: N * T",),
    ("output: T",),
    ("equation: string", "N: int >= 1", "T: type"),
    infer=_infer_einsum,
)


def einsum(equation: str, *inputs: Any, **kwargs: Any) -> Tensor:
    """Sums of products of elements, by Einstein's convention.

    >>> m = tf.constant([[1., 2.], [3., 4.]])
    >>> tf.einsum("ij,jk->ik", m, m).numpy()
    array([[ 7., 10.],
           [15., 22.]], dtype=float32)

    Args:
        equation: The labels of each operand's dimensions, separated by commas, then ``->`` and the labels of
            the result; labels that the result lacks are summed over. ``...`` stands for dimensions that
            broadcast.
        *inputs: The operands, of one type.
        **kwargs: ``name``; ``optimize`` is accepted: more than two operands are contracted in pairs, the pair
            with the smallest result first.

    Raises:
        ValueError: If the equation does not fit the operands.
    """
    name = kwargs.pop("name", None)
    kwargs.pop("optimize", None)
    if kwargs:
        raise TypeError(f"Invalid keyword arguments for einsum: {', '.join(kwargs)}. Expected: name, optimize.")
    parsed = parse_equation(equation)
    if len(parsed.inputs) != len(inputs):
        raise ValueError(f"The equation {equation!r} has {len(parsed.inputs)} operands, got {len(inputs)} tensors.")
    tensors = [convert_to_tensor(x) for x in inputs]
    if len(set(parsed.output)) < len(parsed.output):
        raise ValueError(f"A label of the result occurs twice in {equation!r}; see tf.linalg.diag.")
    terms = list(zip(parsed.inputs, tensors, strict=True))
    while len(terms) > 2:
        terms = _contract_cheapest(terms, parsed.output)
    last = Equation(tuple(labels for labels, _ in terms), parsed.output)
    return EINSUM([tensor for _, tensor in terms], equation=str(last), name=name)


Term = tuple[str, Tensor]


def _contract_cheapest(terms: list[Term], output: str) -> list[Term]:
    """``terms`` with the two whose product is smallest replaced by their product, put last."""
    sizes: dict[str, int] = {}
    for labels, tensor in terms:
        if tensor.shape.rank is not None and ELLIPSIS not in labels:
            sizes |= {label: size or 1 for label, size in zip(labels, tensor.shape.as_list(), strict=True)}
    best: tuple[int, int, int, str] | None = None
    for i in range(len(terms)):
        for j in range(i + 1, len(terms)):
            rest = output + "".join(labels for k, (labels, _) in enumerate(terms) if k not in (i, j))
            kept = _kept_labels(terms[i][0] + terms[j][0], rest)
            elements = 1
            for label in kept:
                elements *= sizes.get(label, 1)
            if best is None or elements < best[0]:
                best = (elements, i, j, kept)
    assert best is not None
    _, i, j, kept = best
    pair = Equation((terms[i][0], terms[j][0]), kept)
    product = EINSUM([terms[i][1], terms[j][1]], equation=str(pair))
    return [*(term for k, term in enumerate(terms) if k not in (i, j)), (kept, product)]


def _kept_labels(labels: str, rest: str) -> str:
    """The distinct ``labels`` that ``rest`` still needs, the ellipsis first."""
    kept = "".join(dict.fromkeys(label for label in labels if label in rest and label != ELLIPSIS))
    return (ELLIPSIS if ELLIPSIS in labels else "") + kept
