"""One conformance case: an op, its operands and attributes, and the function that says what the result must be."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from flowstone_core.dtypes import DType, from_numpy
from flowstone_core.kernel import Kernel
from flowstone_core.op import Op
from flowstone_core.tensor import EagerTensor
from numpy.typing import NDArray

Operand = NDArray[Any] | list[NDArray[Any]]

TOLERANCE = {
    "float16": 4e-3,
    "bfloat16": 3e-2,
    "float32": 2e-5,
    "complex64": 2e-5,
    "float64": 1e-11,
    "complex128": 1e-11,
}
"""How far a result may be from the reference, relative to the larger of the two and of 1."""


@dataclass(frozen=True)
class Case:
    """What is computed, and what must come out.

    Args:
        op: The op.
        inputs: An array for each input, a list of arrays for a list input.
        reference: Takes the inputs and the given attributes, returns the expected output: an array, or a tuple or
            list of arrays. It must not use a kernel, nor numpy's arithmetic on whole arrays.
        attrs: The attributes, by name.
        note: What is particular about it, for its name.
        tolerance: Multiplies the tolerance of the dtype, for results of many roundings.
        outputs: How many outputs the reference gives; further ones are the provider's own affair. None for all.
        determined: Makes of the outputs what is determined, where they are not themselves: of the factors of a matrix
            their product. It is this that the reference gives.
    """

    op: Op
    inputs: tuple[Operand, ...]
    reference: Callable[..., Any]
    attrs: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""
    tolerance: float = 1.0
    outputs: int | None = None
    determined: Callable[..., Any] | None = None

    @functools.cached_property
    def dtype(self) -> DType | None:
        """The element type that selects the kernel."""
        tensors = tuple(_tensor(operand) for operand in self.inputs)
        return self.op.dispatch_dtype(tensors, self.op.complete(dict(self.attrs)))

    def run(self, kernel: Kernel, inputs: tuple[Any, ...] | None = None, **more: Any) -> list[NDArray[Any]]:
        """What the kernel makes of the inputs (or of others), as a list of its outputs."""
        attrs = self.op.complete(dict(self.attrs))
        with np.errstate(all="ignore"):  # as dispatch calls it
            result = kernel.function(*(self.inputs if inputs is None else inputs), **attrs, **more)
        return as_list(result)[: self.outputs]

    @functools.cached_property
    def expected(self) -> list[NDArray[Any]]:
        """The outputs that the reference gives."""
        return as_list(self.reference(*self.inputs, **self.attrs))

    def matches(self, got: list[NDArray[Any]]) -> None:
        """Compare the outputs of a kernel with the reference's.

        Raises:
            AssertionError: They differ; the text says where.
        """
        self.check(got if self.determined is None else as_list(self.determined(*got)), self.expected)

    def check(self, got: list[NDArray[Any]], expected: list[NDArray[Any]]) -> None:
        """Compare outputs with the expected ones: number, dtype, shape, values.

        Raises:
            AssertionError: They differ; the text says where.
        """
        assert len(got) == len(expected), f"{self}: {len(got)} outputs, expected {len(expected)}"
        for mine, theirs in zip(got, expected, strict=True):
            assert mine.dtype == theirs.dtype, f"{self}: dtype {mine.dtype}, expected {theirs.dtype}"
            assert mine.shape == theirs.shape, f"{self}: shape {mine.shape}, expected {theirs.shape}"
            self._check_values(mine, theirs)

    def _check_values(self, mine: NDArray[Any], theirs: NDArray[Any]) -> None:
        bound = TOLERANCE.get(theirs.dtype.name)
        if bound is None:
            np.testing.assert_array_equal(mine, theirs, err_msg=str(self))
            return
        wide = np.complex128 if theirs.dtype.kind == "c" else np.float64
        np.testing.assert_allclose(
            mine.astype(wide),
            theirs.astype(wide),
            rtol=bound * self.tolerance,
            atol=bound * self.tolerance,
            err_msg=str(self),
        )

    def __str__(self) -> str:
        shapes = "_".join(_shape(operand) for operand in self.inputs)
        attrs = ",".join(f"{name}={value}" for name, value in self.attrs.items())
        types = [self.dtype.name] if self.dtype is not None else []
        arrays = [array for operand in self.inputs for array in (operand if isinstance(operand, list) else [operand])]
        types += sorted({_dtype(array).name for array in arrays} - {*types})
        return "-".join(filter(None, [self.op.name, ",".join(types), shapes, attrs, self.note]))


def as_list(result: Any) -> list[NDArray[Any]]:
    """A kernel's result as a list of arrays: numpy scalars become 0-d arrays, nested lists are flattened."""
    if isinstance(result, (tuple, list)):
        return [array for item in result for array in as_list(item)]
    if isinstance(result, bytes):
        array = np.empty((), object)
        array[()] = result
        return [array]
    return [np.asarray(result)]


def _tensor(operand: Operand) -> Any:
    if isinstance(operand, list):
        return tuple(_tensor(item) for item in operand)
    return EagerTensor(operand, _dtype(operand))


def _dtype(array: NDArray[Any]) -> DType:
    return from_numpy(array.dtype)


def _shape(operand: Operand) -> str:
    if isinstance(operand, list):
        return "[" + ",".join(_shape(item) for item in operand) + "]"
    if operand.dtype.name in ("int32", "int64") and operand.ndim <= 1 and operand.size <= 4:
        return str(operand.tolist()).replace(" ", "")  # an axis, a shape: the values say more
    if operand.ndim == 0 and operand.dtype.kind in "iuf":
        return f"{operand.item():.3g}"
    return "x".join(map(str, operand.shape)) or "scalar"
