"""Ops that touch the world: printing, assertions, and Python functions inside graphs."""

from __future__ import annotations

import functools
import pprint
import sys
from collections.abc import Callable, Sequence
from itertools import count
from typing import Any

import numpy as np

from flowstone_core import dtypes, infer, nest
from flowstone_core.conversion import convert_to_tensor
from flowstone_core.dtypes import DType
from flowstone_core.errors import InvalidArgumentError
from flowstone_core.interpreter import building_graph
from flowstone_core.op import WORLD, Op
from flowstone_core.sparse_tensor import SparseTensor
from flowstone_core.spec import Spec
from flowstone_core.tensor import Tensor
from flowstone_core.type_spec import TensorSpec, TypeSpec
from flowstone_core.variable import Variable


def _infer_python(input: list[Spec], *, Tout: Sequence[DType], **attrs: Any) -> list[Spec]:
    return [Spec(None, dtype) for dtype in Tout]


_PYTHON_TYPES = ("Tin: list(type) >= 0", "Tout: list(type) >= 0")

ASSERT = Op(
    "Assert",
    ("condition: bool", "data: T"),
    (),
    ("T: list(type) >= 1", "summarize: int = 3"),
    infer=infer.nothing,
    effects=WORLD,
)
PRINT_V2 = Op(
    "PrintV2",
    ("input: string",),
    (),
    ("output_stream: string = 'stderr'", "end: string = '\\n'"),
    infer=infer.nothing,
    effects=WORLD,
)
STRING_FORMAT = Op(
    "StringFormat",
    ("inputs: T",),
    ("output: string",),
    ("T: list(type) >= 0", "template: string = '%s'", "placeholder: string = '%s'", "summarize: int = 3"),
    infer=infer.scalar(dtypes.string),
)
EAGER_PY_FUNC = Op(
    "EagerPyFunc",
    ("input: Tin",),
    ("output: Tout",),
    ("token: string", "is_async: bool = false", *_PYTHON_TYPES),
    infer=_infer_python,
    effects=WORLD,
)
PY_FUNC = Op(
    "PyFunc", ("input: Tin",), ("output: Tout",), ("token: string", *_PYTHON_TYPES), infer=_infer_python, effects=WORLD
)
PY_FUNC_STATELESS = Op(
    "PyFuncStateless", ("input: Tin",), ("output: Tout",), ("token: string", *_PYTHON_TYPES), infer=_infer_python
)


# -- assertions and printing -------------------------------------------------------------------------------------


def Assert(condition: Any, data: Sequence[Any], summarize: int | None = None, name: str | None = None) -> None:
    """Raise an error unless ``condition`` holds when this runs.

    >>> tf.debugging.Assert(tf.constant(1) < 2, ["unexpected order"])

    Args:
        condition: A scalar bool.
        data: Tensors (and Python values) to show if it does not.
        summarize: How many elements of each to show.
        name: A name for the node.

    Raises:
        tf.errors.InvalidArgumentError: If it does not hold.
    """
    if building_graph():
        ASSERT(condition, list(data), summarize=3 if summarize is None else summarize, name=name)
        return
    if not condition:
        shown = "\n".join(_shown(convert_to_tensor(value), summarize) for value in data)
        raise InvalidArgumentError(None, None, f"Expected '{condition}' to be true. Summarized data: {shown}")


def _shown(tensor: Any, summarize: int | None) -> str:
    limit = 3 if summarize is None else summarize
    values = tensor._array.reshape(-1)
    shown = [str(value) for value in (values if limit < 0 else values[:limit])]
    return ", ".join([*shown, "..."] if 0 <= limit < len(values) else shown)


_STREAMS = {"stdout", "stderr", "log(info)", "log(warning)", "log(error)"}


def print(*inputs: Any, **kwargs: Any) -> None:
    """Print tensors and Python values; inside a function, each time it runs.

    >>> tf.print("loss:", tf.constant([1.5, 2.0]), output_stream=sys.stdout)
    loss: [1.5 2]

    Args:
        inputs: What to print, with ``sep`` between.
        kwargs: ``output_stream`` (``sys.stderr`` if not given, ``sys.stdout``, a logging level or
            ``"file://path"`` to append to), ``summarize`` (how many elements at each end of each dimension, 3 if
            not given, -1 for all), ``sep``, ``end`` and ``name``.

    Raises:
        ValueError: If there is no such stream or keyword.
    """
    stream = _stream_name(kwargs.pop("output_stream", sys.stderr))
    name = kwargs.pop("name", None)
    summarize = kwargs.pop("summarize", 3)
    separator = kwargs.pop("sep", " ")
    end = kwargs.pop("end", "\n")
    if kwargs:
        raise ValueError(f"Unrecognized keyword arguments for tf.print: {kwargs}")
    if len(inputs) == 1 and _is_scalar_string(inputs[0]):
        text = inputs[0]
    else:
        tensors: list[Tensor] = []
        parts = [_template(value, tensors) for value in inputs]
        placeholder = "{}"
        while any(placeholder in text for part in parts for text in part if text is not None):
            placeholder += "_"
        template = separator.join("".join(placeholder if t is None else t for t in part) for part in parts)
        text = STRING_FORMAT(
            tensors,
            template=template,
            placeholder=placeholder,
            summarize=-1 if summarize is None else summarize,
            name=name,
        )
    PRINT_V2(text, output_stream=stream, end=end)


