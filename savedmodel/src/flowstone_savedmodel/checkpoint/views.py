"""``tf.train.TrackableView`` and ``tf.train.CheckpointView``: object graphs to look at."""

from __future__ import annotations

import os

from flowstone_core.errors import NotFoundError
from flowstone_core.trackable import Trackable

from flowstone_savedmodel.checkpoint.bundle_reader import BundleReader
from flowstone_savedmodel.checkpoint.object_graph import View, list_nodes
from flowstone_savedmodel.checkpoint.restoring import read_object_graph
from flowstone_savedmodel.checkpoint.state import PathLike


class TrackableView:
    """The objects below a live root.

    Args:
        root: Where to start.
    """

    def __init__(self, root: Trackable) -> None:
        self._view = View(root)

    @classmethod
    def children(cls, obj: Trackable) -> dict[str, Trackable]:
        """What is directly below *obj*, by name."""
        return View(obj).children(obj)

    @property
    def root(self) -> Trackable:
        """Where the view starts."""
        return self._view.root

    def descendants(self) -> list[Trackable]:
        """All objects below the root, and the root, breadth first."""
        return [node.trackable for node in list_nodes(self._view)]


class CheckpointView:
    """The objects of a saved checkpoint, by number.

    Args:
        save_path: The checkpoint's prefix.

    Raises:
        NotFoundError: If there is no such checkpoint, or it has no object graph.
    """

    def __init__(self, save_path: PathLike) -> None:
        prefix = os.fspath(save_path)
        graph = read_object_graph(BundleReader(prefix))
        if graph is None:
            raise NotFoundError(
                None,
                None,
                f"The checkpoint {prefix!r} has no object graph. It was written by TensorFlow 1's Saver; read it "
                "with tf.train.load_checkpoint.",
            )
        self._graph = graph

    def children(self, node_id: int) -> dict[str, int]:
        """The number behind each name directly below a node."""
        return {child.local_name: child.node_id for child in self._graph.nodes[node_id].children}

    def descendants(self) -> list[int]:
        """The numbers of all nodes below the root, and the root's, breadth first."""
        return list(self._matched_with(None))

    def match(self, obj: Trackable) -> dict[int, Trackable]:
        """The live object below *obj* for each saved node that has one under the same names."""
        return {number: live for number, live in self._matched_with(obj).items() if live is not None}

    def diff(self, obj: Trackable) -> tuple[dict[int, Trackable], list[int], list[Trackable]]:
        """What :meth:`match` finds, the nodes it does not, and the live objects it does not."""
        matched = self.match(obj)
        found = {id(live) for live in matched.values()}
        return (
            matched,
            [number for number in self.descendants() if number not in matched],
            [live for live in TrackableView(obj).descendants() if id(live) not in found],
        )

    def _matched_with(self, root: Trackable | None) -> dict[int, Trackable | None]:
        """The nodes reachable from the first one, each with the object at the same path, if any."""
        if not self._graph.nodes:
            return {}
        found: dict[int, Trackable | None] = {0: root}
        order = [0]
        for number in order:
            live = found[number]
            children = {} if live is None else live._trackable_children()
            for name, child in self.children(number).items():
                if child not in found:
                    found[child] = children.get(name)
                    order.append(child)
        return found
