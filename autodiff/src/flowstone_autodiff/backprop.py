"""Going back through records: reverse-mode differentiation.

For ``y = f_n(... f_1(x))`` and a weight ``w`` for each element of ``y``, the gradient of ``x`` is
``J_1ᵀ ... J_nᵀ w``: each record's rule multiplies what arrives at its outputs by the transpose of its
Jacobian. Where a tensor was used several times, what its uses send back is added up.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from flowstone_core import dtypes
from flowstone_core.ops.filling import zeros_like
from flowstone_core.tensor import EagerTensor, Tensor

from flowstone_autodiff.aggregate import add, dense
from flowstone_autodiff.recorder import TRAINABLE_KINDS, Backward, Record, flat
from flowstone_autodiff.registry import RULES, make_call, rule_of
from flowstone_autodiff.sources import ones_for


def backpropagate(
    records: list[Record],
    targets: Sequence[Tensor],
    sources: Sequence[Tensor],
    output_gradients: Sequence[Any],
    *,
    stop: Sequence[Tensor] = (),
    release: bool = False,
    reached: set[int] | None = None,
) -> list[Any]:
    """The gradient of ``targets``, weighted by ``output_gradients`` and added up, for each of ``sources``.

    Args:
        records: What was executed, in order (``recorder.Record``).
        targets: Tensors to differentiate.
        sources: Tensors (and variables' handles) to differentiate by.
        output_gradients: For each target a tensor of its shape, or None for ones.
        stop: Tensors that count as constants.
        release: Whether ``records`` may be emptied, so that what they keep goes as soon as it has been used.
        reached: If all records are known to depend on the sources: the identities of all tensors that do.

    Returns:
        For each source a tensor, ``IndexedSlices``, or None where the targets do not depend on it.

    Raises:
        LookupError: If an op on the way has no rule.
        ValueError: If a rule returns what does not fit its op.
    """
    wanted = {id(source) for source in sources}
    if reached is None:
        reached = wanted.copy()
        path = _path(records, reached, {id(tensor) for tensor in stop} - wanted)
    else:
        path = records.copy()
    if release:
        records.clear()
    pending: dict[int, Any] = {}  # a gradient, or a list of gradients still to be added up
    for target, weight in zip(targets, output_gradients, strict=True):
        if (id(target) in reached or id(target) in wanted) and target.dtype._kind in TRAINABLE_KINDS:
            given = ones_for(target) if weight is None else weight
            _share_shape(given, target)
            _keep(pending, id(target), given)
    found: dict[int, Any] = {}
    while path:  # a record is let go once it has been used
        op, inputs, outputs, attrs = path.pop()
        if type(outputs) is EagerTensor or isinstance(outputs, Tensor):
            key = id(outputs)
            arrived = pending.pop(key, None)
            if arrived is None:
                continue
            if type(arrived) is list:
                arrived = add(arrived)
            if key in wanted:
                found[key] = arrived
            rule = RULES.get(op)  # type: ignore[arg-type]
        else:
            arrived = _collect(outputs, pending, wanted, found)
            if arrived is None:
                continue
            rule = None
        if rule is not None and type(arrived) is EagerTensor and rule.function is not None:
            # the short way of what go_back does
            gradients = rule.function(make_call((op, inputs, outputs, attrs, reached)), arrived)
            if type(gradients) is not tuple:
                gradients = (gradients,)
            if len(gradients) != len(inputs):
                _checked(op, inputs, gradients)
        else:
            gradients = go_back(op, inputs, outputs, attrs, arrived, reached)
        for value, gradient in zip(inputs, gradients):  # noqa: B905 - they are as many
            if gradient is None:
                continue
            if type(value) is tuple:
                for item, each in zip(value, gradient, strict=True):
                    if each is not None and id(item) in reached:
                        _share_shape(each, item)
                        _keep(pending, id(item), each)
            elif id(value) in reached:
                if type(gradient) is not EagerTensor:
                    _share_shape(gradient, value)
                key = id(value)
                if key in pending:
                    _keep(pending, key, gradient)
                else:
                    pending[key] = gradient
    for key in wanted:
        if key in pending:
            found[key] = _total(pending[key])
    return [found.get(id(source)) for source in sources]


def _keep(pending: dict[int, Any], key: int, gradient: Any) -> None:
    held = pending.get(key)
    if held is None:
        pending[key] = gradient
    elif type(held) is list:
        held.append(gradient)
    else:
        pending[key] = [held, gradient]


def _share_shape(gradient: Any, like: Any) -> None:
    """Tell a symbolic gradient what is known of the shape of the tensor it belongs to."""
    if hasattr(gradient, "set_shape") and type(gradient) is not EagerTensor and not like.dtype.is_handle:
        gradient.set_shape(like.shape)


def _total(held: Any) -> Any:
    return add(held) if type(held) is list else held


def _path(records: Iterable[Record], reached: set[int], blocked: set[int]) -> list[Record]:
    """The records that depend on what is in ``reached``, which grows by their outputs."""
    path = []
    for record in records:
        for value in record[1]:
            if id(value) in reached:
                break
            if type(value) is tuple and not reached.isdisjoint(map(id, value)):
                break
        else:
            continue
        path.append(record)
        outputs = record[2]
        if type(outputs) is EagerTensor:
            reached.add(id(outputs))
        else:
            reached.update(id(tensor) for tensor in flat(outputs) if tensor.dtype._kind in TRAINABLE_KINDS)
        if blocked:
            reached -= blocked
    return path


def _collect(outputs: Any, pending: dict[int, Any], wanted: set[int], found: dict[int, Any]) -> list[Any] | None:
    """What arrived at several outputs, nested as they are; None if nothing did."""
    any_arrived = False

    def take(tensor: Any) -> Any:
        nonlocal any_arrived
        if not isinstance(tensor, Tensor):
            return [take(item) for item in tensor]
        held = pending.pop(id(tensor), None)
        if held is None:
            return None
        any_arrived = True
        total = _total(held)
        if id(tensor) in wanted:
            found[id(tensor)] = total
        return total

    arrived = [take(tensor) for tensor in outputs]
    return arrived if any_arrived else None


def go_back(
    op: Any, inputs: tuple[Any, ...], outputs: Any, attrs: Any, arrived: Any, reached: set[int] | None = None
) -> Sequence[Any]:
    """The gradients of the inputs of one record, from those of its outputs.

    Args:
        op: The op, or a ``Backward``.
        inputs: Its inputs.
        outputs: What it returned.
        attrs: Its attributes.
        arrived: A gradient (or None) for each output, nested as ``outputs``.
        reached: The identities of the tensors whose gradients will be used; all if None.

    Returns:
        A gradient (or None) for each input, a list for a list input.
    """
    rule = RULES.get(op)
    if rule is None:
        if type(op) is Backward:
            return _custom(op, inputs, outputs, arrived)
        rule = rule_of(op)
    function = rule.function
    if function is None:
        return (None,) * len(inputs)
    call = make_call((op, inputs, outputs, attrs, reached))
    if type(arrived) is EagerTensor:
        result = function(call, arrived)
    elif isinstance(outputs, Tensor):
        result = function(call, arrived if rule.sparse else dense(arrived))
    else:
        if not rule.sparse:
            arrived = _dense(arrived)
        if not rule.missing:
            arrived = _filled(arrived, outputs)
        # a lone list output is one argument
        result = function(call, arrived) if type(outputs) is list else function(call, *arrived)
    if type(result) is not tuple:
        result = (result,)
    return result if len(result) == len(inputs) else _checked(op, inputs, result)


def _custom(op: Backward, inputs: tuple[Any, ...], outputs: Any, arrived: Any) -> Sequence[Any]:
    if not op.missing:
        arrived = _filled(arrived, outputs)
    result = op.function(*arrived)
    return _checked(op, inputs, result if isinstance(result, (tuple, list)) else (result,))


def _dense(arrived: Any) -> Any:
    return [_dense(each) if type(each) is list else dense(each) for each in arrived]


def _filled(arrived: Any, outputs: Any) -> Any:
    """``arrived`` with zeros where nothing arrived at an output that gradients can flow through."""
    return [_zeros_if_missing(each, output) for each, output in zip(arrived, outputs, strict=True)]


def _zeros_if_missing(gradient: Any, output: Any) -> Any:
    if type(gradient) is list:
        return _filled(gradient, output)
    kind = output.dtype
    if gradient is None and kind._kind in TRAINABLE_KINDS and kind is not dtypes.resource:
        return zeros_like(output)
    return gradient


def _checked(op: Any, inputs: tuple[Any, ...], result: Sequence[Any]) -> Sequence[Any]:
    if len(result) != len(inputs):
        raise ValueError(
            f"The gradient of {op.name} returned {len(result)} gradients for {len(inputs)} inputs; it must return "
            "one for each input, None where there is none."
        )
    return result
