"""``tf.train.Checkpoint``: saving and restoring objects and what they hold."""

from __future__ import annotations

import inspect
import os
from typing import Any

from flowstone_core.dtypes import int64
from flowstone_core.errors import NotFoundError
from flowstone_core.interpreter import executing_eagerly
from flowstone_core.scopes import init_scope
from flowstone_core.trackable import AutoTrackable, DictNode, ListNode, Trackable, as_trackable, identity
from flowstone_core.variable import Variable

from flowstone_savedmodel.checkpoint.bundle_reader import BundleReader
from flowstone_savedmodel.checkpoint.object_graph import View
from flowstone_savedmodel.checkpoint.options import CheckpointOptions
from flowstone_savedmodel.checkpoint.restoring import Restoration, read_object_graph
from flowstone_savedmodel.checkpoint.saving import write_view
from flowstone_savedmodel.checkpoint.state import PathLike, write_checkpoint_state
from flowstone_savedmodel.checkpoint.status import (
    CheckpointLoadStatus,
    InitializationOnlyStatus,
    LoadStatus,
    NameBasedSaverStatus,
)


class Checkpoint(AutoTrackable):
    """Saves and restores the variables below some objects, matched by the names of attributes.

    A checkpoint may be restored before variables exist: they take their values when they are made.

    Args:
        root: An object whose attributes are saved as if they were this checkpoint's.
        **kwargs: Objects to save, by the names they get: modules, variables, optimizers, lists of these, ...

    Raises:
        ValueError: If something is not trackable, or a name is taken by an attribute of *root*.

    >>> import tempfile
    >>> v = Variable(1.0)
    >>> path = Checkpoint(v=v).save(f"{tempfile.mkdtemp()}/ckpt")
    >>> path[-6:]
    'ckpt-1'
    >>> _ = v.assign(5.0)
    >>> _ = Checkpoint(v=v).read(path).expect_partial()
    >>> float(v)
    1.0
    """

    def __init__(self, root: Any = None, **kwargs: Any) -> None:
        self._save_counter: Variable | None = None
        self._root: Any = None
        if root is not None:
            self._root = _trackable("root", root)
            kwargs["root"] = root
        children = {} if self._root is None else self._root._trackable_children()
        for name, value in kwargs.items():
            node = _trackable(name, value)
            if self._root is not None and name in children and identity(children[name]) != identity(node):
                raise ValueError(
                    f"Cannot create a Checkpoint with keyword argument {name} if root.{name} already exists."
                )
            setattr(self, name, value)
        self._names = tuple(kwargs)
        if self._root is not None and isinstance(counter := children.get("save_counter"), Variable):
            self._save_counter = counter

    def _trackable_children(self) -> dict[str, Any]:
        hidden = {"_save_counter", "_root", "_names"}
        children = {
            name: _trackable(name, value)
            for name, value in vars(self).items()
            if name in self._names or (name not in hidden and as_trackable(value) is not None)
        }
        if self._save_counter is not None:
            children["save_counter"] = self._save_counter
        return children

    def _view(self) -> View:
        if self._root is None:
            return View(self)
        return View(self._root, self._trackable_children())

    @property
    def save_counter(self) -> Variable:
        """How often this checkpoint was saved: an int64 variable that is saved with the rest."""
        if self._save_counter is None:
            with init_scope():
                self._save_counter = Variable(0, trainable=False, name="save_counter", dtype=int64)
            for parent in (self, self._root):
                if parent is not None:
                    parent._child_attached("save_counter", self._save_counter)
        return self._save_counter

    def save(self, file_prefix: PathLike, options: CheckpointOptions | None = None) -> str:
        """Write a numbered checkpoint, and note it as the latest of its folder.

        Args:
            file_prefix: The path's beginning; ``-`` and the number are added.
            options: How to write.

        Returns:
            The path, to pass to :meth:`restore`.

        Raises:
            OpError: If a file cannot be written.
            NotImplementedError: Inside a ``tf.function``.
        """
        _refuse_in_function("save", "It changes the folder's state, which is not an op. Call it outside.")
        number = int(self.save_counter.assign_add(1))
        path = self.write(f"{os.fspath(file_prefix)}-{number}", options)
        write_checkpoint_state(os.path.dirname(path), path, [path])
        return path

    def write(self, file_prefix: PathLike, options: CheckpointOptions | None = None) -> str:
        """Write a checkpoint under exactly this prefix, without numbering it.

        Returns:
            The path, to pass to :meth:`read`.

        Raises:
            OpError: If a file cannot be written; what was there before stays then.
            NotImplementedError: Inside a ``tf.function``.
        """
        _refuse_in_function("write", "Call it outside.")
        path = os.fspath(file_prefix)
        write_view(self._view(), path)
        for callback in (options and options.experimental_write_callbacks) or ():
            callback(path) if inspect.signature(callback).parameters else callback()
        return path

    def read(self, save_path: PathLike, options: CheckpointOptions | None = None) -> LoadStatus:
        """Restore what :meth:`write` wrote.

        Returns:
            A status that says what matched.

        Raises:
            NotFoundError: If there is no such checkpoint.
            DataLossError: If it is damaged.
            ValueError: If a value does not have its variable's shape.
        """
        reader = BundleReader(_prefix_of(os.fspath(save_path)))
        graph = read_object_graph(reader)
        if graph is None:
            return NameBasedSaverStatus(reader, self._view(), self._counters)
        restoration = Restoration(reader, graph, self._view())
        restoration.run()
        return CheckpointLoadStatus(restoration)

    def restore(self, save_path: PathLike | None, options: CheckpointOptions | None = None) -> LoadStatus:
        """Restore what :meth:`save` saved, the save counter too.

        Args:
            save_path: What ``save`` or ``tf.train.latest_checkpoint`` returned, or the folder of a SavedModel; with
                None nothing is restored.
            options: How to read.

        Returns:
            A status that says what matched: ``assert_consumed()``, ``expect_partial()``, ...

        Raises:
            NotFoundError: If there is no such checkpoint.
            DataLossError: If it is damaged.
            ValueError: If a value does not have its variable's shape.
        """
        if save_path is None:
            return InitializationOnlyStatus()
        try:
            status = self.read(save_path, options)
        except NotFoundError as error:
            raise NotFoundError(
                None,
                None,
                f"Error when restoring from checkpoint or SavedModel at {os.fspath(save_path)}: {error.message}\n"
                "Please double-check that the path is correct. You may be missing the checkpoint suffix (e.g. the "
                "'-1' in 'path/to/ckpt-1').",
            ) from None
        _ = self.save_counter
        return status

    def sync(self) -> None:
        """Wait until everything is written, which it always is."""

    def _counters(self) -> list[Trackable]:
        return [] if self._save_counter is None else [self._save_counter]


def _trackable(name: str, value: Any) -> Trackable:
    """*value* as a node of the object graph; a list or dictionary is one even while it holds nothing."""
    if isinstance(value, list):
        return ListNode(value)
    if isinstance(value, dict):
        return DictNode(value)
    node = as_trackable(value)
    if node is None:
        raise ValueError(
            f"`Checkpoint` was expecting {name} to be a trackable object (an object derived from `Trackable`), got "
            f"{value}. Give it modules, variables, optimizers, or lists and dictionaries of these."
        )
    return node


def _refuse_in_function(method: str, advice: str) -> None:
    if not executing_eagerly():
        raise NotImplementedError(f"Calling tf.train.Checkpoint.{method}() from a function is not supported. {advice}")


def _prefix_of(path: str) -> str:
    """The bundle behind *path*, which may be the folder of a SavedModel."""
    if os.path.isfile(os.path.join(path, "saved_model.pb")):
        return os.path.join(path, "variables", "variables")
    return path
