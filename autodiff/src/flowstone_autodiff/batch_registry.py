"""Batching rules: what an op does to all elements of a batch at once.

A rule takes a ``BatchCall``, whose inputs have the batch as first dimension where they differ between elements, and
returns the outputs with the batch as first dimension::

    @batch(ops.TRANSPOSE)
    def transpose(call):
        x, perm = call.inputs
        return ops.TRANSPOSE(x, concat([[0], perm + 1], 0))

Rules of core's ops live in ``batching/<family>.py``; those of other distributions beside their gradients, in the
modules that they name in ``flowstone.gradients``. An op without a rule is executed element by element.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any, NamedTuple, TypeVar

from flowstone_core.op import Op
from flowstone_core.ops.array import broadcast_to, reshape, shape
from flowstone_core.ops.cast import cast
from flowstone_core.ops.joining import concat
from flowstone_core.ops_index import FAMILY_OF
from flowstone_core.tensor import Tensor

from flowstone_autodiff.registry import find_rule
from flowstone_autodiff.static import dims

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class BatchRule:
    """How one op is batched.

    Attributes:
        function: Takes the call; returns outputs with the batch as first dimension, ``Same`` for one that does not
            depend on the element, or ``NotImplemented`` to go element by element.
        always: Whether it is asked even if no input depends on the element (random numbers do).
    """

    function: Callable[[BatchCall], Any]
    always: bool = False


class Same(NamedTuple):
    """An output that is the same for all elements, without the batch dimension."""

    value: Any


class BatchCall(NamedTuple):
    """One execution of an op for all elements of a batch.

    Attributes:
        op: The op.
        inputs: Its inputs, those that are batched with the batch as first dimension.
        batched: Which inputs are batched; a tuple for a list input.
        attrs: The attributes that the inputs do not determine, complete.
        size: The number of elements, or a scalar tensor.
        level: The interpreter.
    """

    op: Op
    inputs: tuple[Any, ...]
    batched: tuple[Any, ...]
    attrs: dict[str, Any]
    size: Any
    level: Any

    def rank(self, index: int) -> int:
        """The number of dimensions of one element of input ``index``.

        Raises:
            ValueError: If it is not known.
        """
        return rank_of(self.inputs[index]) - (1 if self.batched[index] else 0)

    def full(self, index: int) -> Any:
        """Input ``index`` with the batch as first dimension, repeated if it is not batched."""
        value = self.inputs[index]
        if type(value) is tuple:
            flags = self.batched[index]
            return [item if flag else self.repeat(item) for item, flag in zip(value, flags, strict=True)]
        return value if self.batched[index] else self.repeat(value)

    def repeat(self, tensor: Tensor) -> Any:
        """A tensor that is not batched, repeated for each element."""
        return self.repeated(reshape(tensor, _prepended(1, tensor)), self.size)

    @staticmethod
    def repeated(row: Tensor, size: Any) -> Any:
        """A tensor of shape ``[1, ...]``, repeated along its first dimension."""
        known = dims(row)
        if type(size) is int and known is not None and None not in known:
            return broadcast_to(row, [size, *known[1:]])
        return broadcast_to(row, concat([[size], shape(row)[1:]], 0))

    def sized(self, vector: Tensor) -> Any:
        """A vector of sizes with the size of the batch before them."""
        first = cast(self.size, vector.dtype)
        return concat([reshape(first, [1]), vector], 0)

    def aligned(self, index: int, rank: int) -> Any:
        """Input ``index`` so that it broadcasts as an element of ``rank`` dimensions would."""
        value = self.inputs[index]
        missing = rank - self.rank(index)
        if not self.batched[index] or missing <= 0:
            return value
        known = dims(value)
        if known is not None and None not in known:
            return reshape(value, [known[0], *[1] * missing, *known[1:]])
        sizes = shape(value)
        return reshape(value, concat([sizes[:1], [1] * missing, sizes[1:]], 0))

    def only(self, *indices: int) -> bool:
        """Whether no inputs but those at ``indices`` are batched."""
        return not any(
            (any(flag) if type(flag) is tuple else flag)
            for index, flag in enumerate(self.batched)
            if index not in indices
        )


def rank_of(tensor: Tensor) -> int:
    """The number of dimensions.

    Raises:
        ValueError: If it is not known.
    """
    known = dims(tensor)
    if known is None:
        raise ValueError(f"Batching needs the number of dimensions of {tensor!r}. State it with tf.ensure_shape.")
    return len(known)


def _prepended(first: int, tensor: Tensor) -> Any:
    known = dims(tensor)
    if known is not None and None not in known:
        return [first, *known]
    return concat([[first], shape(tensor)], 0)


BATCH_RULES: dict[Op, BatchRule] = {}
"""The rules whose modules have been imported."""

_imported: set[str] = set()


def batch(*ops: Op, always: bool = False) -> Callable[[F], F]:
    """A decorator: the function is the batching rule of ``ops``.

    Args:
        ops: The ops.
        always: Whether it is asked even if no input depends on the element.
    """

    def register(function: F) -> F:
        for op in ops:
            if op in BATCH_RULES:
                raise ValueError(f"{op.name} has a batching rule already.")
            BATCH_RULES[op] = BatchRule(function, always)
        return function

    return register


def find_batch_rule(op: Op) -> BatchRule | None:
    """The batching rule of ``op``, importing its family's module if need be; None if there is none."""
    rule = BATCH_RULES.get(op)
    if rule is None:
        family = FAMILY_OF.get(op.name)
        if family is None:
            find_rule(op)
            rule = BATCH_RULES.get(op)
        elif family not in _imported:
            _imported.add(family)
            module = f"flowstone_autodiff.batching.{family}"
            if find_spec(module) is not None:
                import_module(module)
            rule = BATCH_RULES.get(op)
    return rule


# -- rules of many ops -----------------------------------------------------------------------------------------------


def elementwise(*ops: Op) -> None:
    """Ops of one input that leave the first dimension alone: they take the batch as it is."""
    batch(*ops)(_as_it_is)


def _as_it_is(call: BatchCall) -> Any:
    return call.op(*call.inputs, **call.attrs) if call.only(0) else NotImplemented


def broadcasting(*ops: Op) -> None:
    """Ops whose operands broadcast: those of fewer dimensions get theirs behind the batch."""
    batch(*ops)(_broadcast)


def _broadcast(call: BatchCall) -> Any:
    rank = max(call.rank(index) for index in range(len(call.inputs)))
    return call.op(*(call.aligned(index, rank) for index in range(len(call.inputs))), **call.attrs)


def rowwise(*ops: Op, data: int = 1) -> None:
    """Ops that treat leading dimensions as a batch already: their first ``data`` inputs are repeated if need be.

    Further inputs (sizes, axes counted from the end) must be the same for all elements.
    """

    def rule(call: BatchCall) -> Any:
        if not call.only(*range(data)):
            return NotImplemented
        full = [call.full(index) for index in range(data)]
        return call.op(*full, *call.inputs[data:], **call.attrs)

    batch(*ops)(rule)
