"""``keras.layers.InputSpec``: what a layer expects of its inputs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flowstone_core import nest

from flowstone_layers.config import standardize_dtype


class InputSpec:
    """The rank, shape and type that a layer expects of one input.

    Args:
        dtype: The expected type.
        shape: The expected shape, None for sizes that do not matter.
        ndim: The expected rank.
        max_ndim: The greatest rank.
        min_ndim: The least rank.
        axes: Axis to expected size.
        allow_last_axis_squeeze: Whether a last axis of 1 may be missing or extra.
        name: The key of the input, for inputs given as a dictionary.
        optional: Whether the input may be None.
    """

    def __init__(
        self,
        dtype: Any = None,
        shape: Any = None,
        ndim: int | None = None,
        max_ndim: int | None = None,
        min_ndim: int | None = None,
        axes: Mapping[int, int | None] | None = None,
        allow_last_axis_squeeze: bool = False,
        name: str | None = None,
        optional: bool = False,
    ) -> None:
        self.dtype = None if dtype is None else standardize_dtype(dtype)
        self.shape = None if shape is None else tuple(shape)
        self.ndim = ndim if self.shape is None else len(self.shape)
        self.max_ndim = max_ndim
        self.min_ndim = min_ndim
        self.axes = {int(axis): size for axis, size in (axes or {}).items()}
        self.allow_last_axis_squeeze = allow_last_axis_squeeze
        self.name = name
        self.optional = optional

    def __repr__(self) -> str:
        parts = [f"{key}={value}" for key, value in self.get_config().items() if value]
        return f"InputSpec({', '.join(parts)})"

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal spec."""
        return {
            "dtype": self.dtype,
            "shape": self.shape,
            "ndim": self.ndim,
            "max_ndim": self.max_ndim,
            "min_ndim": self.min_ndim,
            "axes": self.axes,
        }

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> InputSpec:
        """The spec that ``get_config`` described."""
        return cls(**config)


def check_inputs(input_spec: Any, inputs: Any, layer_name: str) -> None:
    """Check ``inputs`` against a layer's ``input_spec``.

    Raises:
        ValueError: If they do not fit.
    """
    if not input_spec:
        return
    specs = nest.flatten(input_spec)
    if isinstance(inputs, dict) and all(spec.name is not None for spec in specs):
        values = [inputs[spec.name] for spec in specs if spec.name in inputs]
        missing = [spec.name for spec in specs if spec.name not in inputs and not spec.optional]
        if missing:
            raise ValueError(f"Missing data for input {missing[0]!r}. Expected the keys {[s.name for s in specs]}.")
    else:
        values = nest.flatten(inputs)
    if len(values) != len(specs):
        raise ValueError(
            f'Layer "{layer_name}" expects {len(specs)} input(s), but it received {len(values)} input tensors. '
            f"Inputs received: {inputs}"
        )
    for index, (value, spec) in enumerate(zip(values, specs, strict=True)):
        if spec is None or (value is None and spec.optional):
            continue
        problem = _mismatch(spec, value)
        if problem:
            raise ValueError(f'Input {index} of layer "{layer_name}" is incompatible with the layer: {problem}')


def _mismatch(spec: InputSpec, value: Any) -> str:
    """What is wrong with ``value``, or an empty string."""
    shape = value.shape if isinstance(value.shape, tuple) else value.shape.as_tuple()
    if shape is None:
        return ""
    rank = len(shape)
    if (
        spec.ndim is not None
        and rank != spec.ndim
        and not (spec.allow_last_axis_squeeze and abs(rank - spec.ndim) == 1)
    ):
        return f"expected ndim={spec.ndim}, found ndim={rank}. Full shape received: {shape}"
    if spec.max_ndim is not None and rank > spec.max_ndim:
        return f"expected max_ndim={spec.max_ndim}, found ndim={rank}"
    if spec.min_ndim is not None and rank < spec.min_ndim:
        return f"expected min_ndim={spec.min_ndim}, found ndim={rank}. Full shape received: {shape}"
    if spec.dtype is not None and standardize_dtype(value.dtype) != spec.dtype:
        return f"expected dtype={spec.dtype}, found dtype={standardize_dtype(value.dtype)}"
    for axis, size in spec.axes.items():
        if size is not None and shape[axis] not in (size, None):
            return f"expected axis {axis} of input shape to have value {size}, but received input with shape {shape}"
    if spec.shape is not None and not _shapes_fit(spec, shape):
        return f"expected shape={spec.shape}, found shape={shape}"
    return ""


def _shapes_fit(spec: InputSpec, shape: Any) -> bool:
    expected = spec.shape
    assert expected is not None
    if spec.allow_last_axis_squeeze:
        if shape and shape[-1] == 1:
            shape = shape[:-1]
        if expected and expected[-1] == 1:
            expected = expected[:-1]
    return len(expected) == len(shape) and all(
        a is None or b is None or a == b for a, b in zip(expected, shape, strict=True)
    )