def _is_scalar_string(value: Any) -> bool:
    return isinstance(value, Tensor) and value.dtype is dtypes.string and value.spec.shape == ()


def _stream_name(stream: Any) -> str:
    if stream is sys.stdout or stream is sys.__stdout__:
        return "stdout"
    if stream is sys.stderr or stream is sys.__stderr__:
        return "stderr"
    if isinstance(stream, str) and (stream.startswith("file://") or stream in _STREAMS):
        return stream
    level = getattr(stream, "__name__", "")
    if f"log({level})" in _STREAMS:
        return f"log({level})"
    raise ValueError(
        f"Unsupported output stream, logging level, or file {stream!r}. Supported streams are sys.stdout, sys.stderr, "
        "tf.compat.v1.logging.info, warning and error. File needs to be in the form of 'file://<filepath>'."
    )


class _Mark:
    """Stands for a tensor while Python formats what is around it."""

    TEXT = "\0tensor\0"

    def __repr__(self) -> str:
        return self.TEXT


class _SparseMark(_Mark):
    """Stands for a sparse tensor, whose parts are shown; in quotation marks, as TensorFlow shows it."""

    def __repr__(self) -> str:
        return f"'SparseTensor(indices={self.TEXT}, values={self.TEXT}, shape={self.TEXT})'"


def _template(value: Any, tensors: list[Tensor]) -> list[str | None]:
    """The text of one argument in pieces, None for each tensor in it, which is appended to ``tensors``."""

    def mark(leaf: Any) -> Any:
        if isinstance(leaf, (Tensor, Variable)):
            tensors.append(convert_to_tensor(leaf))
            return _Mark()
        if isinstance(leaf, SparseTensor):
            tensors.extend((leaf.indices, leaf.values, leaf.dense_shape))
            return _SparseMark()
        return leaf

    if not nest.is_nested(value):
        value = mark(value)
        text = value if isinstance(value, str) else str(value) if _says_itself(value) else pprint.pformat(value)
    else:
        text = pprint.pformat(nest.map_structure(mark, value))
    pieces: list[str | None] = []
    for index, piece in enumerate(text.split(_Mark.TEXT)):
        if index:
            pieces.append(None)
        pieces.append(piece)
    return pieces


def _says_itself(value: Any) -> bool:
    """Whether a composite tensor shows itself best."""
    return nest.is_composite(value)


def string_format(
    template: str, inputs: Any, placeholder: str = "{}", summarize: int = 3, name: str | None = None
) -> Any:
    """A text with tensors in the place of ``placeholder``.

    >>> tf.strings.format("tensor: {}, suffix", tf.range(5)).numpy()
    b'tensor: [0 1 2 3 4], suffix'

    Args:
        template: The text.
        inputs: A tensor or a list of tensors.
        placeholder: What stands for a tensor.
        summarize: How many elements at each end of each dimension to show.
        name: A name for the node.

    Raises:
        ValueError: If the numbers of placeholders and tensors differ.
    """
    given = list(inputs) if isinstance(inputs, (list, tuple)) else [inputs]
    if template.count(placeholder) != len(given):
        raise ValueError(
            f"The template expects {template.count(placeholder)} tensors, but the inputs only has {len(given)}. "
            "Please ensure the number of placeholders in template matches inputs length."
        )
    return STRING_FORMAT(given, template=template, placeholder=placeholder, summarize=summarize, name=name)


# -- Python functions ----------------------------------------------------------------------------------------------


_token_numbers = count()


class FunctionToken(str):
    """The token of a Python function in a node: a text, as in TensorFlow, that holds on to the function.

    Attributes:
        function: The function.
        input_types: The element types of its arguments.
        structure: The nest of specs of its arguments, composite tensors as such; None for plain tensors.
        returns: The nest of types or specs that it returns.
    """

    __slots__ = ("function", "input_types", "returns", "structure")

    function: Callable[..., Any]
    input_types: tuple[DType, ...]
    structure: Any
    returns: Any

    @classmethod
    def of(cls, function: Callable[..., Any], structure: Any, returns: Any) -> FunctionToken:
        """A new token for ``function``."""
        token = cls(f"pyfunc_{next(_token_numbers)}")
        token.function = function
        token.structure = structure
        token.returns = returns
        token.input_types = tuple(t.dtype for t in nest.flatten(structure, expand_composites=True))
        return token


