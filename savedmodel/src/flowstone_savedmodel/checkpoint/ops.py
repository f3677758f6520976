"""The ops of saved graphs that write, read and merge checkpoints: ``SaveV2``, ``RestoreV2``, ``MergeV2Checkpoints``."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from flowstone_core.dtypes import DType, from_numpy, string
from flowstone_core.errors import InvalidArgumentError, NotFoundError
from flowstone_core.files import tensorflow_errors
from flowstone_core.infer import nothing, scalar
from flowstone_core.kernel import KernelSet
from flowstone_core.op import WORLD, Op
from flowstone_core.shapes import TensorShape
from flowstone_core.spec import Spec

from flowstone_savedmodel.checkpoint.bundle_reader import BundleReader
from flowstone_savedmodel.checkpoint.bundle_writer import index_path, writing_bundle
from flowstone_savedmodel.checkpoint.slices import parse_slice

KERNELS = KernelSet()

_NAMES = ("prefix: string", "tensor_names: string", "shape_and_slices: string")
_TYPES = ("dtypes: list(type) >= 1",)


def _infer_restored(prefix: Spec, names: Spec, slices: Spec, *, dtypes: Sequence[DType]) -> list[Spec]:
    return [Spec(None, dtype) for dtype in dtypes]


SAVE = Op("SaveV2", (*_NAMES, "tensors: dtypes"), (), _TYPES, infer=nothing, effects=WORLD)
RESTORE = Op("RestoreV2", _NAMES, ("tensors: dtypes",), _TYPES, infer=_infer_restored, effects=WORLD)
MERGE = Op(
    "MergeV2Checkpoints",
    ("checkpoint_prefixes: string", "destination_prefix: string"),
    (),
    ("delete_old_dirs: bool = true", "allow_missing_files: bool = false"),
    infer=nothing,
    effects=WORLD,
)
SHARDED_FILENAME = Op(
    "ShardedFilename",
    ("basename: string", "shard: int32", "num_shards: int32"),
    ("filename: string",),
    infer=scalar(string),
)
SHARDED_FILESPEC = Op(
    "ShardedFilespec", ("basename: string", "num_shards: int32"), ("filename: string",), infer=scalar(string)
)


def _mistake(message: str) -> InvalidArgumentError:
    return InvalidArgumentError(None, None, message)


def _text(array: Any, op: Op, what: str) -> str:
    if array.ndim:
        raise _mistake(f"{op.name}: {what} must be a scalar, got shape {TensorShape(array.shape)}.")
    text: str = array[()].decode()
    return text


def _texts(array: Any, op: Op, what: str, count: int) -> list[str]:
    if array.shape != (count,):
        raise _mistake(f"{op.name}: {what} must have one entry for each of the {count} tensors, got {array.shape}.")
    return [each.decode() for each in array.tolist()]


@KERNELS.add(SAVE)
def save(prefix: Any, tensor_names: Any, shape_and_slices: Any, tensors: list[Any]) -> None:
    """Write all tensors, or the parts of larger ones that ``shape_and_slices`` says they are."""
    names = _texts(tensor_names, SAVE, "tensor_names", len(tensors))
    parts = _texts(shape_and_slices, SAVE, "shape_and_slices", len(tensors))
    with writing_bundle(_text(prefix, SAVE, "prefix")) as bundle:
        for name, part, tensor in zip(names, parts, tensors, strict=True):
            if not isinstance(tensor, np.ndarray):
                raise _mistake(f"SaveV2: {name!r} is a {type(tensor).__name__}, which checkpoints cannot hold.")
            if part:
                bundle.add_slice(name, tensor, from_numpy(tensor.dtype), parse_slice(part))
            else:
                bundle.add(name, tensor, from_numpy(tensor.dtype))


@KERNELS.add(RESTORE)
def restore(prefix: Any, tensor_names: Any, shape_and_slices: Any, *, dtypes: Sequence[DType]) -> list[Any]:
    """The tensors of these names, or parts of them."""
    names = _texts(tensor_names, RESTORE, "tensor_names", len(dtypes))
    parts = _texts(shape_and_slices, RESTORE, "shape_and_slices", len(dtypes))
    reader = BundleReader(_text(prefix, RESTORE, "prefix"))
    return [_restored(reader, *each) for each in zip(names, parts, dtypes, strict=True)]


def _restored(reader: BundleReader, name: str, part: str, dtype: DType) -> Any:
    stored, shape = reader.spec(name)
    if stored is not dtype:
        raise _mistake(f"RestoreV2: {name!r} is stored as {stored.name}, expected {dtype.name}.")
    if not part:
        return reader.read(name)
    place = parse_slice(part)
    if shape.as_list() != list(place.shape):
        raise _mistake(f"RestoreV2: {name!r} is stored with shape {shape}, expected a slice of {place.shape}.")
    return reader.read(name)[place.region].copy()


@KERNELS.add(MERGE)
def merge(
    checkpoint_prefixes: Any, destination_prefix: Any, *, delete_old_dirs: bool, allow_missing_files: bool
) -> None:
    """One checkpoint of the tensors of several, which are removed."""
    if checkpoint_prefixes.ndim != 1:
        raise _mistake(f"MergeV2Checkpoints: the prefixes must be a vector, got shape {checkpoint_prefixes.shape}.")
    destination = _text(destination_prefix, MERGE, "destination_prefix")
    readers = []
    for prefix in map(bytes.decode, checkpoint_prefixes.tolist()):
        try:
            readers.append(BundleReader(prefix))
        except NotFoundError as error:
            if not allow_missing_files:
                raise _mistake(f"MergeV2Checkpoints: {error.message} Or give allow_missing_files=True.") from None
    if not readers:
        raise _mistake("MergeV2Checkpoints: there are no checkpoints to merge.")
    with writing_bundle(destination) as bundle:
        for reader in readers:
            for key, entry, stored in reader.raw_entries():
                bundle.add_raw(key, entry, stored)
    if delete_old_dirs:
        _remove([reader for reader in readers if reader.prefix != destination])


def _remove(readers: list[BundleReader]) -> None:
    """Delete the files of bundles, and their folders where nothing else is."""
    for reader in readers:
        with tensorflow_errors(f"remove the checkpoint {reader.prefix!r}"):
            for path in (index_path(reader.prefix), *reader.data_paths()):
                path.unlink(missing_ok=True)
    for folder in {Path(reader.prefix).parent for reader in readers}:
        with suppress(OSError):  # others may keep something there
            folder.rmdir()


@KERNELS.add(SHARDED_FILENAME)
def sharded_filename(basename: Any, shard: Any, num_shards: Any) -> Any:
    """The name of one of several files."""
    name = _text(basename, SHARDED_FILENAME, "basename")
    return np.array(f"{name}-{int(shard):05d}-of-{int(num_shards):05d}".encode(), object)


@KERNELS.add(SHARDED_FILESPEC)
def sharded_filespec(basename: Any, num_shards: Any) -> Any:
    """The pattern of the names of several files."""
    name = _text(basename, SHARDED_FILESPEC, "basename")
    return np.array(f"{name}-?????-of-{int(num_shards):05d}".encode(), object)
