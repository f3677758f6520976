from __future__ import annotations

import itertools

import numpy as np
import pytest
from flowstone_core import dtypes
from flowstone_core.conversion import constant
from flowstone_core.errors import UnimplementedError
from flowstone_core.ops.cast import CAST, cast
from flowstone_core.spec import Spec

KINDS = [t.name for t in (*dtypes.NUMERIC, dtypes.bool)]


@pytest.mark.parametrize(("source", "target"), list(itertools.product(KINDS, KINDS)))
def test_every_pair(source, target):
    result = cast(constant(np.array([0, 1, 3]), dtypes.int32), source)
    result = cast(result, target)
    assert result.dtype == target
    expected = [0, 1, 1] if "bool" in (source, target) else [0, 1, 3]
    assert result.numpy().astype(complex).tolist() == expected


def test_a_tensor_of_the_type_is_returned_as_it_is():
    x = constant([1.0])
    assert cast(x, "float32") is x
    assert cast([1.0], dtypes.float32).numpy().tolist() == [1]


def test_floats_are_cut_and_integers_wrap():
    assert cast([1.9, -1.9], "int32").numpy().tolist() == [1, -1]
    assert cast([300, -1], "uint8").numpy().tolist() == [44, 255]
    assert cast([1.5 + 2j], "float32").numpy().tolist() == [1.5]


def test_truncation_cuts_the_mantissa():
    x = constant([1.0 + 2**-8 + 2**-9, -1.0 - 2**-8 - 2**-9])
    assert CAST(x, DstT="bfloat16").numpy().astype(float).tolist() == [1.0078125, -1.0078125]
    assert CAST(x, DstT="bfloat16", Truncate=True).numpy().astype(float).tolist() == [1.0, -1.0]


def test_strings_are_not_cast():
    for value, target in ((["a"], "float32"), ([1], "string")):
        with pytest.raises(UnimplementedError, match=r"tf\.strings"):
            cast(value, target)
    with pytest.raises(TypeError, match="no such"):
        cast([1], "no such type")


def test_known_integers_stay_known():
    assert CAST.infer(Spec((2,), dtypes.int32, (1, None)), DstT=dtypes.int64, Truncate=False).value == (1, None)
    assert CAST.infer(Spec((), dtypes.int32, 3), DstT=dtypes.float32, Truncate=False).value is None
