"""Ops that consume a whole dataset: ``reduce``, and its number of elements."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from flowstone_core import dtypes, infer
from flowstone_core.kernel import KernelSet
from flowstone_core.op import Op
from flowstone_core.ops.control import FunctionValue

from flowstone_data.iterator_ops import infer_components
from flowstone_data.value import METADATA, OUTPUTS, STATEFUL, DatasetValue

KERNELS = KernelSet()

REDUCE = Op(
    "ReduceDataset",
    ("input_dataset: variant", "initial_state: Tstate", "other_arguments: Targuments"),
    ("components: output_types",),
    (
        "f: func",
        "Tstate: list(type) >= 1",
        "Targuments: list(type) >= 0",
        *OUTPUTS,
        "use_inter_op_parallelism: bool = true",
        METADATA,
    ),
    infer=infer_components,
    effects=STATEFUL,
)
CARDINALITY = Op(
    "DatasetCardinality",
    ("input_dataset: variant",),
    ("cardinality: int64",),
    ("cardinality_options: string = ''",),
    infer=infer.scalar(dtypes.int64),
)


@KERNELS.add(REDUCE, reentrant=True)
def reduce(
    input_dataset: DatasetValue,
    initial_state: Sequence[Any],
    other_arguments: Sequence[Any],
    *,
    f: FunctionValue,
    **attrs: Any,
) -> list[Any]:
    """Fold the elements, one after the other."""
    state = list(initial_state)
    for element in input_dataset:
        state = f.execute([*state, *element, *other_arguments])
    return state


@KERNELS.add(CARDINALITY)
def cardinality(input_dataset: DatasetValue, *, cardinality_options: str) -> Any:
    """The number of elements."""
    return np.array(input_dataset.cardinality(), np.int64)
