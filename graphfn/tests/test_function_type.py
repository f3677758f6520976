"""Function types: an ``inspect.Signature`` with trace types, written as TensorFlow writes them."""

from __future__ import annotations

import collections
import inspect

import pytest
from flowstone_core.api import tf
from flowstone_graphfn import function_type
from flowstone_graphfn.function import function

F32 = "TensorSpec(shape=(), dtype=tf.float32, name=None)"
I32 = "TensorSpec(shape=(), dtype=tf.int32, name=None)"
Point = collections.namedtuple("Point", "x y")


def concrete(python_function, *args, **kwargs):
    return function(python_function).get_concrete_function(*args, **kwargs)


def test_of_python_functions():
    found = function(lambda x, /, y=1, *args, z, w=2, **rest: x).function_type
    assert isinstance(found, inspect.Signature)
    assert str(found) == "(x, /, y=<captured_default_value>, *args, z, w=<captured_default_value>, **rest)"
    assert found.output is None
    assert [(each.optional, each.type_constraint) for each in found.parameters.values()][:2] == [
        (False, None),
        (True, None),
    ]
    assert found == function_type.FunctionType.from_callable(lambda x, /, y=5, *args, z, w=6, **rest: 0)
    assert hash(found) == hash(found.replace())
    with pytest.raises(ValueError, match="'x' of .* has no type: only concrete functions"):
        _ = found.flat_inputs


def test_of_input_signatures():
    found = function(lambda x, y=1: x, input_signature=[tf.TensorSpec([], name="q")]).function_type
    assert str(found) == (
        "(x: TensorSpec(shape=(), dtype=tf.float32, name='q'), y: Literal[1] = <captured_default_value>)"
    )


@pytest.mark.parametrize(
    ("traced", "expected"),
    [
        (lambda: concrete(lambda x, y=2: x, tf.constant(1.0)), f"(x: {F32}, y: Literal[2]) -> {F32}"),
        (lambda: concrete(lambda x: None, [tf.constant(1.0)]), f"(x: List[{F32}]) -> Literal[None]"),
        (
            lambda: concrete(lambda x: x, {"b": tf.constant(1), "a": 2}),
            f"(x: Dict[['b', {I32}], ['a', Literal[2]]]) -> Dict[['b', {I32}], ['a', {I32}]]",
        ),
        (
            lambda: concrete(lambda x: x, Point(tf.constant(1), 2)),
            f"(x: Point[['x', {I32}], ['y', Literal[2]]]) -> Point[['x', {I32}], ['y', {I32}]]",
        ),
        (
            lambda: concrete(lambda x, *args, y=1, **rest: x, tf.constant(1), 2, k=3),
            f"(x: {I32}, args_0: Literal[2], /, *, y: Literal[1], k: Literal[3]) -> {I32}",
        ),
        (
            lambda: concrete(lambda v: v, tf.Variable(1.0)),
            f"(v: VariableSpec(shape=(), dtype=tf.float32, trainable=True, alias_id=0)) -> {F32}",
        ),
    ],
)
def test_of_traces(traced, expected):
    made = traced()
    assert str(made.function_type) == made.pretty_printed_signature(verbose=False) == expected


def test_flat_parts_and_packing():
    made = concrete(lambda x, n=2: {"sum": x + 1, "all": [x, None]}, tf.TensorSpec([None]))
    found = made.function_type
    assert found.flat_inputs == [tf.TensorSpec([None])]
    assert found.flat_outputs == [tf.TensorSpec([None])] * 2
    one = tf.constant([1.0])
    assert found.unpack_inputs(found.bind(one, 2))[0] is one
    packed = found.pack_output([one, one + 1])
    assert packed["all"][1] is None
    assert packed["sum"].numpy().tolist() == [2.0] or packed["all"][0].numpy().tolist() == [2.0]
    with pytest.raises(TypeError, match="missing a required argument: 'n'"):
        found.bind(one)


def test_defaults_come_from_outside():
    found = function(lambda x, y=1: x).function_type
    bound = found.bind_with_defaults((3,), {}, function_type.FunctionType.get_default_values(lambda x, y=1: x))
    assert bound.arguments == {"x": 3, "y": 1}


def test_captures():
    variable = tf.Variable(1.0)
    made = concrete(lambda: variable + 1)
    assert [spec.dtype for spec in made.function_type.flat_captures] == [tf.resource]
    assert repr(made.function_type) == made.pretty_printed_signature()
    assert "Captures:\n  None" not in repr(made.function_type)


def test_axes_of_reductions_are_no_captures():
    made = concrete(lambda x: tf.reduce_sum(x) + tf.reduce_max(x, 1), tf.TensorSpec([2, 2]))
    assert made.captured_inputs == []
    assert made(tf.constant([[1.0, 2.0], [3.0, 4.0]])).numpy().tolist() == [12.0, 14.0]


def test_general_functions_stand_for_special_ones():
    general = concrete(lambda x: x, tf.TensorSpec([None])).function_type
    special = concrete(lambda x: x, tf.TensorSpec([2])).function_type
    assert special.is_supertype_of(general)
    assert not general.is_supertype_of(special)


def test_what_is_callable():
    f = function(lambda x: x)
    assert isinstance(f, function_type.Callable)
    assert isinstance(f.get_concrete_function(1), function_type.Callable)
    assert not isinstance(len, function_type.Callable)
