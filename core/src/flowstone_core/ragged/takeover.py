"""What ops mean for ragged tensors: a table of functions, found when an op first gets a ragged operand.

A handler takes ``(op, inputs, attrs)`` as ``Op.__call__`` got them and returns what the op returns. Ops without one
that compute element by element are applied to the flat values (``ragged/elementwise.py``).
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from flowstone_core.op import Op

Handler = Callable[["Op", tuple[Any, ...], dict[str, Any]], Any]
F = TypeVar("F", bound=Handler)

_FAMILIES = {
    "elementwise": "AddN Bitcast Cast Conj Cumprod Cumsum Identity OnesLike RealDiv StopGradient ZerosLike",
    "reductions": """
        All Any Max Mean Min Prod Sum UnsortedSegmentMax UnsortedSegmentMin UnsortedSegmentProd UnsortedSegmentSum
    """,
    "strings": "ReduceJoin",
    "shapes": "BroadcastTo ExpandDims Fill Rank Reshape Shape Size Squeeze",
    "joining": "ConcatV2 Pack Tile ReverseV2 Unpack Split SplitV",
    "gathering": "DynamicPartition GatherNd GatherV2 ResourceGather Where",
    "neural": "OneHot Softmax LogSoftmax BatchMatMulV2 BatchMatMulV3 MatMul",
}
_MODULE_OF = {op: family for family, ops in _FAMILIES.items() for op in ops.split()}

HANDLERS: dict[str, Handler] = {}
"""What has been found so far, by the op's name."""


def handles(*names: str) -> Callable[[F], F]:
    """A decorator: the function is what these ops mean for ragged operands."""

    def register(function: F) -> F:
        HANDLERS.update(dict.fromkeys(names, function))
        return function

    return register


def handler(name: str) -> Handler:
    """The function for an op with a ragged operand."""
    if name not in HANDLERS:
        module = import_module(f"flowstone_core.ragged.{_MODULE_OF.get(name, 'elementwise')}")
        HANDLERS.setdefault(name, module.by_element)
    return HANDLERS[name]
