"""Kernels of single ops: large operands go to a program of one node, small ones to numpy's kernel.

A program is compiled when its op is called a second time with the same types, shapes and attributes.
"""

from __future__ import annotations

import os
import threading
from typing import Any

import numpy as np
from flowstone_core import dtypes
from flowstone_core.kernel import Kernel, KernelSet
from flowstone_core.op import REGISTRY
from flowstone_core.ops_index import FAMILY_OF
from flowstone_core.plugins import resolve
from flowstone_core.spec import Spec
from flowstone_core.tensor import EagerTensor
from flowstone_graphfn.compilers import Part
from flowstone_graphfn.graph import Graph, flat_specs

from flowstone_kernels_simd import program, rules
from flowstone_kernels_simd.compiler import WHEN_VARIABLE, at_once, pool_array
from flowstone_kernels_simd.lowering import Lowering
from flowstone_kernels_simd.plugin import OPS
from flowstone_kernels_simd.program import Program
from flowstone_kernels_simd.strict import strict
from flowstone_kernels_simd.values import Unsupported

SMALLEST = 1 << 14
"""Operands of fewer elements in all go to numpy's kernel: the way to a program costs a few microseconds."""

SMALLEST_OF = {
    **dict.fromkeys(("Erf", "Erfc"), 1 << 6),
    **dict.fromkeys(("Exp", "Log", "Sin", "Cos"), 1 << 18),
    "Tanh": 1 << 22,
}
"""The same for ops that numpy lacks, and for ops where it has vector code, too: there only a second thread helps.

Numpy's tanh takes two thirds of the time of this package's on one core.
"""

MOST = 256
"""How many programs one op keeps."""

_SETTINGS = {
    "Conv2DBackpropInput": (0,),
    "Conv2DBackpropFilter": (1,),
    "Conv3DBackpropFilterV2": (1,),
    "DepthwiseConv2dNativeBackpropInput": (0,),
    "DepthwiseConv2dNativeBackpropFilter": (1,),
    "AvgPoolGrad": (0,),
}
"""The inputs that are shapes: programs are made for their values."""


class EagerKernel:
    """The kernel of one op.

    Args:
        name: The op's name.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._smallest = SMALLEST_OF.get(name, SMALLEST)
        self._programs: dict[Any, Program | None] = {}
        self._seen: set[Any] = set()
        self._compiling = threading.Lock()
        self._fallback: Any = None
        self._usable = not program.probe()

    def __call__(self, *arrays: Any, **attrs: Any) -> Any:
        """The op's outputs."""
        when = os.environ.get(WHEN_VARIABLE, "auto")
        size = 0
        for array in arrays:
            size += array.size
        if (size < self._smallest and when != "always") or not self._usable or when == "never":
            return self.plain(arrays, attrs)
        settings = _SETTINGS.get(self.name, ())
        key = (
            tuple([(a.shape, a.dtype.char, a.tobytes() if i in settings else b"") for i, a in enumerate(arrays)]),
            tuple(attrs.items()),
            strict(),
        )
        found = self._programs.get(key)
        if found is None:
            found = self._find(key, arrays, attrs, at_once())
            if found is None:
                return self.plain(arrays, attrs)
        given = [
            array if array.flags.c_contiguous and array.flags.aligned else np.require(array, requirements=["C", "A"])
            for index, array in enumerate(arrays)
            if index not in settings
        ]
        outputs = found.run(given, pool_array())
        if outputs is None:
            return self.plain(arrays, attrs)
        return outputs[0] if len(outputs) == 1 else tuple(outputs)

    def plain(self, arrays: Any, attrs: dict[str, Any]) -> Any:
        """What numpy's kernel gives."""
        if self._fallback is None:
            kernels = resolve(f"flowstone_core.kernels.{FAMILY_OF[self.name]}:KERNELS").kernels(self.name)
            self._fallback = next(kernel.function for kernel in kernels if kernel.serves(dtypes.float32))
        return self._fallback(*arrays, **attrs)

    def _find(self, key: Any, arrays: Any, attrs: dict[str, Any], at_once: bool) -> Program | None:
        if key in self._programs or len(self._programs) >= MOST:
            return None
        if key not in self._seen and not at_once:
            if len(self._seen) > 16 * MOST:
                self._seen.clear()
            self._seen.add(key)
            return None
        with self._compiling:
            if key not in self._programs:
                self._programs[key] = self._compile(arrays, attrs)
        return self._programs[key]

    def _compile(self, arrays: Any, attrs: dict[str, Any]) -> Program | None:
        part, shapes = self._part(arrays, attrs)
        (node,) = part.nodes
        refusal = rules.REFUSALS.get(self.name)
        if refusal is not None and refusal(node):
            return None
        try:
            made = Lowering(part, shapes).program()
            made.load()
        except Unsupported:
            return None
        return made

    def _part(self, arrays: Any, attrs: dict[str, Any]) -> tuple[Part, list[Any]]:
        """A graph of one node."""
        op = REGISTRY[self.name]
        graph = Graph(self.name)
        inputs, shapes, constants = [], [], []
        for index, array in enumerate(arrays):
            dtype = dtypes.from_numpy(array.dtype)
            if index in _SETTINGS.get(self.name, ()):
                tensor = graph.add_const(EagerTensor(array.copy(), dtype))
                constants.append(tensor.node)
            else:
                tensor = graph.add_input(Spec(array.shape, dtype))
                shapes.append(array.shape)
            inputs.append(tensor)
        specs = flat_specs(op.infer(*[tensor._spec for tensor in inputs], **attrs))
        node = graph.add_node(op, tuple(inputs), attrs, specs)
        self._graph = graph  # nodes know it weakly
        part = Part(self.name, (node,), tuple(constants), tuple(graph.inputs), node.outputs, _never)
        return part, shapes


def _never(*arrays: Any) -> Any:
    raise AssertionError("the kernel itself falls back")


KERNELS = KernelSet()

for _name in OPS.split():
    KERNELS.by_op[_name] = [Kernel(EagerKernel(_name), frozenset({dtypes.float32}))]
