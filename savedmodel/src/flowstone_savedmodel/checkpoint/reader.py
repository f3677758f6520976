"""Looking into checkpoints without a model: ``load_checkpoint``, ``list_variables``, ``load_variable``."""

from __future__ import annotations

import os
from typing import Any

from flowstone_core.dtypes import DType

from flowstone_savedmodel.checkpoint.bundle_reader import BundleReader
from flowstone_savedmodel.checkpoint.state import PathLike, latest_checkpoint


class CheckpointReader:
    """The tensors of one checkpoint by name."""

    def __init__(self, prefix: str) -> None:
        self._bundle = BundleReader(prefix)

    def has_tensor(self, tensor_str: str) -> bool:
        """Whether the checkpoint holds a tensor of this name."""
        return tensor_str in self._bundle

    def get_tensor(self, tensor_str: str) -> Any:
        """The value of one tensor as a numpy array or scalar; strings are ``bytes``.

        Raises:
            NotFoundError: If there is none of that name.
            DataLossError: If it is damaged.
        """
        array = self._bundle.read(tensor_str)
        return array if array.ndim else array[()]

    def get_variable_to_shape_map(self) -> dict[str, list[int]]:
        """The shape of each tensor."""
        return {name: self._bundle.spec(name)[1].as_list() for name in self._bundle.names()}  # type: ignore[misc]

    def get_variable_to_dtype_map(self) -> dict[str, DType]:
        """The element type of each tensor."""
        return {name: self._bundle.spec(name)[0] for name in self._bundle.names()}

    def debug_string(self) -> bytes:
        """One line for each tensor: its name, type and shape."""
        lines = []
        for name in self._bundle.names():
            dtype, shape = self._bundle.spec(name)
            lines.append(f"{name} ({dtype.name}) {shape.as_list()}\n")
        return "".join(lines).encode()


def load_checkpoint(ckpt_dir_or_file: PathLike) -> CheckpointReader:
    """A reader of a checkpoint, or of the latest one in a folder.

    Raises:
        ValueError: If the folder has no checkpoint.
        NotFoundError: If there is no checkpoint of that prefix.
        DataLossError: If it is damaged.
    """
    prefix = os.fspath(ckpt_dir_or_file)
    if os.path.isdir(prefix):
        latest = latest_checkpoint(prefix)
        if latest is None:
            raise ValueError(f"Couldn't find 'checkpoint' file or checkpoints in given directory {prefix}")
        prefix = latest
    return CheckpointReader(prefix)


def load_variable(ckpt_dir_or_file: PathLike, name: str) -> Any:
    """The value of one tensor of a checkpoint, as :meth:`CheckpointReader.get_tensor`."""
    return load_checkpoint(ckpt_dir_or_file).get_tensor(name.removesuffix(":0"))


def list_variables(ckpt_dir_or_file: PathLike) -> list[tuple[str, list[int]]]:
    """The names and shapes of all tensors of a checkpoint, by name."""
    return sorted(load_checkpoint(ckpt_dir_or_file).get_variable_to_shape_map().items())
