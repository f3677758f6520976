"""``tf.cond``, ``tf.case`` and ``tf.switch_case``: run one of several functions."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flowstone_core import nest
from flowstone_core.api import tf
from flowstone_core.conversion import convert_to_tensor
from flowstone_core.ops.script import Assert
from flowstone_core.tensor import EagerTensor, Tensor
from flowstone_core.variable import Variable

from flowstone_graphfn.autograph.api import convert_callback
from flowstone_graphfn.functional import make_case, make_cond
from flowstone_graphfn.outputs import converted, flat_tensors, packer
from flowstone_graphfn.subgraph import Subgraph


def cond(
    pred: Any,
    true_fn: Callable[[], Any] | None = None,
    false_fn: Callable[[], Any] | None = None,
    name: str | None = None,
) -> Any:
    """Return ``true_fn()`` if ``pred`` holds, else ``false_fn()``; inside a function, decided when it runs.

    >>> x = tf.constant(3)
    >>> tf.cond(x > 2, lambda: x * 10, lambda: x).numpy()
    np.int32(30)

    Args:
        pred: A scalar bool.
        true_fn: A function without arguments; it returns a nest of tensors.
        false_fn: A function that returns a nest of the same structure and types.
        name: A name for the node.

    Raises:
        TypeError: If a function is missing or not callable, or what they return differs.
    """
    for given, what in ((true_fn, "true_fn"), (false_fn, "false_fn")):
        if given is None:
            raise TypeError(f"cond(): '{what}' argument required")
        if not callable(given):
            raise TypeError(f"'{what}' must be callable.")
    assert true_fn is not None
    assert false_fn is not None
    selector = _selector(pred)
    if selector is None or type(selector) is EagerTensor:
        return true_fn() if (pred if selector is None else selector) else false_fn()
    return _choose(selector, [true_fn, false_fn], True, "cond", name)


def _selector(pred: Any) -> Tensor | None:
    """What to decide by as a tensor; None for a Python value."""
    if isinstance(pred, Variable):
        return pred.value()
    return pred if isinstance(pred, Tensor) else None


def _choose(
    selector: Tensor, functions: Sequence[Callable[[], Any]], boolean: bool, what: str, name: str | None
) -> Any:
    """A node with a branch for each function; the structured result."""
    branches = []
    structures = []
    for index, function in enumerate(functions):
        branch = Subgraph(f"{what}_{('true', 'false')[index]}" if boolean else f"{what}_branch{index}")
        with branch:
            result = nest.map_structure(_local(branch), converted(convert_callback(function)(), what))
        branches.append(branch)
        structures.append(result)
    for other in structures[1:]:
        _check_alike(structures[0], other, what)
    pairs = zip(branches, structures, strict=True)
    outputs = [[branch.local(tensor) for tensor in flat_tensors(result)] for branch, result in pairs]
    results = (make_cond if boolean else make_case)(selector, branches, outputs, name)
    return packer(structures[0])(results)


def _local(branch: Subgraph) -> Callable[[Any], Any]:
    return lambda leaf: branch.local(leaf) if isinstance(leaf, Tensor) else leaf


def _check_alike(first: Any, other: Any, what: str) -> None:
    """Check that two branches return the same structure and types.

    Raises:
        TypeError: If they do not.
    """
    try:
        nest.assert_same_structure(first, other, expand_composites=True)
        mine, theirs = nest.flatten(first, expand_composites=True), nest.flatten(other, expand_composites=True)
        for a, b in zip(mine, theirs, strict=True):
            if (a is None) != (b is None):
                raise TypeError(f"{a} and {b}: one of them is None")
            if a is not None and a.dtype is not b.dtype:
                raise TypeError(f"{a} and {b} have different types")
    except (TypeError, ValueError) as error:
        raise TypeError(
            f"true_fn and false_fn arguments to tf.{what} must have the same number, type, and overall structure of "
            f"return values.\n\ntrue_fn output: {first}\nfalse_fn output: {other}\n\nError details:\n{error}"
        ) from None


def switch_case(
    branch_index: Any,
    branch_fns: Any,
    default: Callable[[], Any] | None = None,
    name: str = "switch_case",
) -> Any:
    """Return ``branch_fns[branch_index]()``, or ``default()`` if there is no such branch.

    >>> tf.switch_case(tf.constant(1), [lambda: tf.constant(10), lambda: tf.constant(20)]).numpy()
    np.int32(20)

    Args:
        branch_index: A scalar int32 tensor.
        branch_fns: A list of functions, or a dictionary or list of pairs that gives functions to indices from 0.
        default: The function for other indices; the last one if None.
        name: A name for the node.

    Raises:
        TypeError: If ``branch_index`` is no integer tensor, or a branch is not callable.
        ValueError: If there are no branches, or the indices have gaps.
    """
    functions = _numbered(branch_fns)
    selector = _selector(branch_index)
    if selector is None:
        raise TypeError(f"'branch_index' must be a Tensor, got {type(branch_index)}")
    if not selector.dtype.is_integer:
        raise TypeError(f"'branch_index' must be an integer Tensor, got {selector.dtype!r}")
    functions.append(default or functions[-1])
    if type(selector) is EagerTensor:
        index = int(selector)
        return functions[index if 0 <= index < len(functions) else -1]()
    if default is None:
        functions.pop()
    return _choose(tf.cast(selector, tf.int32), functions, False, "switch_case", name)


def _numbered(branch_fns: Any) -> list[Callable[[], Any]]:
    """The functions in the order of their indices."""
    if isinstance(branch_fns, Mapping):
        pairs = list(branch_fns.items())
    elif isinstance(branch_fns, (list, tuple)):
        pairs = list(enumerate(branch_fns)) if all(map(callable, branch_fns)) else list(branch_fns)
    else:
        raise TypeError(f"'branch_fns' must be a list, tuple, or dict, got {type(branch_fns)}")
    if not pairs:
        raise ValueError("Must provide at least one item in 'branch_fns'")
    for pair in pairs:
        if not isinstance(pair, tuple) or len(pair) != 2:
            raise TypeError(f"Each entry in 'branch_fns' must be a 2-tuple. Received {pair}.")
        if not isinstance(pair[0], int):
            raise TypeError(f"key must be a Python `int`, got {type(pair[0])}")
        if not callable(pair[1]):
            raise TypeError(f"fn for key {pair[0]} must be callable.")
    by_index = dict(pairs)
    if sorted(by_index) != list(range(len(pairs))):
        found = ",".join(map(str, sorted(by_index)))
        raise ValueError(
            f"branch indices (keys) must form contiguous range of [0 to {len(pairs)}) but found {{{found}}}"
        )
    return [by_index[index] for index in range(len(pairs))]


def case(
    pred_fn_pairs: Any,
    default: Callable[[], Any] | None = None,
    exclusive: bool = False,
    strict: bool = False,
    name: str = "case",
) -> Any:
    """Return the result of the first function whose condition holds.

    >>> x = tf.constant(5)
    >>> tf.case([(x < 3, lambda: 1), (x < 10, lambda: 2)], default=lambda: 3)
    2

    Args:
        pred_fn_pairs: A list of pairs of a scalar bool tensor and a function without arguments.
        default: The function if none holds. Without it that is an error.
        exclusive: Whether to check that at most one holds.
        strict: Accepted; single results are never unpacked.
        name: A name for the nodes.

    Raises:
        TypeError: If a pair is none, a condition is no bool tensor, or a function is not callable.
        tf.errors.InvalidArgumentError: If none holds and there is no default, or several with ``exclusive``.
    """
    pairs = list(pred_fn_pairs)
    for pair in pairs:
        if not isinstance(pair, tuple) or len(pair) != 2:
            raise TypeError(f"Each entry in 'pred_fn_pairs' must be a 2-tuple. Received {pair}.")
        pred, function = pair
        if not isinstance(pred, (Tensor, Variable)):
            raise TypeError(f"pred must be a Tensor, got: {pred}")
        if not callable(function):
            raise TypeError(f"fn for pred {pred} must be callable.")
    if not pairs:
        raise ValueError("'pred_fn_pairs' must hold at least one pair.")
    preds = [convert_to_tensor(pred) for pred, _ in pairs]
    if exclusive:
        _check_exclusive(preds)
    if default is None:
        default = _none_holds(preds, pairs[-1][1])
    chosen = default
    for pred, function in zip(reversed(preds), (function for _, function in reversed(pairs)), strict=True):
        chosen = functools.partial(cond, pred, function, chosen, name)
    return chosen()


def _check_exclusive(preds: Sequence[Tensor]) -> None:
    stacked = tf.stack(list(preds))
    count = tf.reduce_sum(tf.cast(stacked, tf.int32))
    Assert(tf.less(count, 2), ["Input error: exclusive=True: more than 1 conditions evaluated as True:", stacked])


def _none_holds(preds: Sequence[Tensor], last: Callable[[], Any]) -> Callable[[], Any]:
    """What runs if no condition holds and there is no default."""

    def fail() -> Any:
        Assert(tf.constant(False), ["Input error: None of conditions evaluated as True:", tf.stack(list(preds))])
        return last()

    return fail
