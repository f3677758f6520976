"""What a dataset is while it runs: an iterable of tuples of arrays, behind a variant tensor."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from flowstone_core import dtypes
from flowstone_core.op import Effects, Op
from flowstone_core.spec import Spec

INFINITE = -1
"""The cardinality of a dataset without end: ``tf.data.INFINITE_CARDINALITY``."""

UNKNOWN = -2
"""The cardinality of a dataset that cannot tell: ``tf.data.UNKNOWN_CARDINALITY``."""

Components = tuple[Any, ...]
"""One element: an array (or state object) for each component."""


class DatasetValue:
    """A pipeline, ready to be iterated any number of times.

    Subclasses are frozen data classes, one for each transformation, in the module of its op.
    """

    def __iter__(self) -> Iterator[Components]:
        """The elements, from the start."""
        raise NotImplementedError(type(self).__name__)

    def cardinality(self) -> int:
        """The number of elements, ``INFINITE`` or ``UNKNOWN``."""
        return UNKNOWN

    def element_length(self) -> int | None:
        """The first size of every element, where all have the same and it is known."""
        return None

    def inputs(self) -> Sequence[DatasetValue]:
        """The datasets that this one reads."""
        source = getattr(self, "source", None)
        return () if source is None else (source,)


STATEFUL = Effects(stateful=True)
"""Makers of datasets that TensorFlow calls stateful: they may be merged and dropped all the same."""

OUTPUTS = ("output_types: list(type) >= 1", "output_shapes: list(shape) >= 1")
METADATA = "metadata: string = ''"


def _infer_variant(*specs: Any, **attrs: Any) -> Spec:
    return Spec((), dtypes.variant)


def dataset_op(
    name: str,
    inputs: Sequence[str],
    attrs: Sequence[str] = (),
    *,
    effects: Effects | None = None,
    output: str = "handle",
) -> Op:
    """An op that makes a dataset: its output is a variant that holds a ``DatasetValue``."""
    made = effects if effects is not None else Effects()
    return Op(name, inputs, (f"{output}: variant",), attrs, infer=_infer_variant, effects=made)
