"""The private modules of TensorFlow that libraries import find what they need under the drop-in."""

from __future__ import annotations

import importlib
import logging

import pytest
from flowstone import _private
from flowstone._private import deprecation, object_identity, tf_inspect, type_spec_registry
from flowstone_core import shallow_nest


@pytest.mark.parametrize("name", sorted(_private.MODULES))
def test_homes_exist(name):
    for home in _private.MODULES[name]:
        if home.startswith(("flowstone._private", "flowstone_core")):
            importlib.import_module(home)


def test_a_library_that_uses_them(sandbox):
    said = sandbox.run("""
        import flowstone.dropin
        flowstone.dropin.install()
        import tensorflow as tf
        from tensorflow.python.framework import composite_tensor, ops, tensor_util, type_spec
        from tensorflow.python.ops import control_flow_util, resource_variable_ops
        from tensorflow.python.trackable.data_structures import ListWrapper
        from tensorflow.python.util import deprecation, nest, tf_inspect, variable_utils
        from tensorflow.python.autograph.pyct import anno, transformer

        assert ops.convert_to_tensor is tf.convert_to_tensor
        assert issubclass(tf.SparseTensor, composite_tensor.CompositeTensor)
        assert tensor_util.constant_value(tf.constant([1, 2])).tolist() == [1, 2]
        assert tensor_util.constant_value_as_shape(tf.constant([1, -1])).as_list() == [1, None]
        assert nest.map_structure_up_to([0], len, [(1, 2)]) == [2]
        assert isinstance(type_spec.type_spec_from_value(tf.constant(1)), tf.TensorSpec)
        assert not isinstance([], ListWrapper)
        v = tf.Variable(2.0)
        assert resource_variable_ops.is_resource_variable(v)
        assert tf.is_tensor(variable_utils.convert_variables_to_tensors({"a": [v]})["a"][0])
        try: anno.getanno
        except AttributeError as error: print(error)
    """)
    assert "no counterpart" in said


def test_nest_below_a_shallower_structure():
    deep = {"b": [1, (2, 3)], "a": 4}
    assert shallow_nest.flatten_with_tuple_paths(deep) == [
        (("a",), 4),
        (("b", 0), 1),
        (("b", 1, 0), 2),
        (("b", 1, 1), 3),
    ]
    assert shallow_nest.flatten_with_joined_string_paths(deep)[-1] == ("b/1/1", 3)
    assert shallow_nest.flatten_up_to({"a": 0, "b": [0, 0]}, deep) == [4, 1, (2, 3)]
    assert shallow_nest.map_structure_with_tuple_paths_up_to([0, [0]], lambda *each: each, [1, [(2, 3)]], [4, [5]]) == [
        ((0,), 1, 4),
        [((1, 0), (2, 3), 5)],
    ]
    assert shallow_nest.map_structure_with_paths(lambda path, x: path, deep)["b"][1] == ("b/1/0", "b/1/1")
    found = shallow_nest.get_traverse_shallow_structure(lambda part: not isinstance(part, tuple), deep)
    assert found == {"b": [True, False], "a": True}
    assert shallow_nest.list_to_tuple([1, {"a": [2]}]) == (1, {"a": (2,)})


@pytest.mark.parametrize(
    ("shallow", "other", "error"),
    [
        ([1, 2], [1], ValueError),
        ([1], 3, TypeError),
        ({"a": 1}, {"b": 1}, ValueError),
        ([1], (1,), TypeError),
        ({"a": 1}, {"a": 1, "b": 2}, ValueError),
    ],
)
def test_structures_that_differ(shallow, other, error):
    with pytest.raises(error):
        shallow_nest.assert_shallow_structure(shallow, other)


def test_types_of_sequences_may_differ():
    shallow_nest.assert_shallow_structure([1], (1,), check_types=False)


def test_deprecation_warns_once(caplog):
    @deprecation.deprecated("2020-01-01", "Use b.")
    def old(x):
        """Old."""
        return x

    @deprecation.deprecated_args(None, "Use z.", "y", ("w", 1))
    def with_args(x, y=None, w=1):
        return x

    @deprecation.deprecated_arg_values(None, "No zero.", x=0)
    def with_values(x=1):
        return x

    caplog.set_level(logging.WARNING, "tensorflow")
    assert [old(1), old(2), with_args(1), with_args(1, y=2), with_args(1, w=1), with_values(), with_values(0)]
    assert [record.getMessage().split("with ")[-1].split(" is")[0] for record in caplog.records][1:] == ["y", "x=0"]
    assert "after 2020-01-01. Instead: Use b." in caplog.records[0].getMessage()
    assert "Deprecated" in old.__doc__
    with deprecation.silence():
        deprecation.deprecated(None, "")(lambda: None)()
    assert len(caplog.records) == 3
    assert deprecation.deprecated_argument_lookup("new", None, "old", 3) == 3
    with pytest.raises(ValueError, match="old name"):
        deprecation.deprecated_argument_lookup("new", 1, "old", 3)


def test_identity():
    a, b = [1], [1]
    assert len(object_identity.ObjectIdentitySet([a, b, a])) == 2
    assert object_identity.ObjectIdentityDictionary([(a, 1), (b, 2)])[a] == 1
    assert object_identity.Reference(a) != object_identity.Reference(b)


def test_arguments_have_no_annotations():
    def function(x: int, y: str = "") -> None: ...

    assert tf_inspect.getfullargspec(function).annotations == {}
    assert tf_inspect.getargspec(function).args == ["x", "y"]


def test_names_of_type_specs(monkeypatch):
    monkeypatch.setattr(type_spec_registry, "_TYPE_SPEC_TO_NAME", {})
    monkeypatch.setattr(type_spec_registry, "_NAME_TO_TYPE_SPEC", {})

    @type_spec_registry.register("mine.Spec")
    class Spec: ...

    assert type_spec_registry.lookup("mine.Spec") is Spec
    assert type_spec_registry.get_name(Spec) == "mine.Spec"
    for wrong in ("Spec", "mine.Spec"):
        with pytest.raises(ValueError, match="Spec"):
            type_spec_registry.register(wrong)(Spec)
