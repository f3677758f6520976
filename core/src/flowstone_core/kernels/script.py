"""Kernels of ``flowstone_core.ops.script``."""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Sequence
from typing import Any

import numpy as np

from flowstone_core import errors, nest
from flowstone_core.conversion import convert_eager, convert_to_tensor
from flowstone_core.dtypes import DType, string
from flowstone_core.errors import InvalidArgumentError, OpError
from flowstone_core.interpreter import running_under
from flowstone_core.kernel import KernelSet
from flowstone_core.ops import script as ops
from flowstone_core.ops.script import FunctionToken
from flowstone_core.summarize import summarize as summary_of
from flowstone_core.tensor import EagerTensor
from flowstone_core.variable import Variable

KERNELS = KernelSet()


@KERNELS.add(ops.ASSERT)
def assert_(condition: Any, data: list[Any], *, summarize: int) -> None:
    """Raise unless ``condition``."""
    if not condition:
        shown = " ".join(f"[{_plain(summary_of(array, summarize))}]" for array in data)
        raise InvalidArgumentError(None, None, f"assertion failed: {shown}")


def _plain(text: str) -> str:
    """Without the brackets and quotes around it."""
    for opening, closing in ("[]", '""'):
        if text.startswith(opening) and text.endswith(closing) and len(text) > 1:
            text = text[1:-1]
    return text


@KERNELS.add(ops.PRINT_V2)
def print_v2(input: Any, *, output_stream: str, end: str) -> None:
    """Write the text to Python's stream of that name, to the log, or to the end of a file."""
    text = input[()].decode("utf-8", "replace")
    if output_stream.startswith("log("):
        level = {"log(info)": logging.INFO, "log(warning)": logging.WARNING}.get(output_stream, logging.ERROR)
        logging.getLogger("flowstone").log(level, text)
    elif output_stream.startswith("file://"):
        with open(output_stream.removeprefix("file://"), "a", encoding="utf-8") as file:
            file.write(text + end)
    else:
        stream = sys.stdout if output_stream == "stdout" else sys.stderr
        stream.write(text + end)
        stream.flush()


@KERNELS.add(ops.STRING_FORMAT)
def string_format(inputs: list[Any], *, template: str, placeholder: str, summarize: int) -> Any:
    """The template with texts in the place of the placeholders."""
    pieces = template.split(placeholder)
    if len(pieces) != len(inputs) + 1:
        raise InvalidArgumentError(
            None, None, f"num placeholders in template and num inputs must match: {len(pieces) - 1} vs. {len(inputs)}"
        )
    texts = [summary_of(array, summarize) for array in inputs]
    return "".join(a + b for a, b in zip(pieces, [*texts, ""], strict=True)).encode()


# -- Python functions ----------------------------------------------------------------------------------------------

_ERRORS: tuple[tuple[tuple[type[Exception], ...], type[OpError]], ...] = (
    ((ValueError, TypeError), InvalidArgumentError),
    ((StopIteration,), errors.OutOfRangeError),
    ((MemoryError,), errors.ResourceExhaustedError),
    ((NotImplementedError,), errors.UnimplementedError),
)


def _as_op_error(error: Exception) -> OpError:
    """What a Python function raised, as TensorFlow reports it."""
    kind = next((target for sources, target in _ERRORS if isinstance(error, sources)), errors.UnknownError)
    trace = "".join(traceback.format_tb(error.__traceback__))
    return kind(None, None, f"{type(error).__name__}: {error}\nTraceback (most recent call last):\n\n{trace}")


def _function(token: Any) -> FunctionToken:
    if not isinstance(token, FunctionToken):
        raise InvalidArgumentError(
            None, None, f"The Python function {token!r} belongs to the program that saved this graph; it is not here."
        )
    return token


@KERNELS.add(ops.EAGER_PY_FUNC, reentrant=True)
def eager_py_func(input: list[Any], *, token: Any, is_async: bool, Tout: Sequence[DType]) -> list[Any]:
    """Call the function on eager tensors."""
    known = _function(token)
    tensors = [EagerTensor(array, dtype) for array, dtype in zip(input, known.input_types, strict=True)]
    arguments = nest.pack_sequence_as(known.structure, tensors, expand_composites=True)
    with running_under(None):
        try:
            result = known.function(*arguments)
        except Exception as error:
            raise _as_op_error(error) from error
        values = _flat(result, len(Tout))
        if len(values) != len(Tout):
            raise InvalidArgumentError(
                None, None, f"{token} returns {len(values)} values, but expects to see {len(Tout)} values."
            )
        return [_typed(value, dtype, token) for value, dtype in zip(values, Tout, strict=True)]


def _flat(result: Any, count: int) -> list[Any]:
    """What a function returned, as the values that make it up."""
    if result is None:
        return []
    if count == 1 and not nest.is_composite(result):
        if isinstance(result, (list, tuple)) and len(result) == 1:
            return list(result)
        return [result]
    return nest.flatten(result, expand_composites=True)


def _typed(value: Any, dtype: DType, token: str) -> Any:
    if isinstance(value, (EagerTensor, Variable)):
        tensor: Any = convert_to_tensor(value)
        if tensor.dtype is not dtype:
            raise InvalidArgumentError(
                None, None, f"{token} returned a value of type {tensor.dtype.name}, but expects {dtype.name}."
            )
        return tensor._array
    try:
        return convert_eager(value, dtype)._array
    except (TypeError, ValueError) as error:
        raise InvalidArgumentError(None, None, f"{token} returned what is no {dtype.name}: {error}") from error


@KERNELS.add(ops.PY_FUNC, ops.PY_FUNC_STATELESS, reentrant=True)
def py_func(input: list[Any], *, token: Any, Tout: Sequence[DType]) -> list[Any]:
    """Call the function on numpy arrays."""
    known = _function(token)
    arguments = [array.copy() if array.ndim or array.dtype.kind == "O" else array[()] for array in input]
    with running_under(None):
        try:
            result = known.function(*[_scalar_text(value) for value in arguments])
        except Exception as error:
            raise _as_op_error(error) from error
    values = _flat(result, len(Tout))
    if not Tout:
        return []
    if len(values) != len(Tout):
        raise InvalidArgumentError(
            None, None, f"{token} returns {len(values)} values, but expects to see {len(Tout)} values."
        )
    return [_array(value, dtype, token) for value, dtype in zip(values, Tout, strict=True)]


def _scalar_text(value: Any) -> Any:
    """A scalar string as ``bytes``."""
    return value[()] if isinstance(value, np.ndarray) and value.dtype.kind == "O" and not value.ndim else value


def _array(value: Any, dtype: DType, token: str) -> Any:
    """A numpy function's result as an array of ``dtype``: its own type must be that, but for Python numbers."""
    if dtype is string or not isinstance(value, (np.ndarray, np.generic)):
        return _typed(value, dtype, token)
    if value.dtype != dtype.numpy_dtype:
        raise InvalidArgumentError(
            None, None, f"{token} returned an array of type {value.dtype}, but expects {dtype.name}. Cast the result."
        )
    return np.array(value)
