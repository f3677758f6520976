"""Kernels of ``flowstone_core.ops.control``: what is needed to execute these ops one at a time.

A graph that is executed as a whole does not come here: its plan holds branches and loops as native code.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from flowstone_core.dtypes import DType
from flowstone_core.errors import InvalidArgumentError
from flowstone_core.kernel import KernelSet
from flowstone_core.ops import control as ops
from flowstone_core.ops.control import FunctionValue
from flowstone_core.shapes import TensorShape

KERNELS = KernelSet()


@KERNELS.add(ops.CONST)
def const(*, value: Any, dtype: DType) -> Any:
    """The value."""
    return value._array


@KERNELS.add(ops.PLACEHOLDER, ops.FAKE_PARAM)
def placeholder(*, dtype: DType, shape: TensorShape) -> Any:
    """Fail: a placeholder gets its value from the function's call."""
    raise InvalidArgumentError(None, None, "A placeholder has no value of its own: call the function with one.")


@KERNELS.add(ops.PLACEHOLDER_WITH_DEFAULT)
def placeholder_with_default(default: Any, *, shape: TensorShape) -> Any:
    """The default."""
    return default


@KERNELS.add(ops.NO_OP)
def no_op() -> tuple[()]:
    """Do nothing."""
    return ()


@KERNELS.add(ops.PARTITIONED_CALL, ops.STATEFUL_PARTITIONED_CALL, reentrant=True)
def call(args: list[Any], *, f: FunctionValue, **attrs: Any) -> Any:
    """``f(*args)``."""
    return f.execute(args)


def truth(value: Any) -> bool:
    """What an ``If`` takes for true: a number that is not zero, a text or an array that is not empty."""
    if isinstance(value, np.ndarray) and value.ndim == 0:
        return bool(value[()])
    return bool(np.size(value))


@KERNELS.add(ops.IF, ops.STATELESS_IF, reentrant=True)
def if_(
    cond: Any, input: list[Any], *, then_branch: FunctionValue, else_branch: FunctionValue, **attrs: Any
) -> list[Any]:
    """One of the two branches."""
    return (then_branch if truth(cond) else else_branch).execute(input)


@KERNELS.add(ops.CASE, ops.STATELESS_CASE, reentrant=True)
def case(branch_index: Any, input: list[Any], *, branches: Sequence[FunctionValue], **attrs: Any) -> Any:
    """The branch of that index; the last one if there is none."""
    index = int(branch_index)
    return branches[index if 0 <= index < len(branches) else -1].execute(input)


@KERNELS.add(ops.WHILE, ops.STATELESS_WHILE, reentrant=True)
def while_(input: list[Any], *, cond: FunctionValue, body: FunctionValue, **attrs: Any) -> Any:
    """Repeat ``body`` while ``cond`` holds."""
    values = list(input)
    while truth(cond.execute(values)[0]):
        values = body.execute(values)
    return values
