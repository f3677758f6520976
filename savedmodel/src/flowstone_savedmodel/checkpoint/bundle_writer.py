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
from flowstone_protos.tensor_shape_pb2 import TensorShapeProto
from numpy.typing import NDArray

from flowstone_savedmodel.checkpoint.crc import masked_crc
from flowstone_savedmodel.checkpoint.ordered_code import FULL_EXTENT, slice_key
from flowstone_savedmodel.checkpoint.slices import TensorSlice
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
        self._check_new(encoded)
        self._entries[encoded] = self._appended(key, array, dtype)

    def add_slice(self, key: str, array: NDArray[Any], dtype: DType, part: TensorSlice) -> None:
        """Append *array* as a part of the larger tensor *key*.

        Raises:
            InvalidArgumentError: If it has not the part's shape, or the tensor's other parts are of another one.
        """
        if array.shape != part.sizes:
            raise InvalidArgumentError(
                None, None, f"The slice of {key!r} has shape {list(part.sizes)}, the tensor {list(array.shape)}."
            )
        whole = BundleEntryProto(dtype=dtype.as_datatype_enum, shape=_shape(part.shape))
        piece = whole.slices.add()
        for start, length in part.extents:
            extent = piece.extent.add()
            if length != FULL_EXTENT:
                extent.start, extent.length = start, length
        encoded = slice_key(key, part.extents)
        self._check_new(encoded)
        self._add_parts(key.encode(), whole)
        self._entries[encoded] = self._appended(key, array, dtype)

    def add_raw(self, key: bytes, entry: BundleEntryProto, stored: NDArray[np.uint8]) -> None:
        """Append what another bundle holds under *key*; the parts of a partitioned tensor may come from several.

        Raises:
            InvalidArgumentError: If *key* is taken.
        """
        if entry.slices:
            self._add_parts(key, entry)
            return
        self._check_new(key)
        self._data.write(stored.data)
        copy = BundleEntryProto()
        copy.CopyFrom(entry)
        copy.shard_id, copy.offset = 0, self._offset
        self._entries[key] = copy
        self._offset += len(stored)

    def _add_parts(self, key: bytes, entry: BundleEntryProto) -> None:
        known = self._entries.setdefault(key, BundleEntryProto(dtype=entry.dtype, shape=entry.shape))
        if known.dtype != entry.dtype or known.shape != entry.shape or known.size:
            raise InvalidArgumentError(
                None,
                None,
                f"The parts of {key.decode()!r} in a checkpoint must be of one tensor, of one shape and type.",
            )
        known.slices.extend(entry.slices)

    def _check_new(self, key: bytes) -> None:
        if not key or key in self._entries:
            raise InvalidArgumentError(None, None, f"A checkpoint cannot hold two tensors named {key.decode()!r}.")

    def _appended(self, key: str, array: NDArray[Any], dtype: DType) -> BundleEntryProto:
        """Write the values; the entry that says where they are."""
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
        entry = BundleEntryProto(
            dtype=dtype.as_datatype_enum, shape=_shape(array.shape), offset=self._offset, size=len(stored)
        )
        entry.crc32c = checksum
        self._offset += len(stored)
        return entry

    def encode_index(self) -> bytes:
        """The table of everything added."""
        header = BundleHeaderProto(num_shards=1)
        header.version.producer = _VERSION
        rows = sorted((key, entry.SerializeToString()) for key, entry in self._entries.items())
        return encode_table([(HEADER_KEY, header.SerializeToString()), *rows])


def _shape(sizes: tuple[int, ...]) -> TensorShapeProto:
    return TensorShapeProto(dim=[TensorShapeProto.Dim(size=size) for size in sizes])


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
