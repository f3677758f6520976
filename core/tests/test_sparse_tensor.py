from __future__ import annotations

import pickle

import numpy as np
import pytest
from flowstone_core import dtypes, nest
from flowstone_core.conversion import convert_to_tensor
from flowstone_core.ops import array, math, script
from flowstone_core.ops.cast import cast
from flowstone_core.ops.joining import stack
from flowstone_core.shapes import TensorShape
from flowstone_core.sparse_tensor import SparseTensor, SparseTensorSpec, SparseTensorValue
from flowstone_core.tensor import is_tensor
from flowstone_core.type_spec import TensorSpec, type_spec_from_value


def sample(values=(1, 2)):
    return SparseTensor([[0, 0], [1, 1]], list(values), [2, 3])


def test_parts_and_types():
    x = sample()
    assert (x.shape, x.dtype, x.indices.dtype, x.dense_shape.dtype) == (
        (2, 3),
        dtypes.int32,
        dtypes.int64,
        dtypes.int64,
    )
    assert is_tensor(x)
    assert x.consumers() == []
    assert repr(x).startswith("SparseTensor(indices=tf.Tensor(")
    assert x.with_values([1.5, 2.5]).dtype is dtypes.float32
    assert SparseTensor.from_value(SparseTensorValue(np.zeros([0, 1]), np.zeros(0), [4])).shape == [4]
    for question in ("op", "graph"):
        with pytest.raises(AttributeError):
            getattr(x, question)


@pytest.mark.parametrize(
    ("indices", "values", "shape"),
    [([[0, 0]], [1, 2], [2, 2]), ([[0, 0]], [1], [2]), ([0], [1], [2]), ([[0]], [[1]], [2]), ([[0]], [1], 2)],
)
def test_parts_that_do_not_fit(indices, values, shape):
    with pytest.raises(ValueError, match=r"[Ss]hape"):
        SparseTensor(indices, values, shape)


def test_static_shape():
    x = sample()
    x.set_shape([2, None])
    assert x.get_shape() == [2, 3]
    with pytest.raises(ValueError, match="incompatible|compatible"):
        x.set_shape([3, 3])


def test_functions_that_keep_zero_act_on_values():
    x = math.negative(sample())
    assert math.abs(x).values.numpy().tolist() == [1, 2]
    assert math.square(x).values.numpy().tolist() == [1, 4]
    assert cast(x, "float32").dtype is dtypes.float32
    assert array.identity(x).values.numpy().tolist() == [-1, -2]
    assert (array.shape(x).numpy().tolist(), int(array.rank(x)), int(array.size(x))) == ([2, 3], 2, 6)


def test_is_not_converted_silently():
    for use in (convert_to_tensor, lambda x: math.add(x, 1), lambda x: stack([x, x]), lambda x: array.reshape(x, [6])):
        for kind in (ValueError, TypeError):  # eagerly the one, while tracing the other in TensorFlow
            with pytest.raises(kind, match="to_dense"):
                use(sample())


def test_spec():
    spec = type_spec_from_value(sample())
    assert spec == SparseTensorSpec([2, 3], "int32")
    assert repr(spec) == "SparseTensorSpec(TensorShape([2, 3]), tf.int32)"
    assert SparseTensorSpec([None, 3], "int32").is_compatible_with(sample())
    assert not SparseTensorSpec([None, 3]).is_compatible_with(sample())
    assert spec.most_specific_compatible_type(SparseTensorSpec([4, 3], "int32")) == SparseTensorSpec([None, 3], "int32")
    assert spec.is_subtype_of(SparseTensorSpec(None, "int32"))
    assert pickle.loads(pickle.dumps(spec)) == spec
    assert nest.flatten(SparseTensorSpec([None, 3]), expand_composites=True) == [
        TensorSpec([None, 2], "int64"),
        TensorSpec([None]),
        TensorSpec([2], "int64"),
    ]


def test_structures_open_it_on_request():
    x = sample()
    assert nest.flatten({"a": x}) == [x]
    parts = nest.flatten(x, expand_composites=True)
    packed = nest.pack_sequence_as(SparseTensorSpec([None, None], "int32"), parts, expand_composites=True)
    assert isinstance(packed, SparseTensor)
    assert packed.shape == TensorShape([2, 3])
    nest.assert_same_structure(x, x, expand_composites=True)
    for other in (parts[1], sample([1.0, 2.0])):
        with pytest.raises(ValueError, match="type in common"):
            nest.assert_same_structure(x, other, expand_composites=True)


def test_is_printed_by_its_parts(capfd):
    script.print("x:", sample(), [sample([3, 4])], summarize=-1)
    shown = "'SparseTensor(indices=[[0 0]\n [1 1]], values=[{}], shape=[2 3])'"
    assert capfd.readouterr().err == f"x: {shown.format('1 2')} [{shown.format('3 4')}]\n"
