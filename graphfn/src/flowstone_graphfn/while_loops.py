"""``tf.while_loop``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flowstone_core import nest
from flowstone_core.conversion import convert_eager, convert_to_tensor
from flowstone_core.interpreter import building_graph
from flowstone_core.shapes import TensorShape
from flowstone_core.spec import Spec
from flowstone_core.tensor import Tensor
from flowstone_core.type_spec import TypeSpec
from flowstone_core.variable import Variable

from flowstone_graphfn.autograph.api import convert_callback
from flowstone_graphfn.functional import make_while
from flowstone_graphfn.subgraph import Subgraph
from flowstone_graphfn.symbolic import SymbolicTensor


def while_loop(
    cond: Callable[..., Any],
    body: Callable[..., Any],
    loop_vars: Any,
    shape_invariants: Any = None,
    parallel_iterations: int = 10,
    back_prop: bool = True,
    swap_memory: bool = False,
    maximum_iterations: Any = None,
    name: str | None = None,
) -> Any:
    """Repeat ``loop_vars = body(*loop_vars)`` while ``cond(*loop_vars)`` holds.

    >>> i, total = tf.while_loop(lambda i, s: i < 5, lambda i, s: (i + 1, s + i), (tf.constant(0), tf.constant(0)))
    >>> total.numpy()
    np.int32(10)

    Args:
        cond: Takes the loop variables; returns a scalar bool.
        body: Takes the loop variables; returns them, changed, in the same structure with the same types.
        loop_vars: A list or tuple of tensors, composite tensors, ``tf.TensorArray`` or nests of these.
        shape_invariants: For each tensor a ``tf.TensorShape`` (or ``tf.TypeSpec``) that it keeps in all iterations.
            Without it, inside a function, shapes must not change.
        parallel_iterations: Accepted; iterations run one after the other.
        back_prop: Accepted; use ``tf.stop_gradient`` to cut gradients.
        swap_memory: Accepted; there is one memory.
        maximum_iterations: The most iterations to run.
        name: A name for the node.

    Raises:
        TypeError: If ``cond`` or ``body`` is not callable, or a type changes.
        ValueError: If ``loop_vars`` is empty, or the structure or a shape changes.
    """
    if not callable(cond):
        raise TypeError("'cond' must be callable.")
    if not callable(body):
        raise TypeError("'body' must be callable.")
    if not isinstance(loop_vars, (list, tuple)):
        loop_vars = [loop_vars]
    if not loop_vars:
        raise ValueError("'loop_vars' must be provided.")
    if building_graph():
        return _symbolic_loop(cond, body, loop_vars, shape_invariants, maximum_iterations, parallel_iterations, name)
    return _eager_loop(cond, body, loop_vars, maximum_iterations)


def _eager_loop(cond: Callable[..., Any], body: Callable[..., Any], loop_vars: Any, maximum: Any) -> Any:
    """Python's own loop."""
    most = None if maximum is None else int(convert_eager(maximum))
    count = 0
    while cond(*loop_vars):
        results = _as_sequence(body(*loop_vars))
        nest.assert_same_structure(list(loop_vars), list(results), check_types=False)
        loop_vars = type(loop_vars)(results) if type(loop_vars) in (list, tuple) else results
        count += 1
        if most is not None and count >= most:
            break
    return nest.map_structure(_tensor_or_composite, loop_vars)


def _as_sequence(results: Any) -> Any:
    return results if isinstance(results, (list, tuple)) else [results]


def _tensor_or_composite(leaf: Any) -> Any:
    return leaf if nest.is_composite(leaf) or isinstance(leaf, Tensor) else convert_to_tensor(leaf)


