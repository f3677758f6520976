"""What a kernel is: a plain function of arrays, and what it declares about itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from flowstone_core.dtypes import DType, as_dtype

if TYPE_CHECKING:
    from flowstone_core.op import Op

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Kernel:
    """One implementation of one op.

    Attributes:
        function: Takes the op's inputs as arrays (a list of arrays for a list input; the state object for a
            resource or variant) and its attributes as keywords; returns an array, or a tuple or list of
            them. It must not change or keep its operands, and may return them or views of them.
        dtypes: The types of the op's first type attribute that it serves; None for all.
        out: Whether it takes ``out=``, an array of the result's shape and type to write to (which may be
            one of the operands if ``elementwise``).
        elementwise: Whether each element of the result depends only on the operands' elements at the same
            (broadcast) place.
        reentrant: Whether it may run ops or user code while it runs.
        thread_safe: Whether several threads may run it at once.
    """

    function: Callable[..., Any]
    dtypes: frozenset[DType] | None = None
    out: bool = False
    elementwise: bool = False
    reentrant: bool = False
    thread_safe: bool = True

    def serves(self, dtype: DType | None) -> bool:
        """Whether this kernel takes ``dtype``."""
        return self.dtypes is None or dtype in self.dtypes


class KernelSet:
    """The kernels of one module, by op::

    KERNELS = KernelSet()

    @KERNELS.add(ops.MATMUL)
    def matmul(a, b, *, transpose_a, transpose_b): ...
    """

    def __init__(self) -> None:
        self.by_op: dict[str, list[Kernel]] = {}

    def add(
        self,
        *ops: Op,
        dtypes: Iterable[Any] | None = None,
        out: bool = False,
        elementwise: bool = False,
        reentrant: bool = False,
        thread_safe: bool = True,
    ) -> Callable[[F], F]:
        """A decorator that registers a function as the kernel of ``ops``."""
        types = None if dtypes is None else frozenset(as_dtype(t) for t in dtypes)

        def register(function: F) -> F:
            kernel = Kernel(function, types, out, elementwise, reentrant, thread_safe)
            for op in ops:
                self.by_op.setdefault(op.name, []).append(kernel)
            return function

        return register

    def kernels(self, op_name: str) -> list[Kernel]:
        """The kernels for an op, in order of preference."""
        return self.by_op.get(op_name, [])
