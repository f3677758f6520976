"""``tf.Graph().as_default()``: graphs that are made by hand."""

from __future__ import annotations

import pytest
from flowstone_core.api import tf
from flowstone_graphfn.graph import Graph
from flowstone_graphfn.trace import inside_function


def test_operations_become_nodes():
    graph = Graph()
    with graph.as_default() as opened, graph.name_scope("layer"):
        assert opened is graph
        assert not tf.executing_eagerly()
        assert graph.get_name_scope() == "layer"
        x = tf.constant([1.0, 2.0])
        y = tf.reduce_sum(x * 2.0, name="total")
    assert tf.executing_eagerly()
    assert not inside_function()
    assert y.graph is graph
    assert y.name == "layer/total:0"
    assert graph.get_tensor_by_name("layer/total:0") is y
    with graph.as_default(), graph.device("/CPU:0"), graph.control_dependencies([y]):
        tf.add(y, 1.0)
    assert [operation.type for operation in graph.get_operations()][-1] == "AddV2"


def test_shapes_are_checked():
    with Graph().as_default(), pytest.raises(ValueError, match="Incompatible shapes"):
        tf.add(tf.constant([1, 2]), tf.constant([1, 2, 3]))


def test_finalized():
    graph = Graph()
    graph.finalize()
    with graph.as_default(), pytest.raises(RuntimeError, match="finalized"):
        tf.constant(1)


def test_names_are_unique():
    graph = Graph()
    assert [graph.unique_name("x", mark_as_used=False), graph.unique_name("x"), graph.unique_name("x")] == [
        "x",
        "x",
        "x_1",
    ]


def test_there_are_no_collections():
    with pytest.raises(NotImplementedError, match=r"tf\.Module"):
        Graph().get_collection("variables")
