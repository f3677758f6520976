"""Going back through loops: each iteration pushes what its way back needs on lists, and the way back pops it.

A loop ``while c(x): x = f(x)`` becomes one with a counter and a list for each intermediate value of ``f``. The way
back is a loop that starts from the gradients of the results and runs ``f``'s backward function as often as the
counter says, last iteration first. Values that no iteration changes (captures) are not pushed, and their gradients
add up: dense ones in a loop variable; of rows that iterations gather (``for row in x``, embeddings) only the rows'
gradients are collected, on lists, so that the whole costs no more than its parts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flowstone_autodiff.aggregate import add, dense
from flowstone_core import dtypes
from flowstone_core.api import tf
from flowstone_core.indexed_slices import IndexedSlices
from flowstone_core.op import Op
from flowstone_core.ops.state import VARIABLE_SHAPE
from flowstone_core.ops.tensor_list import (
    EMPTY_TENSOR_LIST,
    TENSOR_LIST_CONCAT_V2,
    TENSOR_LIST_POP_BACK,
    TENSOR_LIST_PUSH_BACK,
    TENSOR_LIST_STACK,
)
from flowstone_core.shapes import Dims, TensorShape
from flowstone_core.spec import Spec

from flowstone_graphfn.differentiate import DEEPER, differentiable, go_back, gradient_spec, zeros_for
from flowstone_graphfn.functional import make_while
from flowstone_graphfn.graph import copy_graph
from flowstone_graphfn.graph_function import GraphFunction, unique_function_name
from flowstone_graphfn.subgraph import Subgraph
from flowstone_graphfn.symbolic import SymbolicTensor
from flowstone_graphfn.trace import building


class LoopUpgrade:
    """A ``While`` whose iterations keep what the way back needs.

    Its loop variables are those of the node, then a counter, then a list for each value that is kept. If
    derivatives of derivatives will be asked for, that loop is upgraded again, until nothing is missing.

    Attributes:
        op: The op to execute.
        attrs: Its attributes.
        count: The number of loop variables of the node itself.
    """

    def __init__(self, op: Op, attrs: dict[str, Any], inputs: tuple[Any, ...], deep: bool) -> None:
        self.op = op
        levels = [_Level(attrs, deep)]
        while deep:
            levels.append(_Level(levels[-1].attrs, deep))
            if not levels[-1].kept:
                break
        self._levels = levels
        self.attrs = levels[-1].attrs
        self.count = levels[0].count

    def inputs(self, given: tuple[Any, ...]) -> tuple[Any, ...]:
        """The loop variables before the loop: also a counter and empty lists."""
        (initial,) = given
        more: list[Any] = []
        for level in self._levels:
            if level.counts:
                more.append(tf.constant(0))
            more += [
                EMPTY_TENSOR_LIST(_shape_operand(tensor._spec.shape), -1, element_dtype=tensor.dtype)
                for tensor in level.kept
            ]
        return ((*initial, *more),)

    def backward(self, inputs: tuple[Any, ...], outputs: Sequence[Any], arrived: Sequence[Any]) -> tuple[Any, ...]:
        """A gradient or None for each loop variable before the loop."""
        (initial,) = inputs
        inner = all(each is None for each in arrived[self.count :])
        level = self._levels[0 if inner else -1]
        if any(each is not None for each in arrived[level.count :]):
            raise LookupError(DEEPER.format(name="a loop"))
        found = level.backward(initial, outputs, arrived[: level.count])
        return ([*found, *[None] * (len(initial) - len(found))],)


class _Level:
    """One upgrade of a loop.

    Args:
        attrs: The attributes of the loop.
        deep: Whether derivatives of derivatives will be asked for.

    Attributes:
        attrs: The attributes of the upgraded loop: the same if nothing was missing.
        count: The number of loop variables before the upgrade.
        counter: Which loop variable counts the iterations.
        counts: Whether that one is new.
        kept: The values (of the body's forward function) that get a new list.
    """

    def __init__(self, attrs: dict[str, Any], deep: bool) -> None:
        self._made = made = differentiable(attrs["body"], deep)
        self.count = made.count
        counter: int | None = attrs["body"].memo.get("counter")
        self.counts = counter is None
        self.counter = made.count if counter is None else counter
        self._fixed = [output is given for output, given in zip(made.graph.outputs, made.graph.inputs, strict=False)]
        self._places: dict[int, int] = {}
        """For each value that is kept, by identity: which loop variable is its list."""
        self.kept: list[SymbolicTensor] = []
        for tensor in made.needed:
            self._find_place(tensor)
        self.attrs = attrs
        if self.counts or self.kept:
            body = self._body()
            self.attrs = {
                **attrs,
                "cond": self._test(attrs["cond"]),
                "body": body,
                "output_shapes": tuple(TensorShape(tensor._spec.shape) for tensor in body.graph.inputs),
            }

    def _find_place(self, tensor: SymbolicTensor) -> None:
        """Decide which list keeps ``tensor``."""
        index = self._made.where(tensor)
        if index < 0 and self._fixed[~index]:
            return
        existing = self._pushed_by_body(tensor)
        if existing is None:
            existing = self.count + self.counts + len(self.kept)
            self.kept.append(tensor)
        self._places[id(tensor)] = existing

    def _pushed_by_body(self, tensor: SymbolicTensor) -> int | None:
        """The loop variable that is a list on which the body pushes ``tensor`` already."""
        graph = self._made.graph
        for index, (given, result) in enumerate(zip(graph.inputs, graph.outputs, strict=False)):
            node = result.node
            if node.op is TENSOR_LIST_PUSH_BACK and node.inputs[0] is given and node.inputs[1] is tensor:
                return index
        return None

    def _test(self, test: GraphFunction) -> GraphFunction:
        graph, _ = copy_graph(test.graph, unique_function_name("while_cond", "forward"))
        if self.counts:
            graph.add_input(Spec((), dtypes.int32), "counter")
        for tensor in self.kept:
            graph.add_input(_list_spec(tensor), "list")
        return GraphFunction(graph)

    def _body(self) -> GraphFunction:
        """The body that also counts and pushes."""
        graph, mapped = copy_graph(self._made.graph, unique_function_name("while_body", "forward"))
        outputs = [mapped[id(tensor)] for tensor in self._made.graph.outputs[: self.count]]
        with building(graph):
            if self.counts:
                outputs.append(graph.add_input(Spec((), dtypes.int32), "counter") + 1)  # type: ignore[arg-type]
            for tensor in self.kept:
                handle = graph.add_input(_list_spec(tensor), "list")
                outputs.append(TENSOR_LIST_PUSH_BACK(handle, mapped[id(tensor)]))
        graph.outputs = outputs
        body = GraphFunction(graph)
        body.memo["counter"] = self.counter
        return body

    # -- the way back ------------------------------------------------------------------------------------------

    def backward(self, initial: Sequence[Any], outputs: Sequence[Any], arrived: Sequence[Any]) -> list[Any]:
        """A gradient or None for each of the first ``count`` loop variables before the loop."""
        active = self._active([each is not None for each in arrived])
        if not any(active):
            return [None] * self.count
        chosen = [index for index, wanted in enumerate(active) if wanted]
        weights = [
            zeros_for((initial if self._fixed[index] else outputs)[index])
            if arrived[index] is None
            else dense(arrived[index])
            for index in chosen
        ]
        changing = [wanted and not fixed for wanted, fixed in zip(active, self._fixed, strict=True)]
        used = [t for t in self._made.backward(self._pattern(changing)).intermediates if id(t) in self._places]
        lists = list(dict.fromkeys(self._places[id(tensor)] for tensor in used))
        rows: dict[int, _Rows] = {}
        found = iter(self._loop_back(initial, outputs, active, weights, used, lists, rows)[1 : 1 + len(chosen)])
        gradients = [next(found) if wanted else None for wanted in active]
        for index, each in rows.items():
            whole = dense(each.gradient(initial[index]))
            gradients[index] = whole if arrived[index] is None else add([gradients[index], whole])
        return gradients

    def _pattern(self, active: Sequence[bool]) -> tuple[bool, ...]:
        """Which outputs of the body's forward function have a gradient, if these loop variables have."""
        return (*active, *[False] * (len(self._made.graph.outputs) - self.count))

    def _active(self, arrived: list[bool]) -> list[bool]:
        """Which loop variables have a gradient in some iteration, if these have one after the last."""
        active = arrived
        while any(active):
            present = self._made.backward(self._pattern(active)).present
            grown = [a or b for a, b in zip(active, present, strict=True)]
            if grown == active:
                break
            active = grown
        return active

    def _loop_back(
        self,
        initial: Sequence[Any],
        outputs: Sequence[Any],
        active: Sequence[bool],
        weights: Sequence[Any],
        used: Sequence[SymbolicTensor],
        lists: Sequence[int],
        rows: dict[int, _Rows],
    ) -> list[Any]:
        """The loop that goes back: (iterations left, gradients of the active variables, lists).

        For a variable that never changes and whose rows are gathered, ``rows`` gets what the iterations collected.
        """
        start = [outputs[self.counter], *weights, *(outputs[place] for place in lists)]
        chosen = [index for index, wanted in enumerate(active) if wanted]
        specs = [
            Spec((), dtypes.int32),
            *(self._invariant(index) for index in chosen),
            *(Spec((), dtypes.variant, handle=outputs[place].spec.handle) for place in lists),
        ]
        test, body = Subgraph("while_backward_cond", specs), Subgraph("while_backward", specs)
        with test:
            left = test.inputs[0] > 0
        with body:
            counter, rest = body.inputs[0], body.inputs[1:]
            popped: dict[int, Any] = {}
            shorter = []
            for place, handle in zip(lists, rest[len(chosen) :], strict=True):
                spec = next(tensor for tensor in used if self._places[id(tensor)] == place)._spec
                less, popped[place] = TENSOR_LIST_POP_BACK(handle, _shape_operand(spec.shape), element_dtype=spec.dtype)
                popped[place]._spec = Spec(spec.shape, spec.dtype, handle=spec.handle)
                shorter.append(less)

            def kept(tensor: SymbolicTensor) -> Any:
                place = self._places.get(id(tensor))
                return popped[place] if place is not None else initial[~self._made.where(tensor)]

            arriving = iter(rest[: len(chosen)])
            arrived = [next(arriving) if wanted else None for wanted in self._pattern(active)]
            changing = [None if fixed else each for each, fixed in zip(arrived, self._fixed, strict=False)]
            gradients = go_back(self._made, kept, [*changing, *[None] * (len(arrived) - len(changing))])
            results: list[Any] = [counter - 1]
            collected: list[Any] = []
            for index in chosen:
                gradient = gradients[index]
                if not self._fixed[index]:
                    results.append(_zeros_like(arrived[index], initial[index]) if gradient is None else dense(gradient))
                elif isinstance(gradient, IndexedSlices):
                    rows[index] = _Rows(gradient)
                    collected += rows[index].push(test, body)
                    results.append(arrived[index])
                else:
                    results.append(arrived[index] if gradient is None else add([arrived[index], gradient]))
            finished = [body.local(tensor) for tensor in (*results, *shorter, *collected)]
        for each in rows.values():
            start += each.begin(len(start))
        found = make_while(test, test.local(left), body, finished, start, name="while_gradient")
        for each in rows.values():
            each.join(found)
        return found

    def _invariant(self, index: int) -> Spec:
        """What is known of the gradient of a loop variable in all iterations."""
        return gradient_spec(self._made.graph.inputs[index])


class _Rows:
    """What the iterations of a loop that goes back collect of one variable's gradient: rows and their numbers.

    Args:
        slices: The gradient in one iteration.
    """

    def __init__(self, slices: IndexedSlices) -> None:
        self._parts = (slices.values, slices.indices)
        self._specs = [Spec(part.spec.shape, part.spec.dtype) for part in self._parts]
        self._first = 0
        self._joined: list[Any] = []

    def push(self, test: Subgraph, body: Subgraph) -> list[Any]:
        """Have an iteration push them on two lists, which become loop variables; the lists after that."""
        held = [Spec((), dtypes.variant, handle=(spec,)) for spec in self._specs]
        for spec in held:
            test.add_input(spec)
        lists = [body.add_input(spec) for spec in held]
        return [TENSOR_LIST_PUSH_BACK(handle, part) for handle, part in zip(lists, self._parts, strict=True)]

    def begin(self, first: int) -> list[Any]:
        """The empty lists before the loop, which are its variables from number ``first`` on."""
        self._first = first
        return [EMPTY_TENSOR_LIST(_shape_operand(spec.shape), -1, element_dtype=spec.dtype) for spec in self._specs]

    def join(self, results: Sequence[Any]) -> None:
        """Take the lists out of the loop's results."""
        self._joined = [_joined(results[self._first + number], spec) for number, spec in enumerate(self._specs)]

    def gradient(self, variable: Any) -> IndexedSlices:
        """The gradient of ``variable``."""
        size = VARIABLE_SHAPE(variable) if variable.dtype is dtypes.resource else tf.shape(variable)
        values, indices = self._joined
        return IndexedSlices(values, indices, size)


def _joined(handle: Any, spec: Spec) -> Any:
    """The items of a list, one after the other along their first dimension."""
    shape = spec.shape
    if shape is None or None in shape:
        lengths = tf.constant([], dtypes.int64)
        return TENSOR_LIST_CONCAT_V2(handle, _shape_operand(shape), lengths, element_dtype=spec.dtype)[0]
    items = TENSOR_LIST_STACK(handle, _shape_operand(shape), element_dtype=spec.dtype)
    return tf.reshape(items, [-1, *shape[1:]])


def _zeros_like(arrived: Any, variable: Any) -> Any:
    """The gradient of a loop variable that an iteration does not use."""
    spec = gradient_spec(variable)
    if spec.shape is not None and None not in spec.shape and not spec.dtype.is_handle:
        return zeros_for(variable)
    return tf.zeros_like(arrived)


def _list_spec(tensor: SymbolicTensor) -> Spec:
    held = Spec(tensor._spec.shape, tensor.dtype, handle=tensor._spec.handle)
    return Spec((), dtypes.variant, handle=(held,))


def _shape_operand(shape: Dims) -> Any:
    """A static shape as an ``element_shape``."""
    if shape is None:
        return tf.constant(-1, dtypes.int32)
    return tf.constant([-1 if size is None else size for size in shape], dtypes.int32)
