"""What flowstone-data offers through the hooks: its ops and their kernels."""

from __future__ import annotations

from collections.abc import Mapping

from flowstone_core.hookspecs import KernelProvider, hookimpl

MODULES = {
    "iterator_ops": """
        AnonymousIteratorV3 MakeIterator IteratorGetNext IteratorGetNextSync IteratorGetNextAsOptional
        OptionalFromValue OptionalNone OptionalHasValue OptionalGetValue
    """,
    "parsing.json_examples": "DecodeJSONExample",
    "parsing.ops": "ParseExampleV2",
    "parsing.sequence_ops": "ParseSequenceExampleV2",
    "reducing": "ReduceDataset DatasetCardinality",
    "sources.tensors": "TensorDataset TensorSliceDataset",
    "sources.range": "RangeDataset",
    "sources.records": "TFRecordDataset TextLineDataset FixedLengthRecordDatasetV2",
    "transforms.batch": "BatchDatasetV2",
    "transforms.cache": "CacheDataset",
    "transforms.filter": "FilterDataset TakeWhileDataset",
    "transforms.flat_map": "FlatMapDataset InterleaveDataset",
    "transforms.map": "MapDataset ParallelMapDatasetV2",
    "transforms.prefetch": "PrefetchDataset",
    "transforms.repeat": "RepeatDataset",
    "transforms.shuffle": "ShuffleDataset",
    "transforms.take_skip": "TakeDataset SkipDataset ShardDataset",
    "transforms.unbatch": "UnbatchDataset",
    "transforms.zip": "ZipDataset ConcatenateDataset",
}
"""Each module and the ops it defines, with what runs them."""

MODULE_OF = {op: f"flowstone_data.{module}" for module, ops in MODULES.items() for op in ops.split()}


@hookimpl
def flowstone_ops() -> Mapping[str, str]:
    """The ops of datasets, iterators and optionals."""
    return MODULE_OF


@hookimpl
def flowstone_kernels() -> KernelProvider:
    """What runs them."""
    return KernelProvider(
        "data",
        priority=0,
        kernels={op: f"{module}:KERNELS" for op, module in MODULE_OF.items()},
        description="What runs the pipelines of tf.data.",
        own_ops=True,
    )
