"""What a parity case is: a call of a public function, written so that both TensorFlow and flowstone can run it.

A file ``cases/<family>.py`` lists cases::

    CASES = [
        case("nn.relu", T([-1.0, 2.0])),
        case("math.add", T([1, 2]), T([1.0])),                        # the error is compared too
        *(case("math.exp", R((2, 3), dtype)) for dtype in FLOATS),
        case("op:floordiv", T([7, -7]), 2),                           # an operator of Python's operator module
        case("run:debugging.assert_equal", T(1), 2),                  # what it returns does not count
        case("grad:math.exp", T([1.0, 2.0])),                         # the gradients by all tensors of the arguments
    ]

A file may also say where flowstone differs on purpose, by patterns of cases' ids: ``UNLIKE = {pattern: reason}``, and
``MORE_SHAPES = {pattern: reason}`` where it knows
more of static shapes, ``OTHER_SHAPES`` where they differ otherwise.

``record.py`` runs them in TensorFlow and writes ``goldens/<family>.jsonl``; ``test_goldens.py`` runs them in
flowstone, eagerly and inside ``tf.function``, and compares.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import ml_dtypes
import numpy as np

FLOATS = ("float16", "bfloat16", "float32", "float64")
COMPLEX = ("complex64", "complex128")
INTS = ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")
NUMBERS = (*FLOATS, *INTS, *COMPLEX)

inf, nan = float("inf"), float("nan")


@dataclass(frozen=True)
class T:
    """A tensor with these values; a traced function gets it as an argument."""

    values: Any
    dtype: str | None = None
    shape: tuple[int, ...] | None = None

    def tensor(self, tf: Any) -> Any:
        return tf.constant(self.values, self.dtype and tf.as_dtype(self.dtype), self.shape)

    def __repr__(self) -> str:
        rest = "".join(f", {value!r}" for value in (self.dtype, self.shape) if value is not None)
        return f"T({self.values!r}{rest})"


@dataclass(frozen=True)
class R:
    """A tensor of numbers between ``low`` and ``high``, the same ones each time."""

    shape: tuple[int, ...]
    dtype: str = "float32"
    low: float = -2.0
    high: float = 2.0
    seed: int = 0

    def array(self) -> Any:
        # RandomState's stream is frozen for good
        random = np.random.RandomState(self.seed)
        draw = random.uniform(self.low, self.high, self.shape)
        if self.dtype.startswith("complex"):
            return (draw + 1j * random.uniform(self.low, self.high, self.shape)).astype(self.dtype)
        if "int" in self.dtype:
            return np.floor(np.abs(draw) if self.dtype.startswith("u") else draw).astype(self.dtype)
        if self.dtype == "bool":
            return draw > (self.low + self.high) / 2
        return draw.astype(ml_dtypes.bfloat16 if self.dtype == "bfloat16" else self.dtype)

    def tensor(self, tf: Any) -> Any:
        return tf.constant(self.array())

    def __repr__(self) -> str:
        parts = [repr(self.shape), repr(self.dtype)]
        if (self.low, self.high) != (-2.0, 2.0):
            parts += [f"{self.low:g}", f"{self.high:g}"]
        return f"R({', '.join(parts)}{f', seed={self.seed}' if self.seed else ''})"


@dataclass(frozen=True)
class S:
    """A sparse tensor; a traced function gets its three parts as arguments."""

    indices: Any
    values: Any
    dense_shape: Any
    dtype: str | None = None

    def parts(self) -> tuple[T, T, T]:
        rank = len(self.dense_shape)
        return (
            T(self.indices, "int64", (len(self.indices), rank)),
            T(self.values, self.dtype, (len(self.values),)),
            T(self.dense_shape, "int64", (rank,)),
        )

    def __repr__(self) -> str:
        dtype = "" if self.dtype is None else f", {self.dtype!r}"
        return f"S({self.indices!r}, {self.values!r}, {self.dense_shape!r}{dtype})"


@dataclass(frozen=True)
class G:
    """A ragged tensor from nested lists; a traced function gets its values and row splits as arguments.

    Attributes:
        rows: The nested lists.
        dtype: The type of the values.
        ragged_rank: How many dimensions are ragged; all but the first by default.
    """

    rows: Any
    dtype: str | None = None
    ragged_rank: int | None = None

    def parts(self) -> tuple[T, ...]:
        depth = _depth(self.rows) - 1 if self.ragged_rank is None else self.ragged_rank
        values, splits = self.rows, []
        for _ in range(depth):
            splits.append(T([0, *np.cumsum([len(row) for row in values]).tolist()], "int64"))
            values = [item for row in values for item in row]
        return (T(values, self.dtype), *splits)

    def __repr__(self) -> str:
        rest = "".join(f", {value!r}" for value in (self.dtype, self.ragged_rank) if value is not None)
        return f"G({self.rows!r}{rest})"


def _depth(rows: Any) -> int:
    return 1 + max(map(_depth, rows), default=0) if isinstance(rows, list) else 0


@dataclass(frozen=True)
class D:
    """An element type."""

    name: str

    def dtype(self, tf: Any) -> Any:
        return tf.as_dtype(self.name)

    def __repr__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Case:
    """A call.

    Attributes:
        target: The public name without ``tf.``, or ``op:`` and a function of Python's ``operator``; after ``run:``
            only whether it raises counts, after ``grad:`` the gradients of the results by the tensors do.
        args: Its arguments; ``T``, ``R``, ``S`` and ``D`` stand for tensors and types, at any depth.
        kwargs: Its keyword arguments.
        rtol: The relative tolerance, if not that of the type.
        atol: The absolute tolerance, if not that of the type.
        graph: Whether it is also tried inside ``tf.function``.
        shapes: Whether static shapes are compared.
        note: What distinguishes two equal calls.
        unlike: Why flowstone differs from TensorFlow here on purpose, if it does.
        more_shapes: Why flowstone may know more of static shapes than TensorFlow does, or take what it refuses.
        other_shapes: Why static shapes differ otherwise.
    """

    target: str
    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    rtol: float | None = None
    atol: float | None = None
    graph: bool = True
    shapes: bool = True
    note: str = ""
    unlike: str = ""
    more_shapes: str = ""
    other_shapes: str = ""

    @property
    def id(self) -> str:
        parts = [*map(repr, self.args), *(f"{key}={value!r}" for key, value in self.kwargs.items())]
        text = f"{self.target}({', '.join(parts)})"
        return re.sub(r" at 0x[0-9a-f]+", "", text) + (f" # {self.note}" if self.note else "")

    def tensors(self) -> list[Any]:
        """The placeholders of tensors among the arguments, in order."""
        found: list[Any] = []
        _walk((self.args, self.kwargs), found.append)
        return found

    def call(self, tf: Any, tensors: list[Any]) -> Any:
        """Call the target with these tensors in the place of the placeholders."""
        rest = iter(tensors)
        args = _filled(self.args, tf, rest)
        kwargs = _filled(dict(self.kwargs), tf, rest)
        return resolve(tf, self.target)(*args, **kwargs)


def case(
    target: str,
    *args: Any,
    rtol: float | None = None,
    atol: float | None = None,
    graph: bool = True,
    shapes: bool = True,
    note: str = "",
    unlike: str = "",
    **kwargs: Any,
) -> Case:
    """A case; see ``Case``."""
    return Case(target, args, kwargs, rtol, atol, graph, shapes, note, unlike)


def resolve(tf: Any, target: str) -> Any:
    """The function that a case calls."""
    if target.startswith("grad:"):
        return gradient_of(tf, resolve(tf, target[5:]))
    if target.startswith("op:"):
        return getattr(operator, target[3:])
    if target.startswith("run:"):
        function = resolve(tf, target[4:])
        return lambda *args, **kwargs: [function(*args, **kwargs), None][1]
    found = tf
    for part in target.split("."):
        found = getattr(found, part)
    return found


def gradient_of(tf: Any, function: Any) -> Any:
    """The function that gives the gradients of another's results, unevenly weighted, by its floating point tensors."""

    def weights(y: Any) -> Any:
        return tf.cast(tf.reshape(tf.range(tf.size(y)) % 7 - 2, tf.shape(y)), y.dtype)

    def gradients(*args: Any, **kwargs: Any) -> Any:
        inexact = lambda x: hasattr(x, "dtype") and (x.dtype.is_floating or x.dtype.is_complex)
        sources = [x for x in tf.nest.flatten((args, kwargs)) if tf.is_tensor(x) and inexact(x)]
        with tf.GradientTape() as tape:
            tape.watch(sources)
            results = [y for y in tf.nest.flatten(function(*args, **kwargs)) if inexact(y)]
        found = tape.gradient(results, sources, [weights(y) for y in results])
        return [tf.convert_to_tensor(x) for x in found if x is not None]

    return gradients


def _walk(value: Any, visit: Any) -> None:
    if isinstance(value, (T, R)):
        visit(value)
    elif isinstance(value, (S, G)):
        _walk(value.parts(), visit)
    elif isinstance(value, (list, tuple)):
        for item in value:
            _walk(item, visit)
    elif isinstance(value, Mapping):
        for item in value.values():
            _walk(item, visit)


def _filled(value: Any, tf: Any, rest: Any) -> Any:
    if isinstance(value, (T, R)):
        return next(rest)
    if isinstance(value, S):
        return tf.SparseTensor(next(rest), next(rest), next(rest))
    if isinstance(value, G):
        flat, *splits = (next(rest) for _ in value.parts())
        return tf.RaggedTensor.from_nested_row_splits(flat, splits, validate=False)
    if isinstance(value, D):
        return value.dtype(tf)
    if isinstance(value, (list, tuple)):
        return type(value)(_filled(item, tf, rest) for item in value)
    if isinstance(value, Mapping):
        return {key: _filled(item, tf, rest) for key, item in value.items()}
    return value
