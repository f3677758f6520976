"""The public names that flowstone-data gives to ``tf.*``, as ``module:attribute``; nothing is imported here."""

PUBLIC: dict[str, str] = {
    "data.Dataset": "flowstone_data.dataset:DatasetV2",
    "data.DatasetSpec": "flowstone_data.dataset:DatasetSpec",
    "data.Options": "flowstone_data.dataset:Options",
    "data.AUTOTUNE": "flowstone_data.dataset:AUTOTUNE",
    "data.INFINITE_CARDINALITY": "flowstone_data.dataset:INFINITE_CARDINALITY",
    "data.UNKNOWN_CARDINALITY": "flowstone_data.dataset:UNKNOWN_CARDINALITY",
    "data.experimental.AUTOTUNE": "flowstone_data.dataset:AUTOTUNE",
    "data.experimental.INFINITE_CARDINALITY": "flowstone_data.dataset:INFINITE_CARDINALITY",
    "data.experimental.UNKNOWN_CARDINALITY": "flowstone_data.dataset:UNKNOWN_CARDINALITY",
    "data.Iterator": "flowstone_data.iterator:OwnedIterator",
    "data.IteratorSpec": "flowstone_data.iterator:IteratorSpec",
    "experimental.Optional": "flowstone_data.optional:Optional",
    "OptionalSpec": "flowstone_data.optional:OptionalSpec",
    "data.TFRecordDataset": "flowstone_data.readers:TFRecordDatasetV2",
    "data.TextLineDataset": "flowstone_data.readers:TextLineDatasetV2",
    "data.FixedLengthRecordDataset": "flowstone_data.readers:FixedLengthRecordDatasetV2",
    "io.TFRecordWriter": "flowstone_data.record_writer:TFRecordWriter",
    "io.TFRecordOptions": "flowstone_data.record_writer:TFRecordOptions",
}
