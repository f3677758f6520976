"""Types of one's own: fields, conversion, immutability, specs, structures."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Optional, Union

import pytest
from flowstone_core import nest
from flowstone_core.api import tf
from flowstone_core.dtypes import DType
from flowstone_core.extension_type import ExtensionType, as_dict
from flowstone_core.ragged.tensor import RaggedTensor
from flowstone_core.shapes import TensorShape
from flowstone_core.tensor import Tensor


class Masked(ExtensionType):
    """Values, some of which count."""

    values: Tensor
    mask: Tensor
    name: str = "x"

    def __validate__(self):
        self.values.shape.assert_is_compatible_with(self.mask.shape)


class Tree(ExtensionType):
    value: Tensor
    child: Optional[Tree] = None  # noqa: UP045 - both spellings


class Everything(ExtensionType):
    inner: Masked
    several: tuple[Tensor, ...]
    named: Mapping[str, Tensor]
    ragged: RaggedTensor | None = None
    number: Union[int, float] = 1  # noqa: UP007
    dtype: DType = "int32"
    shape: TensorShape = (1, 2)


def masked():
    return Masked([1, 2, 3], [True, False, True])


def everything():
    return Everything(masked(), [1, 2.0], {"b": 3, "a": 4}, tf.ragged.constant([[1], []]))


def test_fields():
    x = everything()
    assert x.several[1].dtype is tf.float32
    assert isinstance(x.several, tuple)
    assert x.named["a"].numpy() == 4
    assert (x.dtype, x.shape) == (tf.int32, TensorShape([1, 2]))
    assert str(inspect.signature(Masked)).endswith("name: 'str' = 'x')")
    assert as_dict(masked())["name"] == "x"


def test_names_of_classes_are_looked_up_late():
    assert Tree(1, Tree(2)).child.value.numpy() == 2


def test_values_do_not_change():
    x = masked()
    with pytest.raises(AttributeError, match="Cannot mutate"):
        x.values = 1
    with pytest.raises(AttributeError, match="Cannot mutate"):
        del x.values
    with pytest.raises(TypeError, match="unhashable"):
        hash(x)


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: Masked([1, 2], [True]), ValueError, "incompatible"),
        (lambda: Masked([1, 2]), TypeError, "mask"),
        (lambda: Masked([1], [True], name=3), TypeError, "name: expected 'str', got 'int'"),
        (lambda: Everything(1, (), {}), TypeError, "inner: expected 'Masked', got 'int'"),
        (lambda: Everything(masked(), 1, {}), TypeError, "several: expected tuple"),
        (lambda: Everything(masked(), (), {1: 2}), TypeError, "named.keys"),
        (lambda: Everything(masked(), (), {}, number="a"), TypeError, "number: expected"),
        (lambda: Everything(masked(), [object()], {}), TypeError, r"several\[0\]: expected a Tensor"),
    ],
)
def test_what_does_not_fit_is_refused(make, error, words):
    with pytest.raises(error, match=words):
        make()


@pytest.mark.parametrize("kind", [list, dict, list[int], object, set[int]])
def test_annotations_that_are_not_supported(kind):
    with pytest.raises(TypeError, match="Unsupported type annotation"):
        type(ExtensionType)("Bad", (ExtensionType,), {"__annotations__": {"x": kind}})


def test_a_default_must_fit():
    with pytest.raises(TypeError, match="default value for x"):
        type(ExtensionType)("Bad", (ExtensionType,), {"__annotations__": {"x": int}, "x": "a"})


def test_equality():
    assert bool(masked() == masked())
    assert not bool(masked() == Masked([1, 2, 4], [True, False, True]))
    assert (masked() == 3) is False
    assert (masked() == Masked([1], [True])) is False
    assert not bool(masked() != masked())


def test_parts():
    x = everything()
    parts = nest.flatten(x, expand_composites=True)
    assert [part.numpy().tolist() for part in parts] == [[1, 2, 3], [True, False, True], 1, 2.0, 4, 3, [1], [0, 1, 1]]
    again = nest.pack_sequence_as(x, parts, expand_composites=True)
    assert repr(again) == repr(x)
    assert list(again.named) == ["b", "a"]
    doubled = nest.map_structure(lambda part: part, masked(), expand_composites=True)
    assert isinstance(doubled, Masked)


def test_specs():
    spec = masked()._type_spec
    assert spec == Masked.Spec(tf.TensorSpec([3], tf.int32), tf.TensorSpec([3], tf.bool), "x")
    wider = Masked.Spec(tf.TensorSpec([None], tf.int32), tf.TensorSpec([None], tf.bool), name="x")
    assert spec.is_subtype_of(wider)
    assert wider.is_compatible_with(masked())
    assert not wider.is_subtype_of(spec)
    assert spec.most_specific_common_supertype([Masked([1], [True])._type_spec]) == wider
    assert spec.most_specific_common_supertype([Masked([1], [True], "y")._type_spec]) is None
    assert hash(spec) == hash(masked()._type_spec)
    assert everything()._type_spec.is_compatible_with(everything())
    assert everything()._type_spec.most_specific_common_supertype([everything()._type_spec]) == everything()._type_spec
    with pytest.raises(TypeError, match="TypeSpec of Tensor"):
        Masked.Spec(3, 4, "x")


class Sized(ExtensionType):
    values: Tensor

    class Spec:
        def __init__(self, shape, dtype="float32"):
            self.values = tf.TensorSpec(shape, dtype)

        @property
        def shape(self):
            return self.values.shape

    def __init__(self, values, scale=1):
        self.values = tf.convert_to_tensor(values) * scale


def test_own_constructors():
    assert Sized([1.0, 2.0], scale=2.0).values.numpy().tolist() == [2.0, 4.0]
    assert Sized.Spec([2]) == Sized([1.0, 2.0])._type_spec
    assert Sized([1.0])._type_spec.shape == [1]
    assert str(inspect.signature(Sized)) == "(values, scale=1)"


class Named(Masked):
    count: int = 2


def test_inheritance():
    x = Named([1], [True], "z", 5)
    assert repr(x).endswith("name='z', count=5)")
    assert isinstance(x._type_spec, Named.Spec)


def test_functions_of_tensors_refuse_them():
    with pytest.raises((TypeError, ValueError), match="Masked"):
        tf.exp(masked())
