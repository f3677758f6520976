"""What AutoGraph needs of the graph: a protocol, and the one implementation that graphfn registers.

Nothing here knows how graphs are built; the operators know nothing else of graphs. Without a registered
implementation no value is symbolic, and converted functions behave as they were written.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol, TypeAlias

Tensor: TypeAlias = Any
"""A tensor of the graph."""


class Spec(Protocol):
    """The static knowledge of a tensor."""

    @property
    def dtype(self) -> Any:
        """The element type."""

    @property
    def shape(self) -> Any:
        """The static shape."""


class Subgraph(Protocol):
    """A graph of its own inside the current one: a branch, or the test or body of a loop.

    Ops that run while it is entered become its nodes; tensors of the graphs around it are captured. It may be
    entered several times. If it is dropped, nothing of it remains.
    """

    @property
    def inputs(self) -> list[Tensor]:
        """The tensors that stand for what it is given."""

    def add_input(self, spec: Any) -> Tensor:
        """Add an input after the others."""

    def __enter__(self) -> Any:
        """Start to put ops here."""

    def __exit__(self, *exception: Any) -> bool | None:
        """Put ops where they went before."""


class Iteration(Protocol):
    """How a graph walks over a symbolic iterable (a range, a tensor's rows, a dataset, ...).

    Attributes:
        consumes: Whether ``advance`` takes an element that others could take: then it only runs if the loop goes on.
    """

    consumes: bool

    def start(self) -> list[Tensor]:
        """The loop's own variables before the first element."""

    def more(self, variables: Sequence[Tensor]) -> Tensor:
        """Whether there is an element: a scalar bool tensor."""

    def item(self, variables: Sequence[Tensor]) -> Any:
        """The current element."""

    def advance(self, variables: Sequence[Tensor]) -> list[Tensor]:
        """The variables for the next element."""


class GrowingList(ABC):
    """A list whose length the graph decides, with the methods of a list. It is changed in place.

    Attributes:
        handles: The tensors that it consists of now.
    """

    handles: list[Tensor]

    @abstractmethod
    def with_handles(self, handles: Sequence[Tensor]) -> GrowingList:
        """Another list of the same elements' type."""


class Backend(Protocol):
    """The graph side of AutoGraph.

    Attributes:
        overloads: For builtin functions (``len``, ``range``, ``abs``, ...), what to call instead if an argument
            is symbolic. It takes the same arguments.
    """

    @property
    def overloads(self) -> Mapping[Any, Callable[..., Any]]:
        """By builtin function."""

    def is_tensor(self, value: Any) -> bool:
        """Whether ``value`` is one tensor, symbolic or not."""

    def is_symbolic(self, value: Any) -> bool:
        """Whether ``value`` is only known when the graph runs: symbolic tensors, and variables while tracing."""

    def is_accessible(self, value: Any) -> bool:
        """Whether a symbolic value belongs to the current graph or to one around it."""

    def predicate(self, value: Any, use: str) -> Tensor:
        """A symbolic value as a scalar bool tensor, for ``use`` ("if statement", ...).

        Raises:
            ValueError: If it is not a scalar.
        """

    def logical_not(self, value: Tensor) -> Tensor:
        """The opposite of a bool tensor."""

    def logical_or(self, first: Tensor, second: Tensor) -> Tensor:
        """Whether one of two bool tensors is true."""

    def logical_and(self, first: Tensor, second: Tensor) -> Tensor:
        """Whether both of two bool tensors are true."""

    def equal(self, first: Any, second: Any) -> Tensor:
        """Whether two values are equal, elementwise."""

    def reduce_any(self, value: Tensor) -> Tensor:
        """Whether any element of a bool tensor is true."""

    def convert(self, value: Any, dtype: Any = None) -> Tensor:
        """A value as a tensor of the current graph.

        Raises:
            TypeError: If it cannot be one, or not of ``dtype``.
            ValueError: Likewise.
        """

    def components(self, value: Any) -> tuple[list[Tensor], Callable[[Sequence[Tensor]], Any]] | None:
        """The tensors a composite value (ragged, TensorArray, ...) is made of, and how to make it again."""

    def spec(self, tensor: Tensor) -> Spec:
        """The static knowledge of a tensor."""

    def with_shape(self, spec: Any, shape: Any) -> Spec:
        """``spec`` with another shape (or the shape of another spec)."""

    def fits(self, spec: Any, general: Any) -> bool:
        """Whether every tensor of ``spec`` is also one of ``general``."""

    def common_shape(self, spec: Any, other: Any) -> Any:
        """What is known of the shape of both."""

    def placeholder(self, spec: Any) -> Tensor:
        """Some tensor of ``spec``, whose value does not matter."""

    def branch(self, name: str, inputs: Sequence[Any] = ()) -> Subgraph:
        """A new graph inside the current one."""

    def cond(
        self, predicate: Tensor, branches: tuple[Any, Any], outputs: tuple[list[Tensor], list[Tensor]]
    ) -> list[Tensor]:
        """Run one of two branches; the outputs of each belong to it and match in their types."""

    def while_loop(
        self,
        test: Any,
        predicate: Tensor,
        body: Any,
        outputs: list[Tensor],
        initial: list[Tensor],
        options: Mapping[str, Any],
    ) -> list[Tensor]:
        """Run ``body`` while ``predicate``, the output of ``test``, holds.

        Args:
            test: Takes the loop variables.
            predicate: Its scalar bool output.
            body: Takes the loop variables.
            outputs: The loop variables after one iteration.
            initial: The loop variables before the loop.
            options: ``maximum_iterations``, ``parallel_iterations``, ``swap_memory``.
        """

    def iteration(self, iterable: Any) -> Iteration | None:
        """How to walk over ``iterable`` in the graph; None if Python shall do it."""

    def walks(self, iterable: Any) -> bool:
        """Whether ``iteration`` gives something for ``iterable``."""

    def rows(self, value: Any) -> Any:
        """A symbolic iterable as something that Python iterates over.

        Raises:
            TypeError: If its length is not known.
        """

    def growing_list(self, elements: Sequence[Any], like: Sequence[Any]) -> GrowingList:
        """A list of ``elements`` whose length the graph decides.

        Args:
            elements: What it holds now.
            like: All elements that are known it may hold; growing lists stand for their elements.

        Raises:
            TypeError: If they are not of one type.
            ValueError: If they differ in their structure.
        """

    def set_item(self, tensor: Tensor, key: Any, value: Any) -> Tensor:
        """A tensor like ``tensor`` with ``value`` at ``key``."""

    def check(self, condition: Any, message: str, data: Sequence[Any] = ()) -> None:
        """Fail with ``message`` when the graph runs, unless ``condition`` holds.

        Raises:
            InvalidArgumentError: When the graph runs.
        """

    def position(self) -> int:
        """How far the current graph has been built."""

    def has_effects(self, since: int) -> bool:
        """Whether ops with effects were added to the current graph since a position."""

    def name_scope(self, name: str) -> AbstractContextManager[Any]:
        """A context whose ops carry ``name`` in their names."""


class _Nothing:
    """No graphs: nothing is symbolic."""

    overloads: Mapping[Any, Callable[..., Any]] = {}

    def is_tensor(self, value: Any) -> bool:
        """False."""
        return False

    def is_symbolic(self, value: Any) -> bool:
        """False."""
        return False

    def walks(self, iterable: Any) -> bool:
        """False."""
        return False

    def position(self) -> int:
        """Nowhere."""
        return 0

    def iteration(self, iterable: Any) -> Iteration | None:
        """Python iterates."""
        return None


NOTHING: Any = _Nothing()
"""No graph side."""


class _Registry:
    backend: Any = NOTHING


def register(backend: Backend) -> Backend | None:
    """Make ``backend`` the graph side; returns the one that was."""
    previous: Backend | None = _Registry.backend
    _Registry.backend = backend
    return previous


def current() -> Backend:
    """The graph side in force."""
    backend: Backend = _Registry.backend
    return backend


_PLAIN = frozenset({bool, int, float, str, bytes, type(None), list, tuple, dict, set})


def is_symbolic(value: Any) -> bool:
    """Whether ``value`` is only known when the graph runs."""
    return type(value) not in _PLAIN and current().is_symbolic(value)
