"""``tf.saved_model.load`` and ``contains_saved_model``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from flowstone_core.errors import UnimplementedError
from flowstone_protos.meta_graph_pb2 import MetaGraphDef
from flowstone_protos.saved_model_pb2 import SavedModel
from google.protobuf import text_format
from google.protobuf.message import DecodeError

from flowstone_savedmodel import constants
from flowstone_savedmodel.checkpoint.bundle_reader import BundleReader
from flowstone_savedmodel.checkpoint.bundle_writer import index_path
from flowstone_savedmodel.checkpoint.object_graph import View
from flowstone_savedmodel.checkpoint.restoring import Restoration, read_object_graph
from flowstone_savedmodel.checkpoint.status import CheckpointLoadStatus, holders
from flowstone_savedmodel.loader import ObjectLoader
from flowstone_savedmodel.options import LoadOptions


def contains_saved_model(export_dir: Any) -> bool:
    """Whether there is a SavedModel in a folder."""
    folder = Path(os.fspath(export_dir))
    names = (constants.SAVED_MODEL_FILENAME_PB, constants.SAVED_MODEL_FILENAME_PBTXT)
    return any((folder / name).is_file() for name in names)


def load(export_dir: Any, tags: Any = None, options: LoadOptions | None = None) -> Any:
    """Read a SavedModel, of flowstone or of TensorFlow.

    Args:
        export_dir: Its folder.
        tags: Its tags, to be checked: usually ``"serve"``.
        options: How to read.

    Returns:
        An object with the attributes that were saved: variables, functions to call, and ``signatures``.

    Raises:
        OSError: If there is no SavedModel, or it cannot be parsed.
        ValueError: If the tags are others.
        OpError: If what is in it is not legal, damaged or not supported.

    >>> import tempfile
    >>> from flowstone_core.module import Module
    >>> from flowstone_core.variable import Variable
    >>> from flowstone_savedmodel.saving import save
    >>> module, folder = Module(), tempfile.mkdtemp()
    >>> module.v = Variable([1.0, 2.0])
    >>> save(module, folder)
    >>> load(folder).v.numpy().tolist()
    [1.0, 2.0]
    """
    folder = Path(os.fspath(export_dir))
    options = options or LoadOptions()
    message = meta_graph(folder, tags)
    if not message.object_graph_def.nodes:
        raise UnimplementedError(
            None,
            None,
            f"The SavedModel in {str(folder)!r} was written by TensorFlow 1: it has no objects, only a graph, which "
            "flowstone does not load yet. Load it in TensorFlow 2 and save it from there.",
        )
    loader = ObjectLoader(message, folder, options.experimental_allow_file_ops)
    root = loader.load()
    if not options.experimental_skip_checkpoint:
        _restore(root, folder, options.allow_partial_checkpoint)
    loader.initialize()
    _describe(root, message, options)
    return root


def read_saved_model(folder: Path) -> SavedModel:
    """The message in a folder.

    Raises:
        OSError: If there is none, or it cannot be parsed.
    """
    binary, text = folder / constants.SAVED_MODEL_FILENAME_PB, folder / constants.SAVED_MODEL_FILENAME_PBTXT
    if not contains_saved_model(folder):
        raise OSError(
            f"SavedModel file does not exist at: {folder}/{{{constants.SAVED_MODEL_FILENAME_PBTXT}|"
            f"{constants.SAVED_MODEL_FILENAME_PB}}}"
        )
    path = binary if binary.is_file() else text
    try:
        if path is binary:
            return SavedModel.FromString(path.read_bytes())
        return text_format.Parse(path.read_text(encoding="utf-8"), SavedModel())
    except (DecodeError, text_format.ParseError, UnicodeDecodeError) as error:
        raise OSError(f"Cannot parse file {path}: {error}. It is no SavedModel, or was cut short.") from None


def meta_graph(folder: Path, tags: Any = None) -> MetaGraphDef:
    """The meta graph with exactly *tags*, or the only one if they are None.

    Raises:
        OSError: If there is no SavedModel, or it cannot be parsed.
        ValueError: If there is none with these tags.
    """
    graphs = read_saved_model(folder).meta_graphs
    wanted = None if tags is None else {tags} if isinstance(tags, str) else set(tags)
    found = [graph for graph in graphs if wanted is None or set(graph.meta_info_def.tags) == wanted]
    if len(found) == 1:
        return found[0]
    present = [sorted(graph.meta_info_def.tags) for graph in graphs]
    if wanted is None:
        raise ValueError(
            f"The SavedModel in {str(folder)!r} has {len(graphs)} meta graphs; give tags: one of {present}."
        )
    raise ValueError(
        f"Got an incompatible argument to `tags`: {tags}. The SavedModel at {folder} has meta graphs with tags "
        f"{present}. You may omit the argument, pass 'None', or pass one of these."
    )


def _restore(root: Any, folder: Path, partial: bool) -> None:
    """Give the variables below *root* their values."""
    prefix = str(folder / constants.VARIABLES_DIRECTORY / constants.VARIABLES_FILENAME)
    view = View(root)
    if not index_path(prefix).exists() and not holders(view):
        return
    reader = BundleReader(prefix)
    graph = read_object_graph(reader)
    if graph is None:
        raise UnimplementedError(
            None, None, f"The variables of the SavedModel in {str(folder)!r} are stored without an object graph."
        )
    restoration = Restoration(reader, graph, view)
    restoration.run()
    if not partial:
        CheckpointLoadStatus(restoration).assert_existing_objects_matched()


def _describe(root: Any, message: MetaGraphDef, options: LoadOptions) -> None:
    """Note on the root where it comes from, as TensorFlow does."""
    info = message.meta_info_def
    attributes = getattr(root, "__dict__", None)
    if attributes is None:
        return
    attributes.setdefault("tensorflow_version", info.tensorflow_version)
    attributes.setdefault("tensorflow_git_version", info.tensorflow_git_version)
