"""What ``restore`` and ``read`` return: questions about what matched."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

from flowstone_core.trackable import Trackable, identity
from flowstone_core.variable import Variable

from flowstone_savedmodel.checkpoint.bundle_reader import BundleReader
from flowstone_savedmodel.checkpoint.object_graph import View, list_nodes, node_names
from flowstone_savedmodel.checkpoint.restoring import Restoration

_SHOWN = 10


class LoadStatus:
    """The base of the objects that say how a checkpoint and the live objects matched."""

    def assert_consumed(self) -> Self:
        """Raise ``AssertionError`` unless every saved value and every live one found its counterpart."""
        raise NotImplementedError

    def assert_existing_objects_matched(self) -> Self:
        """Raise ``AssertionError`` unless every live value found its saved one."""
        raise NotImplementedError

    def assert_nontrivial_match(self) -> Self:
        """Raise ``AssertionError`` unless something besides the root matched."""
        raise NotImplementedError

    def expect_partial(self) -> Self:
        """Say that not everything will match; nothing is complained about then."""
        return self

    def run_restore_ops(self, session: Any = None) -> None:
        """Restore what came into being since; in TensorFlow 1 this ran the graph."""

    def initialize_or_restore(self, session: Any = None) -> None:
        """Restore what came into being since; in TensorFlow 1 this ran the graph."""
        self.run_restore_ops(session)


class CheckpointLoadStatus(LoadStatus):
    """The outcome of restoring a checkpoint that has an object graph."""

    def __init__(self, restoration: Restoration) -> None:
        self._restoration = restoration

    def run_restore_ops(self, session: Any = None) -> None:
        """Restore objects that came into being unnoticed, such as those appended to a list."""
        self._restoration.run()

    def assert_consumed(self) -> Self:
        """Raise ``AssertionError`` unless every saved value and every live one found its counterpart."""
        restoration = self._restoration
        restoration.run()
        names = node_names(restoration.graph)
        for number, node in enumerate(restoration.graph.nodes):
            if node.attributes and number not in restoration.objects:
                raise AssertionError(f"Unresolved object in checkpoint {names[number]}: {node}")
        if restoration.unused:
            listed = "\n".join(sorted(f"{names[number]}: {name}" for number, name in restoration.unused))
            raise AssertionError(
                "Unused attributes in these objects (the attributes exist in the checkpoint but were not "
                f"restored):\n{listed}"
            )
        self.assert_existing_objects_matched()
        return self

    def assert_existing_objects_matched(self) -> Self:
        """Raise ``AssertionError`` unless every live value found its saved one."""
        restoration = self._restoration
        restoration.run()
        matched = {
            identity(trackable)
            for number, trackable in restoration.objects.items()
            if restoration.graph.nodes[number].attributes
        }
        unmatched = [each for each in holders(restoration.view) if identity(each) not in matched]
        if unmatched:
            raise AssertionError(
                f"Found {len(unmatched)} Python objects that were not bound to checkpointed values, likely due to "
                f"changes in the Python program. Showing {min(_SHOWN, len(unmatched))} of {len(unmatched)} "
                f"unmatched objects: {unmatched[:_SHOWN]}"
            )
        return self

    def assert_nontrivial_match(self) -> Self:
        """Raise ``AssertionError`` unless something besides the root matched."""
        restoration = self._restoration
        restoration.run()
        if len(restoration.objects) > 1:
            return self
        found = holders(restoration.view)
        if not found:
            raise AssertionError(f"Nothing to load. No dependencies have been added to {restoration.view.root} yet.")
        raise AssertionError(
            "Nothing except the root object matched a checkpointed value. Typically this means that the checkpoint "
            "does not match the Python program. The following objects have no matching checkpointed value: "
            f"{found[:_SHOWN]}"
        )


class InitializationOnlyStatus(LoadStatus):
    """The outcome of ``restore(None)``: there was nothing to restore."""

    def _refuse(self) -> Self:
        raise AssertionError("No checkpoint specified (save_path=None); nothing is being restored.")

    assert_consumed = _refuse
    assert_existing_objects_matched = _refuse
    assert_nontrivial_match = _refuse

    def run_restore_ops(self, session: Any = None) -> None:
        """Raise ``AssertionError``: there is nothing to restore."""
        self._refuse()

    def initialize_or_restore(self, session: Any = None) -> None:
        """Do nothing: variables are initialized when they are made."""


class NameBasedSaverStatus(LoadStatus):
    """The outcome of restoring a checkpoint without an object graph: variables are matched by their names."""

    def __init__(self, reader: BundleReader, view: View, optional: Callable[[], list[Trackable]]) -> None:
        self._reader = reader
        self._view = view
        self._optional = optional
        self._done: set[int] = set()
        self.run_restore_ops()

    def _variables(self) -> list[Variable]:
        return [each for each in holders(self._view) if isinstance(each, Variable)]

    def run_restore_ops(self, session: Any = None) -> None:
        """Restore the variables whose names the checkpoint has."""
        for variable in self._variables():
            key = variable.name.removesuffix(":0")
            if id(variable) not in self._done and key in self._reader:
                variable.assign(self._reader.read(key))
                self._done.add(id(variable))

    def assert_consumed(self) -> Self:
        """Raise ``AssertionError`` unless every saved value and every live one found its counterpart."""
        self.assert_existing_objects_matched()
        unused = set(self._reader.names()) - {each.name.removesuffix(":0") for each in self._variables()}
        if unused:
            raise AssertionError(f"Some values of the checkpoint were not restored: {sorted(unused)[:_SHOWN]}")
        return self

    def assert_existing_objects_matched(self) -> Self:
        """Raise ``AssertionError`` unless every live variable's name is in the checkpoint."""
        self.run_restore_ops()
        optional = {id(each) for each in self._optional()}
        missing = [each for each in self._variables() if id(each) not in self._done | optional]
        if missing:
            raise AssertionError(f"Some objects do not have a value in the checkpoint: {missing[:_SHOWN]}")
        return self

    def assert_nontrivial_match(self) -> Self:
        """Raise ``AssertionError`` unless some variable's name is in the checkpoint."""
        self.run_restore_ops()
        if not self._done:
            raise AssertionError("No variable's name is in the checkpoint.")
        return self


def holders(view: View) -> list[Trackable]:
    """The live objects that have values of their own."""
    return [
        node.trackable
        for node in list_nodes(view)
        if type(node.trackable)._serialize_to_tensors is not Trackable._serialize_to_tensors
    ]
