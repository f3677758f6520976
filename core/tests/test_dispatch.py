"""Functions of tensors for one's own types: registration, matching, what is refused."""

from __future__ import annotations

import inspect
from typing import List, Union  # noqa: UP035 - both spellings

import pytest
from flowstone_core import dispatch
from flowstone_core.api import tf
from flowstone_core.extension_type import ExtensionType
from flowstone_core.tensor import Tensor


class Masked(ExtensionType):
    values: Tensor
    mask: Tensor


def masked(*values):
    return Masked(list(values), [True] * len(values))


@pytest.fixture
def registered():
    """Registers functions, and takes them back."""
    targets = []

    def register(decorator, target):
        targets.append(target)
        return decorator(target)

    yield register
    for target in targets:
        dispatch.unregister_dispatch_for(target)
    assert not dispatch._DISPATCHERS  # functions have their own bodies again


def test_one_function(registered):
    def add(x: Masked, y: Masked, name=None):
        return Masked(tf.add(x.values, y.values), x.mask & y.mask)

    signature = inspect.signature(tf.add)
    registered(dispatch.dispatch_for_api(tf.add), add)
    assert tf.add(masked(1, 2), masked(3, 4)).values.numpy().tolist() == [4, 6]
    assert tf.add(x=masked(1), y=masked(3)).values.numpy().tolist() == [4]
    assert tf.add(tf.constant(1), 2).numpy() == 3
    assert (tf.constant([1]) + tf.constant([2])).numpy().tolist() == [3]
    assert inspect.signature(tf.add) == signature
    with pytest.raises((TypeError, ValueError)):
        tf.add(masked(1), 1)
    with pytest.raises(TypeError, match="x"):
        tf.add()


def test_lists_and_other_parameters(registered):
    def stack(values: List[Union[Masked, Tensor]], axis: int = 0):  # noqa: UP006, UP007
        return ("stacked", len(values), axis)

    registered(dispatch.dispatch_for_api(tf.stack), stack)
    assert tf.stack([masked(1), tf.constant([1])]) == ("stacked", 2, 0)
    assert tf.stack([masked(1)], axis=1, name="ignored") == ("stacked", 1, 1)
    assert tf.stack([tf.constant(1), tf.constant(2)]).numpy().tolist() == [1, 2]


def test_signatures_by_name(registered):
    def where(condition, x=None, y=None, name=None):
        return "mine"

    registered(dispatch.dispatch_for_api(tf.where, {"x": Masked}, {2: Masked}), where)
    assert tf.where([True], masked(1), [1]) == "mine"
    assert tf.where([True], [1], masked(1)) == "mine"
    assert tf.where([True], [1], [2]).numpy().tolist() == [1]


def test_groups(registered):
    def unary(api, x):
        return Masked(api(x.values), x.mask)

    def binary(api, x, y):
        x, y = (value.values if isinstance(value, Masked) else value for value in (x, y))
        return api(x, y)

    registered(dispatch.dispatch_for_unary_elementwise_apis(Masked), unary)
    registered(dispatch.dispatch_for_binary_elementwise_apis(Union[Masked, Tensor], Union[Masked, Tensor]), binary)  # noqa: UP007
    assert tf.abs(masked(-1)).values.numpy().tolist() == [1]
    assert tf.cast(masked(1), tf.float32).values.dtype is tf.float32
    assert tf.nn.relu(masked(-1.0), name="r").values.numpy().tolist() == [0]
    assert tf.clip_by_value(masked(5), 1, 2).values.numpy().tolist() == [2]
    assert tf.maximum(masked(5), tf.constant(7)).numpy().tolist() == [7]
    assert tf.abs(tf.constant(-1)).numpy() == 1
    with pytest.raises(ValueError, match="already been registered"):
        dispatch.dispatch_for_unary_elementwise_apis(Masked)(lambda api, x: x)


def test_assertions(registered):
    seen = []

    def check(api, x, y):
        seen.append(api.__name__)

    decorator = dispatch.dispatch_for_binary_elementwise_assert_apis(Masked, Masked)
    if dispatch._functions(dispatch.ASSERTS):
        registered(decorator, check)
        tf.debugging.assert_equal(masked(1), masked(2))
        assert seen == ["assert_equal"]


def untyped(x, y):
    """No annotations."""


def misnamed(x: Masked, z: Masked):
    """Another parameter."""


def mapped(x: dict[str, int], y: Masked):
    """A type that is not supported."""


@pytest.mark.parametrize(
    ("register", "words"),
    [
        (lambda: dispatch.dispatch_for_api(len), "does not support dispatch"),
        (lambda: dispatch.dispatch_for_api(tf.add)(untyped), "at least one signature"),
        (lambda: dispatch.dispatch_for_api(tf.add)(misnamed), "does not match API's signature"),
        (lambda: dispatch.dispatch_for_api(tf.add)(mapped), "not supported by dispatch"),
        (lambda: dispatch.dispatch_for_api(tf.add, {"q": Masked})(untyped), "unknown parameter 'q'"),
        (lambda: dispatch.unregister_dispatch_for(untyped), "was not registered"),
    ],
)
def test_what_is_refused(register, words):
    with pytest.raises(ValueError, match=words):
        register()