def _symbolic_loop(
    cond: Callable[..., Any],
    body: Callable[..., Any],
    loop_vars: Any,
    shape_invariants: Any,
    maximum: Any,
    parallel_iterations: int,
    name: str | None,
) -> Any:
    """A loop in the graph."""
    structure = nest.map_structure(_tensor_or_composite, loop_vars)
    initial = nest.flatten(structure, expand_composites=True)
    specs = _invariants(structure, initial, shape_invariants)
    test, repeated = Subgraph("while_cond", specs), Subgraph("while_body", specs)

    def packed(tensors: Sequence[Any]) -> Any:
        return nest.pack_sequence_as(structure, list(tensors), expand_composites=True)

    with test:
        holds = test.local(_predicate(convert_callback(cond)(*packed(test.inputs))))
    with repeated:
        results = _as_sequence(convert_callback(body)(*packed(repeated.inputs)))
        results = nest.map_structure(_tensor_or_composite, results)
        nest.assert_same_structure(list(results), list(structure), check_types=False, expand_composites=True)
        outputs = [repeated.local(tensor) for tensor in nest.flatten(results, expand_composites=True)]
    for given, spec, output in zip(initial, specs, outputs, strict=True):
        _check_constant(given, spec, output)
    limit = None if maximum is None else convert_to_tensor(maximum)
    found = make_while(
        test,
        holds,
        repeated,
        outputs,
        initial,
        maximum_iterations=limit,
        parallel_iterations=parallel_iterations,
        name=name,
    )
    return packed(found)


def _predicate(value: Any) -> Tensor:
    if isinstance(value, (list, tuple)) and len(value) == 1:
        value = value[0]
    return value.value() if isinstance(value, Variable) else convert_to_tensor(value)


def _invariants(structure: Any, initial: Sequence[Tensor], given: Any) -> list[Spec]:
    """What each loop variable is known to be in all iterations."""
    specs = [Spec(tensor.spec.shape, tensor.dtype, handle=tensor.spec.handle) for tensor in initial]
    shapes = _flat_shapes(structure, nest.map_structure(lambda _: None, structure) if given is None else given)
    made = []
    for tensor, spec, shape in zip(initial, specs, shapes, strict=True):
        if shape is not None and not TensorShape(spec.shape).is_subtype_of(shape):
            raise ValueError(
                f"The shape invariant specified for {_name(tensor)} is not compatible with the initial shape of the "
                f"loop variable. It enters the loop with shape {TensorShape(spec.shape)}, but the specified shape "
                f"invariant is {shape}."
            )
        made.append(spec if shape is None else Spec(shape.as_tuple(), spec.dtype, handle=spec.handle))
    return made


def _flat_shapes(structure: Any, given: Any) -> list[TensorShape | None]:
    """Shape invariants in the order of the flat loop variables; None where a shape stays as it is.

    Raises:
        ValueError: If they are not nested as the loop variables are.
    """
    if nest.is_nested(structure):
        ours = nest.children(structure)
        theirs = nest.children(given) if nest.is_nested(given) else []
        if len(ours) != len(theirs):
            raise ValueError(
                f"shape_invariants must be nested as loop_vars are: for {structure} there is {given} (give shapes as "
                "tf.TensorShape)."
            )
        pairs = zip(ours, theirs, strict=True)
        return [shape for (_, part), (_, shapes) in pairs for shape in _flat_shapes(part, shapes)]
    if nest.is_composite(structure) and not isinstance(given, TypeSpec):
        bound = getattr(structure, "_shape_invariant_to_type_spec", None)
        given = structure._type_spec if given is None or bound is None else bound(given)
    if isinstance(given, TypeSpec):
        return [getattr(part, "shape", None) for part in nest.flatten(given, expand_composites=True)]
    return [None if given is None else TensorShape(given)]


def _check_constant(given: Tensor, spec: Spec, output: Tensor) -> None:
    """Check that a loop variable keeps its type and shape.

    Raises:
        TypeError: If the type changes.
        ValueError: If the shape does.
    """
    if output.dtype is not given.dtype:
        raise TypeError(
            f"Loop var {_name(given)} enters the loop with type {given.dtype!r} but has type {output.dtype!r} after 1 "
            "iteration. Its type should remain constant; use tf.cast."
        )
    if not TensorShape(output.spec.shape).is_subtype_of(TensorShape(spec.shape)):
        raise ValueError(
            f"Input tensor `{_name(given)}` enters the loop with shape {TensorShape(spec.shape)}, but has shape "
            f"{TensorShape(output.spec.shape)} after one iteration. To allow the shape to vary across iterations, use "
            "the `shape_invariants` argument of tf.while_loop to specify a less-specific shape."
        )


def _name(tensor: Tensor) -> str:
    return tensor.name if isinstance(tensor, SymbolicTensor) else "loop variable"
