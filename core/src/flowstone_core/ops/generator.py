"""Random numbers from a state that a variable holds: what ``tf.random.Generator`` is made of."""

from __future__ import annotations

from flowstone_core import dtypes, infer
from flowstone_core.dtypes import DType
from flowstone_core.op import WORLD, Op
from flowstone_core.ops.random import drawn_shape
from flowstone_core.ops.state import WRITES
from flowstone_core.spec import Spec

_NUMBER = "{half, float, double, int32, int64}"
_SHAPE = "shape_dtype: type = DT_INT64"
_INPUTS = ("resource: resource", "algorithm: int64", "shape: shape_dtype")

RNG_READ_AND_SKIP = Op(
    "RngReadAndSkip",
    ("resource: resource", "alg: int32", "delta: uint64"),
    ("value: int64",),
    infer=lambda resource, alg, delta: Spec((None,), dtypes.int64),
    effects=WRITES,
)
RNG_SKIP = Op(
    "RngSkip",
    ("resource: resource", "algorithm: int64", "delta: int64"),
    (),
    infer=infer.nothing,
    effects=WRITES,
)
NON_DETERMINISTIC_INTS = Op(
    "NonDeterministicInts",
    ("shape: shape_dtype",),
    ("output: dtype",),
    ("dtype: type = DT_INT64", _SHAPE),
    infer=lambda shape, *, dtype: Spec(drawn_shape(shape), dtype),
    effects=WORLD,
)


def _infer_filled(resource: Spec, algorithm: Spec, shape: Spec, *, dtype: DType) -> Spec:
    return Spec(drawn_shape(shape), dtype)


def _stateful(name: str, default: str) -> Op:
    return Op(
        name, _INPUTS, ("output: dtype",), (f"dtype: type = {default}", _SHAPE), infer=_infer_filled, effects=WRITES
    )


STATEFUL_UNIFORM = _stateful("StatefulUniform", "DT_FLOAT")
STATEFUL_FULL_INT = _stateful("StatefulUniformFullInt", "DT_UINT64")
STATEFUL_NORMAL = _stateful("StatefulStandardNormalV2", "DT_FLOAT")
STATEFUL_TRUNCATED_NORMAL = _stateful("StatefulTruncatedNormal", "DT_FLOAT")
STATEFUL_UNIFORM_INT = Op(
    "StatefulUniformInt",
    (*_INPUTS, "minval: dtype", "maxval: dtype"),
    ("output: dtype",),
    ("dtype: type = DT_INT64", _SHAPE),
    infer=lambda resource, algorithm, shape, minval, maxval: Spec(drawn_shape(shape), minval.dtype),
    effects=WRITES,
)
STATEFUL_BINOMIAL = Op(
    "StatefulRandomBinomial",
    ("resource: resource", "algorithm: int64", "shape: S", "counts: T", "probs: T"),
    ("output: dtype",),
    ("S: {int32, int64}", f"T: {_NUMBER} = DT_DOUBLE", f"dtype: {_NUMBER} = DT_INT64"),
    infer=lambda resource, algorithm, shape, counts, probs, *, dtype: Spec(drawn_shape(shape), dtype),
    effects=WRITES,
)
