"""Cases for ``flowstone_core.ops.conv``: channels last, which every provider has."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from flowstone_core.op import Op
from flowstone_core.ops import conv as ops

from flowstone_conformance.case import Case
from flowstone_conformance.reference import Array, indices, number, store
from flowstone_conformance.samples import array, sample
from flowstone_conformance.windows import output_size, touched

Attrs = dict[str, Any]

FORMS: tuple[tuple[tuple[int, ...], tuple[int, ...], int, int, str], ...] = (
    ((5, 5), (3, 3), 1, 1, "VALID"),
    ((5, 6), (3, 2), 2, 1, "SAME"),
    ((7, 5), (2, 2), 1, 2, "SAME"),
    ((4, 4), (1, 1), 1, 1, "SAME"),
    ((3, 3), (3, 3), 1, 1, "VALID"),
    ((6, 7), (3, 3), 3, 1, "SAME"),
)
"""Size, window, stride, dilation, padding."""

FORMS_3D: tuple[tuple[tuple[int, ...], tuple[int, ...], int, int, str], ...] = (
    ((3, 4, 3), (2, 2, 2), 1, 1, "VALID"),
    ((3, 3, 4), (2, 3, 2), 2, 1, "SAME"),
)


def inner(attrs: Attrs) -> tuple[Sequence[int], Sequence[int], str]:
    """Strides and dilations of the spatial dimensions, and the padding."""
    strides = attrs["strides"][1:-1]
    return strides, attrs.get("dilations", (1,) * len(attrs["strides"]))[1:-1], attrs["padding"]


def gather_products(pairs: dict[tuple[int, ...], list[Any]], shape: Sequence[int], dtype: np.dtype[Any]) -> Array:
    """The sums of what was collected for each place."""
    return store([sum(pairs[index]) for index in indices(shape)], dtype).reshape(tuple(shape))


def connections(x_shape: Sequence[int], f_shape: Sequence[int], attrs: Attrs, depthwise: bool) -> Any:
    """Every product that a convolution sums, as places in the output, the input and the filter."""
    for out, tap, at in touched(x_shape[1:-1], f_shape[:-2], *inner(attrs)):
        for n, c, k in indices((x_shape[0], f_shape[-2], f_shape[-1])):
            channel = c * f_shape[-1] + k if depthwise else k
            yield (n, *out, channel), (n, *at, c), (*tap, c, k)


def output_shape(x_shape: Sequence[int], f_shape: Sequence[int], attrs: Attrs, depthwise: bool) -> tuple[int, ...]:
    """The shape of the result."""
    channels = f_shape[-1] * (f_shape[-2] if depthwise else 1)
    return (x_shape[0], *output_size(x_shape[1:-1], f_shape[:-2], *inner(attrs)), channels)


def forward(depthwise: bool = False) -> Callable[..., Array]:
    """The convolution (in fact correlation, as everywhere in deep learning)."""

    def reference(x: Array, f: Array, **attrs: Any) -> Array:
        sums: dict[tuple[int, ...], list[Any]] = defaultdict(list)
        for out, at, tap in connections(x.shape, f.shape, attrs, depthwise):
            sums[out].append(number(x[at]) * number(f[tap]))
        return gather_products(sums, output_shape(x.shape, f.shape, attrs, depthwise), x.dtype)

    return reference


def backward(
    to_input: bool, depthwise: bool = False
) -> Callable[[Array, Array, Sequence[int], Sequence[int], Attrs], Array]:
    """The gradient of a convolution for its input or its filter."""

    def reference(known: Array, dy: Array, x_shape: Sequence[int], f_shape: Sequence[int], attrs: Attrs) -> Array:
        sums: dict[tuple[int, ...], list[Any]] = defaultdict(list)
        for out, at, tap in connections(x_shape, f_shape, attrs, depthwise):
            mine, other = (at, tap) if to_input else (tap, at)
            sums[mine].append(number(dy[out]) * number(known[other]))
        return gather_products(sums, x_shape if to_input else f_shape, dy.dtype)

    return reference


def shape_operand(shape: Sequence[int]) -> Array:
    """A shape as an operand."""
    return array(np.array(shape, "int64"), "int32")


def attributes(form: tuple[Any, ...]) -> Attrs:
    """The attributes of one form."""
    sizes, _, stride, dilation, padding = form
    ones = (1,) * len(sizes)
    return {
        "strides": (1, *(stride * one for one in ones), 1),
        "padding": padding,
        "dilations": (1, *(dilation * one for one in ones), 1),
    }


def cases(
    forms: Sequence[tuple[Any, ...]], dtype: str, op: Op, input_op: Op, filter_op: Op, depthwise: bool = False
) -> list[Case]:
    """The convolution, and both gradients, of every form."""
    found = []
    for form in forms:
        attrs, (sizes, window, *_) = attributes(form), form
        x_shape, f_shape = (2, *sizes, 3), (*window, 3, 2)
        x, f = sample(x_shape, dtype), sample(f_shape, dtype, seed=1)
        dy = sample(output_shape(x_shape, f_shape, attrs, depthwise), dtype, seed=2)
        found.append(Case(op, (x, f), forward(depthwise), attrs, tolerance=8))
        if dtype == "int32":
            continue

        def to_input(s: Array, f: Array, dy: Array, xs: Any = x_shape, fs: Any = f_shape, **attrs: Any) -> Array:
            return backward(True, depthwise)(f, dy, xs, fs, attrs)

        def to_filter(x: Array, s: Array, dy: Array, xs: Any = x_shape, fs: Any = f_shape, **attrs: Any) -> Array:
            return backward(False, depthwise)(x, dy, xs, fs, attrs)

        found.append(Case(input_op, (shape_operand(x_shape), f, dy), to_input, attrs, tolerance=8))
        found.append(Case(filter_op, (x, shape_operand(f_shape), dy), to_filter, attrs, tolerance=8))
    return found


CASES = [
    *(
        case
        for dtype in ("float32", "float64", "bfloat16", "int32")
        for case in cases(
            FORMS if dtype == "float32" else FORMS[:2],
            dtype,
            ops.CONV_2D,
            ops.CONV_2D_BACKPROP_INPUT,
            ops.CONV_2D_BACKPROP_FILTER,
        )
    ),
    *(
        case
        for dtype in ("float32", "float64")
        for case in cases(
            FORMS[:4],
            dtype,
            ops.DEPTHWISE_CONV,
            ops.DEPTHWISE_CONV_BACKPROP_INPUT,
            ops.DEPTHWISE_CONV_BACKPROP_FILTER,
            depthwise=True,
        )
    ),
    *cases(FORMS_3D, "float32", ops.CONV_3D, ops.CONV_3D_BACKPROP_INPUT_V2, ops.CONV_3D_BACKPROP_FILTER_V2),
]