def py_function(func: Any = None, inp: Any = None, Tout: Any = None, name: str | None = None) -> Any:
    """Run a Python function on eager tensors, also inside a graph; gradients flow through it.

    >>> @tf.function
    ... def f(x):
    ...     return tf.py_function(lambda t: t.numpy().item() ** 2, [x], tf.float32)
    >>> f(tf.constant(3.0)).numpy()
    np.float32(9.0)

    Args:
        func: The function; it takes eager tensors and returns what converts to ``Tout``.
        inp: A list of its arguments: tensors, or composite tensors.
        Tout: A type or ``tf.TypeSpec``, or a list of these; an empty list if it returns nothing.
        name: A name for the node.

    Raises:
        tf.errors.OpError: What the function raises, as the nearest of TensorFlow's exceptions.
    """
    if func is None:
        return _decorator(lambda function, arguments: py_function(function, arguments, Tout, name))
    arguments = [value if nest.is_composite(value) else convert_to_tensor(value) for value in inp or ()]
    flat = nest.flatten(arguments, expand_composites=True)
    specs = [_spec_of(value) for value in arguments]
    returned = list(Tout) if isinstance(Tout, (list, tuple)) else [Tout]
    token = FunctionToken.of(func, specs, returned)
    types = tuple(spec.dtype for spec in _flat_specs(returned))
    outputs = EAGER_PY_FUNC(flat, token=token, Tout=types, name=name)
    results = _returned(outputs, returned)
    return results if isinstance(Tout, (list, tuple)) else results[0]


def _decorator(run: Callable[[Callable[..., Any], tuple[Any, ...]], Any]) -> Callable[..., Any]:
    """A decorator of Python functions, which then take tensors as their arguments."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def wrapped(*arguments: Any) -> Any:
            return run(function, arguments)

        return wrapped

    return decorate


def _spec_of(value: Any) -> TypeSpec:
    if isinstance(value, Tensor):
        return TensorSpec(value.shape, value.dtype)
    spec: TypeSpec = value._type_spec
    return spec


def _as_spec(kind: Any) -> TypeSpec:
    return kind if isinstance(kind, TypeSpec) else TensorSpec(None, kind)


def _flat_specs(returned: Sequence[Any]) -> list[Any]:
    """The specs of the tensors that make up what a function returns."""
    return [part for kind in returned for part in nest.flatten(_as_spec(kind), expand_composites=True)]


def _returned(outputs: Sequence[Any], returned: Sequence[Any]) -> list[Any]:
    """Flat outputs as the values that were announced."""
    flat = iter(outputs)
    results = []
    for kind in returned:
        spec = _as_spec(kind)
        parts = []
        for part in nest.flatten(spec, expand_composites=True):
            tensor = next(flat)
            if part.shape.rank is not None:
                tensor.set_shape(part.shape)
            parts.append(tensor)
        if isinstance(spec, TensorSpec):
            results.append(parts[0])
        else:
            results.append(nest.pack_sequence_as(spec, parts, expand_composites=True))
    return results


def numpy_function(
    func: Any = None, inp: Any = None, Tout: Any = None, stateful: bool = True, name: str | None = None
) -> Any:
    """Run a Python function on numpy arrays, also inside a graph; no gradient flows through it.

    >>> tf.numpy_function(lambda x: x * 2, [tf.constant([1, 2])], tf.int32).numpy()
    array([2, 4], dtype=int32)

    Args:
        func: The function; it takes arrays (numpy scalars for scalars) and returns arrays.
        inp: A list of its arguments.
        Tout: A type or a list of types; an empty list if it returns nothing.
        stateful: Whether it has effects; a function without may be left out or run once for equal arguments.
        name: A name for the node.
    """
    if func is None:
        return _decorator(lambda function, arguments: numpy_function(function, arguments, Tout, stateful, name))
    arguments = [convert_to_tensor(value) for value in inp or ()]
    if not building_graph():
        results = [None if r is None else convert_to_tensor(r) for r in nest.flatten(func(*map(np.array, arguments)))]
        return results[0] if len(results) == 1 else results
    returned = list(Tout) if isinstance(Tout, (list, tuple)) else [Tout]
    token = FunctionToken.of(func, [_spec_of(value) for value in arguments], returned)
    op = PY_FUNC if stateful else PY_FUNC_STATELESS
    outputs = op(arguments, token=token, Tout=tuple(spec.dtype for spec in _flat_specs(returned)), name=name)
    if not isinstance(Tout, (list, tuple)):
        return _returned(outputs, returned)[0]
    return _returned(outputs, returned) if returned else None
