"""The largest and the smallest elements, where some may be missed on accelerators; here they are exact."""

from __future__ import annotations

from typing import Any, NamedTuple

from flowstone_core import dtypes
from flowstone_core.conversion import convert_to_tensor
from flowstone_core.errors import SpecError
from flowstone_core.op import Op
from flowstone_core.spec import Spec
from flowstone_core.tensor import Tensor, TensorLike


def _infer_approximate(input: Spec, *, k: int, reduction_dimension: int, **attrs: Any) -> tuple[Spec, Spec]:
    if input.shape is None:
        return Spec(None, input.dtype), Spec(None, dtypes.int32)
    rank = len(input.shape)
    if not -rank <= reduction_dimension < rank:
        raise SpecError(f"ApproxTopK: the reduction dimension {reduction_dimension} is not one of {rank}.")
    sizes = list(input.shape)
    size = sizes[reduction_dimension]
    if size is not None and size < k:
        raise SpecError(f"ApproxTopK: input must have at least k columns. Had {size}, needed {k}.")
    sizes[reduction_dimension] = k
    return Spec(tuple(sizes), input.dtype), Spec(tuple(sizes), dtypes.int32)


APPROX_TOP_K = Op(
    "ApproxTopK",
    ("input: T",),
    ("values: T", "indices: int32"),
    (
        "k: int >= 0",
        "reduction_dimension: int = -1",
        "recall_target: float = 0.95",
        "is_max_k: bool = true",
        "reduction_input_size_override: int = -1",
        "aggregate_to_topk: bool = true",
        "T: {half, bfloat16, float}",
    ),
    infer=_infer_approximate,
)


class ApproxTopK(NamedTuple):
    """What ``tf.nn.approx_max_k`` returns: the elements, and where they are."""

    values: Tensor
    indices: Tensor


def approx_max_k(
    operand: TensorLike,
    k: int,
    reduction_dimension: int = -1,
    recall_target: float = 0.95,
    reduction_input_size_override: int = -1,
    aggregate_to_topk: bool = True,
    name: str | None = None,
) -> ApproxTopK:
    """The ``k`` largest elements along a dimension, the largest first; an accelerator may miss some of them.

    This kernel misses none.

    >>> tf.nn.approx_max_k([1.0, 5.0, 3.0], 2).values.numpy()
    array([5., 3.], dtype=float32)

    Args:
        operand: A floating point tensor of at most 32 bits.
        k: How many.
        reduction_dimension: Along which dimension.
        recall_target: The share of the largest that an approximation should find.
        reduction_input_size_override: The size that the share counts for, where this is one of several parts.
        aggregate_to_topk: Whether an approximation gives ``k`` elements, else more candidates.
        name: A name for the op in a graph.

    Raises:
        tf.errors.InvalidArgumentError: If there are fewer than ``k`` elements, or no such dimension.
    """
    return ApproxTopK(
        *APPROX_TOP_K(
            convert_to_tensor(operand),
            k=k,
            reduction_dimension=reduction_dimension,
            recall_target=recall_target,
            is_max_k=True,
            reduction_input_size_override=reduction_input_size_override,
            aggregate_to_topk=aggregate_to_topk,
            name=name,
        )
    )


def approx_min_k(
    operand: TensorLike,
    k: int,
    reduction_dimension: int = -1,
    recall_target: float = 0.95,
    reduction_input_size_override: int = -1,
    aggregate_to_topk: bool = True,
    name: str | None = None,
) -> ApproxTopK:
    """``tf.nn.approx_max_k`` for the smallest elements, the smallest first."""
    return ApproxTopK(
        *APPROX_TOP_K(
            convert_to_tensor(operand),
            k=k,
            reduction_dimension=reduction_dimension,
            recall_target=recall_target,
            is_max_k=False,
            reduction_input_size_override=reduction_input_size_override,
            aggregate_to_topk=aggregate_to_topk,
            name=name,
        )
    )
