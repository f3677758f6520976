"""Writing the object graph below a root, and all its values, as one bundle."""

from __future__ import annotations

import numpy as np
from flowstone_core.dtypes import string
from flowstone_core.scopes import init_scope
from flowstone_core.tensor import EagerTensor

from flowstone_savedmodel.checkpoint.bundle_writer import writing_bundle
from flowstone_savedmodel.checkpoint.object_graph import (
    OBJECT_GRAPH_KEY,
    View,
    checkpoint_key,
    encode_graph,
    list_nodes,
)


def write_view(view: View, prefix: str) -> None:
    """Write everything below the root of *view* to the bundle *prefix*.

    Values are read one object after the other; other threads that change variables meanwhile are not held up.

    Raises:
        OpError: If a file cannot be written; what was there before stays then.
    """
    nodes = list_nodes(view)
    with init_scope():
        values: list[dict[str, EagerTensor | dict[str, EagerTensor]]] = [
            node.trackable._serialize_to_tensors() for node in nodes
        ]
    graph = encode_graph(nodes, [list(each) for each in values])
    with writing_bundle(prefix) as bundle:
        for node, tensors in zip(nodes, values, strict=True):
            for name, value in tensors.items():
                for suffix, tensor in (value if isinstance(value, dict) else {"": value}).items():
                    bundle.add(checkpoint_key(node.path, name) + suffix, tensor._array, tensor.dtype)
        bundle.add(OBJECT_GRAPH_KEY, np.array(graph.SerializeToString(), np.object_), string)
