"""The default graph, as libraries ask for it."""

from flowstone_graphfn.default_graph import get_default_graph
from flowstone_graphfn.function import function
from flowstone_graphfn.graph import Graph


def test_outside_there_is_one():
    assert get_default_graph() is get_default_graph()
    assert not get_default_graph().building_function


def test_inside_it_is_the_graph_that_is_built():
    seen = []
    traced = function(lambda: seen.append(get_default_graph()))
    traced()
    assert seen == [traced.get_concrete_function().graph]
    with Graph().as_default() as graph:
        assert get_default_graph() is graph
