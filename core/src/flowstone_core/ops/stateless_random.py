"""Random numbers that are functions of a seed: the same seed always gives the same numbers, TensorFlow's own."""

from __future__ import annotations

from typing import Any

from flowstone_core import dtypes, infer
from flowstone_core.conversion import convert_to_tensor
from flowstone_core.dtypes import DType, as_dtype, float32
from flowstone_core.errors import SpecError
from flowstone_core.op import Effects, Op
from flowstone_core.ops.filling import shape_tensor
from flowstone_core.ops.random import (
    UNIFORM_TYPES,
    drawn_shape,
    infer_filled,
    infer_int_range,
    number_type,
    scaled,
    uniform_range,
)
from flowstone_core.random_algorithm import Algorithm, as_algorithm
from flowstone_core.spec import Spec
from flowstone_core.tensor import TensorLike

_SHAPE = "Tshape: {int32, int64} = DT_INT32"
_FLOATS = "dtype: {half, bfloat16, float, double} = DT_FLOAT"
_SEED = "Tseed: {int32, int64} = DT_INT64"
_INPUTS = ("shape: Tshape", "key: uint64", "counter: uint64", "alg: int32")


def _infer_key_counter(seed: Spec) -> tuple[Spec, Spec]:
    shape = infer.with_rank(seed, 1, "seed")
    if shape[0] not in (None, 2):
        raise SpecError(f"seed must have shape [2], got {list(shape)}.")
    return Spec((1,), dtypes.uint64), Spec((2,), dtypes.uint64)


def _infer_int(shape: Spec, key: Spec, counter: Spec, alg: Spec, minval: Spec, maxval: Spec) -> Spec:
    return infer_int_range(shape, minval, maxval)


def _infer_full_int(shape: Spec, key: Spec, counter: Spec, alg: Spec, *, dtype: DType) -> Spec:
    return Spec(drawn_shape(shape), dtype)


GET_KEY_COUNTER = Op(
    "StatelessRandomGetKeyCounter",
    ("seed: Tseed",),
    ("key: uint64", "counter: uint64"),
    (_SEED,),
    infer=_infer_key_counter,
)
GET_KEY_COUNTER_ALG = Op(
    "StatelessRandomGetKeyCounterAlg",
    ("seed: Tseed",),
    ("key: uint64", "counter: uint64", "alg: int32"),
    (_SEED,),
    infer=lambda seed: (*_infer_key_counter(seed), Spec((), dtypes.int32)),
)
GET_ALG = Op(
    "StatelessRandomGetAlg", (), ("alg: int32",), infer=infer.scalar(dtypes.int32), effects=Effects(stateful=True)
)


def _filled(name: str) -> Op:
    return Op(name, _INPUTS, ("output: dtype",), (_FLOATS, _SHAPE), infer=_infer_floats)


def _infer_floats(shape: Spec, key: Spec, counter: Spec, alg: Spec, *, dtype: DType) -> Spec:
    return infer_filled(shape, dtype=dtype)


STATELESS_UNIFORM = _filled("StatelessRandomUniformV2")
STATELESS_NORMAL = _filled("StatelessRandomNormalV2")
STATELESS_TRUNCATED_NORMAL = _filled("StatelessTruncatedNormalV2")
STATELESS_UNIFORM_INT = Op(
    "StatelessRandomUniformIntV2",
    (*_INPUTS, "minval: dtype", "maxval: dtype"),
    ("output: dtype",),
    ("dtype: {int32, int64, uint32, uint64}", _SHAPE),
    infer=_infer_int,
)
STATELESS_FULL_INT = Op(
    "StatelessRandomUniformFullIntV2",
    _INPUTS,
    ("output: dtype",),
    ("dtype: {int32, int64, uint32, uint64} = DT_UINT64", _SHAPE),
    infer=_infer_full_int,
)


