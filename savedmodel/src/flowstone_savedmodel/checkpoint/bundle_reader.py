"""Reading tensor bundles, whoever wrote them. Nothing in a file is believed before it is checked."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from flowstone_core.dtypes import DType, as_dtype
from flowstone_core.dtypes import bool as bool_type
from flowstone_core.dtypes import string as string_type
from flowstone_core.errors import DataLossError, NotFoundError, UnimplementedError
from flowstone_core.files import tensorflow_errors
from flowstone_core.shapes import TensorShape
from flowstone_protos.tensor_bundle_pb2 import BundleEntryProto, BundleHeaderProto
from flowstone_protos.tensor_slice_pb2 import TensorSliceProto
from google.protobuf.message import DecodeError
from numpy.typing import NDArray

from flowstone_savedmodel.checkpoint.bundle_writer import HEADER_KEY, data_path, index_path
from flowstone_savedmodel.checkpoint.crc import masked_crc
from flowstone_savedmodel.checkpoint.ordered_code import FULL_EXTENT, slice_key
from flowstone_savedmodel.checkpoint.string_tensor import decode_strings
from flowstone_savedmodel.checkpoint.table_reader import decode_table

_SLICE_KEY_START = b"\0"


class BundleReader:
    """The tensors of the bundle at *prefix*; values are read from disk one by one, on request.

    Args:
        prefix: The path without ``.index``.

    Raises:
        NotFoundError: If there is no bundle.
        DataLossError: If its index is damaged.
    """

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        path = index_path(prefix)
        if not path.is_file():
            raise NotFoundError(
                None,
                None,
                f"There is no checkpoint {prefix!r}: the file {path} does not exist. "
                "Give the prefix that save() returned, or tf.train.latest_checkpoint(folder).",
            )
        with tensorflow_errors(f"read the checkpoint {prefix!r}"):
            content = path.read_bytes()
        with self._guarding("its index"):
            self._table = decode_table(content)
            header = BundleHeaderProto.FromString(self._table.pop(HEADER_KEY, b""))
        if header.num_shards < 1:
            raise self._damaged("its index has no header")
        if header.endianness != BundleHeaderProto.LITTLE:
            raise UnimplementedError(None, None, f"The checkpoint {prefix!r} was written big-endian.")
        self._shards = header.num_shards

    def names(self) -> list[str]:
        """The names of all tensors, sorted; parts of partitioned tensors are not listed by themselves."""
        with self._guarding("its index"):
            return [key.decode() for key in self._table if not key.startswith(_SLICE_KEY_START)]

    def __contains__(self, key: str) -> bool:
        return key.encode() in self._table

    def spec(self, key: str) -> tuple[DType, TensorShape]:
        """The element type and shape of one tensor, without reading it.

        Raises:
            NotFoundError: If there is none of that name.
        """
        entry = self._entry(key.encode(), key)
        return self._spec(entry, key)

    def read(self, key: str) -> NDArray[Any]:
        """The value of one tensor.

        Raises:
            NotFoundError: If there is none of that name, or the file with its values is missing.
            DataLossError: If the stored value is damaged.
        """
        entry = self._entry(key.encode(), key)
        return self._read_slices(entry, key) if entry.slices else self._read_whole(entry, key)

    def raw_entries(self) -> Iterator[tuple[bytes, BundleEntryProto, NDArray[np.uint8]]]:
        """Each key with its entry and its values' bytes, parts of partitioned tensors by themselves.

        Raises:
            DataLossError: If an entry is damaged or bytes are missing.
        """
        for key in self._table:
            entry = self._entry(key, str(key))
            yield key, entry, self._read_bytes(entry, str(key)) if not entry.slices else np.zeros(0, np.uint8)

    def data_paths(self) -> list[Path]:
        """The files that hold the values."""
        return [data_path(self.prefix, shard, self._shards) for shard in range(self._shards)]

    def _entry(self, encoded: bytes, key: str) -> BundleEntryProto:
        found = self._table.get(encoded)
        if found is None:
            raise NotFoundError(None, None, f"Key {key} not found in checkpoint {self.prefix!r}.")
        with self._guarding(f"the entry of {key!r}"):
            return BundleEntryProto.FromString(found)

    def _spec(self, entry: BundleEntryProto, key: str) -> tuple[DType, TensorShape]:
        sizes = [dim.size for dim in entry.shape.dim]
        if entry.shape.unknown_rank or any(size < 0 for size in sizes):
            raise self._damaged(f"the shape of {key!r} is not known")
        try:
            dtype = as_dtype(entry.dtype)
        except TypeError:
            raise self._damaged(f"{key!r} is of the unknown type number {entry.dtype}") from None
        if dtype.is_handle:
            raise UnimplementedError(
                None, None, f"{key!r} in {self.prefix!r} is of dtype {dtype.name}, which cannot be read."
            )
        return dtype, TensorShape(sizes)

    def _read_whole(self, entry: BundleEntryProto, key: str) -> NDArray[Any]:
        dtype, shape = self._spec(entry, key)
        sizes = tuple(dim.size for dim in entry.shape.dim)
        count = math.prod(sizes)
        if dtype != string_type and count * dtype.numpy_dtype.itemsize != entry.size:
            raise self._damaged(f"{key!r} is declared {dtype.name} of shape {shape} but stored in {entry.size} bytes")
        stored = self._read_bytes(entry, key)
        if dtype == string_type:
            with self._guarding(f"the value of {key!r}"):
                array, checksum = decode_strings(stored.tobytes(), count)
        else:
            checksum = masked_crc(stored)
            array = stored != 0 if dtype == bool_type else stored.view(dtype.numpy_dtype)
        if checksum != entry.crc32c:
            raise self._damaged(f"the checksum of {key!r} does not match its value")
        with self._guarding(f"the shape of {key!r}"):
            return array.reshape(sizes)

    def _read_bytes(self, entry: BundleEntryProto, key: str) -> NDArray[np.uint8]:
        if not 0 <= entry.shard_id < self._shards or entry.offset < 0 or entry.size < 0:
            raise self._damaged(f"the entry of {key!r} points nowhere")
        path = data_path(self.prefix, entry.shard_id, self._shards)
        with (
            tensorflow_errors(f"read {key!r} of the checkpoint {self.prefix!r}"),
            path.open("rb", buffering=0) as file,
        ):
            end = file.seek(0, 2)
            if entry.offset + entry.size > end:
                raise self._damaged(
                    f"{path.name} holds {end} bytes, but the value of {key!r} ends at byte "
                    f"{entry.offset + entry.size}: the file was cut short"
                )
            file.seek(entry.offset)
            stored = np.empty(entry.size, np.uint8)
            done = 0
            while done < entry.size:
                done += file.readinto(stored.data[done:]) or self._stop(path.name)
        return stored

    def _stop(self, name: str) -> NoReturn:
        raise self._damaged(f"{name} ended while it was read")

    def _read_slices(self, entry: BundleEntryProto, key: str) -> NDArray[Any]:
        """Put a partitioned tensor together from its parts."""
        dtype, shape = self._spec(entry, key)
        sizes = tuple(dim.size for dim in entry.shape.dim)
        parts = []
        for piece in entry.slices:
            region, extents = self._region(piece, sizes, key)
            part = self._entry(slice_key(key, extents), f"{key} {extents}")
            covered = tuple(one.stop - one.start for one in region)
            if self._spec(part, key) != (dtype, TensorShape(covered)) or part.slices:
                raise self._damaged(f"a part of {key!r} does not have the shape {covered} of its place")
            parts.append((region, part))
        if sum(math.prod(dim.size for dim in part.shape.dim) for _, part in parts) < math.prod(sizes):
            raise self._damaged(f"the parts of {key!r} do not fill its shape {shape}")
        values = [(region, self._read_whole(part, key)) for region, part in parts]
        whole = np.zeros(sizes, dtype.numpy_dtype)
        filled = np.zeros(sizes, np.bool_)
        for region, value in values:
            whole[region] = value
            filled[region] = True
        if not filled.all():
            raise self._damaged(f"the parts of {key!r} do not fill its shape {shape}")
        return whole

    def _region(
        self, piece: TensorSliceProto, sizes: tuple[int, ...], key: str
    ) -> tuple[tuple[slice, ...], list[tuple[int, int]]]:
        """Where a part lies, and the extents that its key is made of."""
        region, extents = [], []
        if len(piece.extent) != len(sizes):
            raise self._damaged(f"a part of {key!r} has {len(piece.extent)} dimensions, not {len(sizes)}")
        for extent, size in zip(piece.extent, sizes, strict=True):
            whole = not extent.HasField("length")
            start, length = (0, size) if whole else (extent.start, extent.length)
            if start < 0 or length < 0 or start + length > size:
                raise self._damaged(f"a part of {key!r} lies outside its shape")
            region.append(slice(start, start + length))
            extents.append((0, FULL_EXTENT) if whole else (start, length))
        return tuple(region), extents

    @contextmanager
    def _guarding(self, what: str) -> Iterator[None]:
        """Turn any decoding failure of the block into one error that names the bundle."""
        try:
            yield
        except (ValueError, DecodeError) as error:
            raise self._damaged(f"{what} is damaged ({error})") from None

    def _damaged(self, reason: str) -> DataLossError:
        return DataLossError(None, None, f"The checkpoint {self.prefix!r} cannot be read: {reason}.")
