"""``tf.data``; written by ``nox -s api``."""

from . import experimental as experimental
from flowstone_data.dataset import AUTOTUNE as AUTOTUNE
from flowstone_data.dataset import DatasetV2 as _DatasetV2_Dataset
from flowstone_data.dataset import DatasetSpec as DatasetSpec
from flowstone_data.readers import FixedLengthRecordDatasetV2 as _FixedLengthRecordDatasetV2_FixedLengthRecordDataset
from flowstone_data.dataset import INFINITE_CARDINALITY as INFINITE_CARDINALITY
from flowstone_data.iterator import OwnedIterator as _OwnedIterator_Iterator
from flowstone_data.iterator import IteratorSpec as IteratorSpec
from flowstone_data.dataset import Options as Options
from flowstone_data.readers import TFRecordDatasetV2 as _TFRecordDatasetV2_TFRecordDataset
from flowstone_data.readers import TextLineDatasetV2 as _TextLineDatasetV2_TextLineDataset
from flowstone_data.dataset import UNKNOWN_CARDINALITY as UNKNOWN_CARDINALITY

Dataset = _DatasetV2_Dataset
FixedLengthRecordDataset = _FixedLengthRecordDatasetV2_FixedLengthRecordDataset
Iterator = _OwnedIterator_Iterator
TFRecordDataset = _TFRecordDatasetV2_TFRecordDataset
TextLineDataset = _TextLineDatasetV2_TextLineDataset