def key_counter_alg(seed: TensorLike, alg: Any) -> tuple[Any, Any, Any]:
    """What the ops take in place of a seed: a key, a counter, and the algorithm's number.

    Raises:
        ValueError: If there is no such algorithm.
    """
    chosen = as_algorithm(alg)
    key, counter = GET_KEY_COUNTER(convert_to_tensor(seed, dtype_hint=dtypes.int64))
    number = Algorithm.PHILOX if chosen is Algorithm.AUTO_SELECT else chosen
    return key, counter, convert_to_tensor(number.value, dtypes.int32)


def stateless_uniform(
    shape: Any,
    seed: TensorLike,
    minval: Any = 0,
    maxval: Any = None,
    dtype: Any = float32,
    name: str | None = None,
    alg: Any = "auto_select",
) -> Any:
    """Uniformly distributed numbers in ``[minval, maxval)``, a function of ``seed``.

    >>> tf.random.stateless_uniform([2], seed=[1, 2]).numpy()
    array([0.8440604 , 0.19204533], dtype=float32)

    Args:
        shape: The shape of the result.
        seed: Two integers.
        minval: The lower bound, included; None for the whole range of an integer type.
        maxval: The upper bound, excluded; 1 for floats.
        dtype: A float or integer type.
        name: A name for the operation.
        alg: The generator; the CPU's is Philox.

    Raises:
        ValueError: For other types, or integers with one bound only.
    """
    wanted = number_type(dtype, (*UNIFORM_TYPES, dtypes.uint32, dtypes.uint64))
    shape = shape_tensor(shape)
    key, counter, number = key_counter_alg(seed, alg)
    if not wanted.is_integer:
        numbers = STATELESS_UNIFORM(shape, key, counter, number, dtype=wanted)
        return uniform_range(numbers, 0 if minval is None else minval, maxval, wanted, name)
    if minval is None and maxval is None:
        return STATELESS_FULL_INT(shape, key, counter, number, dtype=wanted, name=name)
    if maxval is None:
        raise ValueError(f"Must specify maxval for integer dtype {wanted.name}.")
    low, high = convert_to_tensor(minval, wanted), convert_to_tensor(maxval, wanted)
    return STATELESS_UNIFORM_INT(shape, key, counter, number, low, high, name=name)


def stateless_normal(
    shape: Any,
    seed: TensorLike,
    mean: TensorLike = 0.0,
    stddev: TensorLike = 1.0,
    dtype: Any = float32,
    name: str | None = None,
    alg: Any = "auto_select",
) -> Any:
    """Normally distributed numbers, a function of ``seed``.

    Args:
        shape: The shape of the result (which ``mean`` and ``stddev`` broadcast with).
        seed: Two integers.
        mean: The mean.
        stddev: The standard deviation.
        dtype: A float type.
        name: A name for the operation.
        alg: The generator; the CPU's is Philox.
    """
    wanted = as_dtype(dtype)
    numbers = STATELESS_NORMAL(shape_tensor(shape), *key_counter_alg(seed, alg), dtype=wanted)
    return scaled(numbers, convert_to_tensor(stddev, wanted), convert_to_tensor(mean, wanted), name)


def stateless_truncated_normal(
    shape: Any,
    seed: TensorLike,
    mean: TensorLike = 0.0,
    stddev: TensorLike = 1.0,
    dtype: Any = float32,
    name: str | None = None,
    alg: Any = "auto_select",
) -> Any:
    """Normally distributed numbers within two standard deviations, a function of ``seed``.

    Args:
        shape: The shape of the result (which ``mean`` and ``stddev`` broadcast with).
        seed: Two integers.
        mean: The mean.
        stddev: The standard deviation, before the cut.
        dtype: A float type.
        name: A name for the operation.
        alg: The generator; the CPU's is Philox.
    """
    wanted = as_dtype(dtype)
    numbers = STATELESS_TRUNCATED_NORMAL(shape_tensor(shape), *key_counter_alg(seed, alg), dtype=wanted)
    return scaled(numbers, convert_to_tensor(stddev, wanted), convert_to_tensor(mean, wanted), name)
