"""Writing tensor bundles: ``<prefix>.index`` and ``<prefix>.data-00000-of-00001``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from flowstone_core.dtypes import DType
from flowstone_core.dtypes import string as string_type
from flowstone_core.errors import InvalidArgumentError
from flowstone_core.files import replacing, tensorflow_errors
from flowstone_protos.tensor_bundle_pb2 import BundleEntryProto, BundleHeaderProto
from numpy.typing import NDArray

from flowstone_savedmodel.checkpoint.crc import masked_crc
from flowstone_savedmodel.checkpoint.string_tensor import encode_strings
from flowstone_savedmodel.checkpoint.table_writer import encode_table

HEADER_KEY = b""
_VERSION = 1


def index_path(prefix: str) -> Path:
    """Where the table of a bundle's tensors is."""
    return Path(f"{prefix}.index")


def data_path(prefix: str, shard: int, shards: int) -> Path:
    """Where the values of one shard are."""
    return Path(f"{prefix}.data-{shard:05d}-of-{shards:05d}")


class BundleWriter:
    """Collects named tensors; made by :func:`writing_bundle`."""

    def __init__(self, data: BinaryIO) -> None:
        self._data = data
        self._offset = 0
        self._entries: dict[bytes, BundleEntryProto] = {}

    def add(self, key: str, array: NDArray[Any], dtype: DType) -> None:
        """Append the tensor *array*, whose elements are of *dtype*, under *key*.

        Raises:
            InvalidArgumentError: If *key* is empty or taken, or *dtype* is of handles.
        """
        encoded = key.encode()
        if not encoded or encoded in self._entries:
            raise InvalidArgumentError(None, None, f"A checkpoint cannot hold two tensors named {key!r}.")
        if dtype.is_handle:
            raise InvalidArgumentError(
                None, None, f"The tensor {key!r} is of dtype {dtype.name}, which checkpoints cannot hold."
            )
        stored: bytes | NDArray[np.uint8]
        if dtype == string_type:
            stored, checksum = encode_strings(array.reshape(-1).tolist())
        else:
            stored = np.ascontiguousarray(array, dtype.numpy_dtype).reshape(-1).view(np.uint8)
            checksum = masked_crc(stored)
        self._data.write(stored if isinstance(stored, bytes) else stored.data)
        entry = BundleEntryProto(dtype=dtype.as_datatype_enum, offset=self._offset, size=len(stored))
        entry.shape.SetInParent()
        for size in array.shape:
            entry.shape.dim.add(size=size)
        entry.crc32c = checksum
        self._entries[encoded] = entry
        self._offset += len(stored)

    def encode_index(self) -> bytes:
        """The table of everything added."""
        header = BundleHeaderProto(num_shards=1)
        header.version.producer = _VERSION
        rows = sorted((key, entry.SerializeToString()) for key, entry in self._entries.items())
        return encode_table([(HEADER_KEY, header.SerializeToString()), *rows])


@contextmanager
def writing_bundle(prefix: str) -> Iterator[BundleWriter]:
    """A writer whose bundle appears at *prefix* when the block ends well, and not at all otherwise.

    Missing folders are made. Both files are complete before either is renamed.

    >>> import tempfile
    >>> from flowstone_core.dtypes import int64
    >>> folder = tempfile.mkdtemp()
    >>> with writing_bundle(f"{folder}/model") as bundle:
    ...     bundle.add("step", np.array(7, np.int64), int64)
    >>> sorted(path.name for path in Path(folder).iterdir())
    ['model.data-00000-of-00001', 'model.index']
    """
    with tensorflow_errors(f"write the checkpoint {prefix!r}"):
        index_path(prefix).parent.mkdir(parents=True, exist_ok=True)
        with replacing(index_path(prefix)) as index, replacing(data_path(prefix, 0, 1)) as data:
            writer = BundleWriter(data)
            yield writer
            data.flush()
            index.write(writer.encode_index())
            index.flush()
