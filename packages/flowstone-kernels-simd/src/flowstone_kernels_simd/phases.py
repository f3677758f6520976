"""Gradients of inputs of convolutions with strides, and transposed convolutions: one dense convolution for each phase.

Along a dimension with stride ``s``, the elements at ``q s + p`` of the result, of phase ``p``, take every ``s``-th element of
the filter only: from ``i + before = o s + k`` follows that ``k`` leaves the rest ``r = (p + before) mod s``, and with
``k = r + s m`` that ``o = q + (p + before - r) / s - m``. So a phase is a convolution of neighbours with stride 1, whose
pixels are written ``s`` apart; nothing is multiplied by zeros in between.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

from flowstone_core.windows import Window

from flowstone_kernels_simd import dots, images, microkernel
from flowstone_kernels_simd.ir import SCALARS, SIZES, Module
from flowstone_kernels_simd.loops import base_address
from flowstone_kernels_simd.lowering import Lowering
from flowstone_kernels_simd.rules_array import permuted
from flowstone_kernels_simd.values import Call, Shape, Value, View
from flowstone_kernels_simd.vectors import Vectors


def worthwhile(windows: Sequence[Window]) -> bool:
    """Whether there are strides, and neither dilations nor padding beyond the window."""
    return any(w.stride > 1 for w in windows) and all(w.dilation == 1 and 0 <= w.before < w.kernel for w in windows)


@dataclass(frozen=True)
class _Part:
    """One phase along one dimension.

    Attributes:
        phase: The phase.
        first: The first element of the filter that it takes.
        taps: How many it takes.
        shift: Which gradient the first result's last tap is multiplied by.
        out: How many results it has.
    """

    phase: int
    first: int
    taps: int
    shift: int
    out: int

    @property
    def before(self) -> int:
        """How many gradients before the first one the first result reaches."""
        return self.taps - 1 - self.shift


def _parts(w: Window) -> list[_Part]:
    found = []
    for phase in range(min(w.stride, w.size)):
        first = (phase + w.before) % w.stride
        taps = max(0, -(-(w.kernel - first) // w.stride))
        out = -(-(w.size - phase) // w.stride)
        found.append(_Part(phase, first, taps, (phase + w.before - first) // w.stride, out))
    return found


def input_gradient(low: Lowering, filter_: Value, dy: Value, windows: Sequence[Window]) -> Value:
    """The gradient with respect to the input, of one group."""
    channels, results = filter_.shape[-2:]
    dtype = dy.dtype
    shape: Shape = (dy.shape[0], *(w.size for w in windows), channels)
    along = [_parts(w) for w in windows]
    around = []
    for w, parts in zip(windows, along, strict=True):
        taken = [part for part in parts if part.taps]
        before = max(0, *(part.before for part in taken))
        after = max(0, *(part.out - 1 + part.shift + 1 - w.out for part in taken))
        around.append(Window(w.out, 1, 1, 1, before, after, w.out + before + after))
    padded = images.bordered(low, dy, around)
    steps = images.steps_of(around, results)
    phases = [phase for phase in itertools.product(*along) if all(part.taps for part in phase)]
    matrices = [_taken(low, filter_, phase, windows) for phase in phases]
    few = dots.worthwhile(dtype, min(phase[-1].taps for phase in phases) * results, channels)
    if few:
        weights = [low.copied(permuted(low, matrix, [1, 0])) for matrix in matrices]
        low.imports.update(dots.library(dtype).addresses)
    else:
        weights = [images.packed(low, matrix) for matrix in matrices]
    tiles = [microkernel.window_tile(dtype, results, phase[-1].out, step=1) for phase in phases]
    for tile in tiles if not few else ():
        low.imports.update(tile.addresses)
    goal_steps = [channels * step for step in images.contiguous_steps(shape[1:-1])]
    whole = len(phases) < math.prod(len(parts) for parts in along)  # some results have no products at all

    def write(module: Module, name: str, outputs: Sequence[Value]) -> Call:
        module.declare("void @llvm.memset.p0.i64(ptr, i8, i64, i1)")
        v, one = Vectors(module, 1), SCALARS[dtype]
        source, target = base_address(v, padded.locate()), base_address(v, outputs[0].locate())
        panels_of = [base_address(v, weight.locate()) for weight in weights]
        width, size = microkernel.columns_of(dtype), math.prod(shape[1:])
        panels = 1 if few else -(-channels // width)
        each = 1 if whole else len(phases)  # work items of an image
        with v.loop("%low", "%high") as item:
            image, wanted = v.value(f"udiv i64 {item}, {each}"), v.value(f"urem i64 {item}, {each}")
            to = v.element(one, target, v.mul(image, size))
            from_ = v.element(one, source, v.mul(image, steps[0] * around[0].padded))
            if whole:
                v.do(f"call void @llvm.memset.p0.i64(ptr {to}, i8 0, i64 {size * SIZES[dtype]}, i1 false)")
            for index, (phase, tile, weight) in enumerate(zip(phases, tiles, panels_of, strict=True)):
                (dots.library(dtype) if few else tile).declare(module)
                *outer, last = phase
                length, depth = last.taps * results, math.prod(part.taps for part in phase) * results
                inner = outer[-1].taps
                places = itertools.product(*(range(part.taps) for part in outer[:-1]))
                offsets = [sum(i * step for i, step in zip(place, steps, strict=False)) for place in places]
                rows = math.prod(part.out for part in outer)
                chosen = "true" if whole else v.value(f"icmp eq i64 {wanted}, {index}")
                with v.when(chosen), v.loop(0, panels) as panel, v.loop(0, rows) as row:
                    a, c = _places(v, row, phase, around, windows, steps, goal_steps)
                    here = v.element(one, from_, a)
                    goal = v.element(one, to, v.add(c, v.mul(panel, width)))
                    b = v.element(one, weight, v.mul(panel, depth * width))
                    left = v.value(f"sub i64 {channels}, {v.mul(panel, width)}")
                    for number, offset in enumerate(offsets):
                        if few:
                            read = dots.Rows(v.element(one, here, offset), results, length, inner, steps[-2])
                            factors = dots.Rows(v.element(one, weight, number * inner * length), depth)
                            pixels = dots.Rows(goal, windows[-1].stride * channels)
                            dots.emit_rows(v, dtype, read, factors, pixels, last.out, channels, number > 0)
                            continue
                        v.do(
                            f"call void @{tile.name}(ptr {v.element(one, here, offset)}, i64 0, i64 {steps[-2]}, "
                            f"i64 {inner}, ptr {v.element(one, b, number * inner * length * width)}, i64 {width}, "
                            f"ptr {goal}, i64 {windows[-1].stride * channels}, i64 {last.out}, i64 {length}, "
                            f"i64 {left}, i1 {'true' if number else 'false'})"
                        )
        v.finish(name, "ptr %table, i64 %low, i64 %high")
        work = dy.size * math.prod(filter_.shape[:-1])
        return Call(name, shape[0] * each, 1, work * microkernel.NS_PER_PRODUCT)

    (made,) = low.stage([padded, *weights], [(shape, dtype)], write)
    return made


def _places(
    v: Vectors,
    row: str,
    phase: Sequence[_Part],
    around: Sequence[Window],
    windows: Sequence[Window],
    steps: Sequence[int],
    goal_steps: Sequence[int],
) -> tuple[str | int, str | int]:
    """Where a row of a phase begins in the bordered gradient, and in the result."""
    last = phase[-1]
    a: str | int = (around[-1].before - last.before) * steps[-1]
    c: str | int = last.phase * goal_steps[-1]
    rest = row
    for index in reversed(range(len(phase) - 1)):
        part = phase[index]
        place = v.value(f"urem i64 {rest}, {part.out}")
        rest = v.value(f"udiv i64 {rest}, {part.out}")
        a = v.add(a, v.mul(v.add(place, around[index].before - part.before), steps[index]))
        c = v.add(c, v.mul(v.add(v.mul(place, windows[index].stride), part.phase), goal_steps[index]))
    return a, c


def _taken(low: Lowering, filter_: Value, phase: Sequence[_Part], windows: Sequence[Window]) -> Value:
    """The elements of a filter that a phase takes, the last first, as a matrix of results by channels."""
    whole = low.contiguous(filter_)
    *_, channels, results = filter_.shape
    steps = images.contiguous_steps(filter_.shape)
    shape = (*(part.taps for part in phase), results, channels)

    def change(view: View) -> View:
        offset = view.offset
        taken = []
        for part, w, step in zip(phase, windows, steps, strict=False):
            offset += (part.first + (part.taps - 1) * w.stride) * step
            taken.append(-w.stride * step)
        return View(view.buffer, shape, (*taken, 1, results), offset)

    copied = low.copied(low.view(whole, shape, change))
    return low.reshape(copied, (math.prod(shape[:-1]), channels))


__all__ = ["input_gradient", "worthwhile"]
