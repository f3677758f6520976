"""Datasets of files' contents, as classes."""

from __future__ import annotations

from typing import Any

from flowstone_core import dtypes
from flowstone_core.conversion import convert_to_tensor
from flowstone_core.type_spec import TensorSpec

from flowstone_data.dataset import DatasetV2
from flowstone_data.sources.records import FIXED_LENGTH_RECORD, TEXT_LINE, TF_RECORD

_STRING = TensorSpec((), dtypes.string)


def _text(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        value = [str(item) if hasattr(item, "__fspath__") else item for item in value]
    elif hasattr(value, "__fspath__"):
        value = str(value)
    return convert_to_tensor("" if value is None else value, dtypes.string)


def _int64(value: Any, default: int) -> Any:
    return convert_to_tensor(default if value is None else value, dtypes.int64)


class TFRecordDatasetV2(DatasetV2):
    """The records of TFRecord files, as strings.

    Args:
        filenames: One or several names, or a dataset of names.
        compression_type: ``""``, ``"GZIP"`` or ``"ZLIB"``.
        buffer_size: Accepted; the operating system buffers.
        num_parallel_reads: How many files are read in turn, element by element.
        name: A name.
    """

    def __init__(
        self,
        filenames: Any,
        compression_type: Any = None,
        buffer_size: Any = None,
        num_parallel_reads: Any = None,
        name: str | None = None,
    ) -> None:
        if isinstance(filenames, DatasetV2):
            inner = filenames.interleave(
                lambda one: TFRecordDatasetV2(one, compression_type), cycle_length=num_parallel_reads or 1
            )
            super().__init__(inner._variant_tensor, _STRING)
            return
        names = _text(filenames)
        if num_parallel_reads is not None and names.shape.rank:
            inner = DatasetV2.from_tensor_slices(names).interleave(
                lambda one: TFRecordDatasetV2(one, compression_type), cycle_length=num_parallel_reads
            )
            super().__init__(inner._variant_tensor, _STRING)
            return
        super().__init__(TF_RECORD(names, _text(compression_type), _int64(buffer_size, 0), name=name), _STRING)


class TextLineDatasetV2(DatasetV2):
    """The lines of text files, as strings without their ends.

    Args:
        filenames: One or several names.
        compression_type: ``""``, ``"GZIP"`` or ``"ZLIB"``.
        buffer_size: Accepted; the operating system buffers.
        num_parallel_reads: Accepted; files are read one after the other.
        name: A name.
    """

    def __init__(
        self,
        filenames: Any,
        compression_type: Any = None,
        buffer_size: Any = None,
        num_parallel_reads: Any = None,
        name: str | None = None,
    ) -> None:
        variant = TEXT_LINE(_text(filenames), _text(compression_type), _int64(buffer_size, 0), name=name)
        super().__init__(variant, _STRING)


class FixedLengthRecordDatasetV2(DatasetV2):
    """Records of a fixed number of bytes.

    Args:
        filenames: One or several names.
        record_bytes: The size of a record.
        header_bytes: How many bytes to skip at the start of each file.
        footer_bytes: How many bytes to skip at the end of each file.
        buffer_size: Accepted; the operating system buffers.
        compression_type: ``""``, ``"GZIP"`` or ``"ZLIB"``.
        num_parallel_reads: Accepted; files are read one after the other.
        name: A name.
    """

    def __init__(
        self,
        filenames: Any,
        record_bytes: Any,
        header_bytes: Any = None,
        footer_bytes: Any = None,
        buffer_size: Any = None,
        compression_type: Any = None,
        num_parallel_reads: Any = None,
        name: str | None = None,
    ) -> None:
        variant = FIXED_LENGTH_RECORD(
            _text(filenames),
            _int64(header_bytes, 0),
            _int64(record_bytes, 0),
            _int64(footer_bytes, 0),
            _int64(buffer_size, 0),
            _text(compression_type),
            name=name,
        )
        super().__init__(variant, _STRING)
