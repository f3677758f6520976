"""Kernels of ``flowstone_core.ops.training``: each rule takes the values and gives the new ones, variable first."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import numpy as np

from flowstone_core.dtypes import COMPLEX, FLOATING, int64
from flowstone_core.errors import InvalidArgumentError
from flowstone_core.kernel import KernelSet
from flowstone_core.op import Op
from flowstone_core.ops import training as ops
from flowstone_core.shapes import TensorShape
from flowstone_core.variable_state import VariableState

KERNELS = KernelSet()

Rule = Callable[..., tuple[Any, ...]]


# -- the rules -------------------------------------------------------------------------------------------------


def _shrunk(step: Any, rate: Any, l1: Any, l2: Any) -> Any:
    """The proximal operator of both penalties."""
    soft = np.sign(step) * np.maximum(np.abs(step) - rate * l1, 0) if l1 > 0 else step
    return soft / (1 + l2 * rate)


def gradient_descent(var: Any, *, alpha: Any, delta: Any) -> tuple[Any, ...]:
    """``var - alpha * delta``."""
    return (var - alpha * delta,)


def proximal_gradient_descent(
    var: Any, *, alpha: Any, l1: Any, l2: Any, delta: Any = None, grad: Any = None
) -> tuple[Any, ...]:
    """Gradient descent, then both penalties."""
    return (_shrunk(var - alpha * (grad if delta is None else delta), alpha, l1, l2),)


def momentum(var: Any, accum: Any, *, lr: Any, grad: Any, momentum: Any, use_nesterov: bool) -> tuple[Any, ...]:
    """A decaying sum of gradients."""
    accum = accum * momentum + grad
    return var - (lr * (grad + momentum * accum) if use_nesterov else lr * accum), accum


def keras_momentum(var: Any, accum: Any, *, lr: Any, grad: Any, momentum: Any, use_nesterov: bool) -> tuple[Any, ...]:
    """A decaying sum of steps."""
    accum = accum * momentum - lr * grad
    return var + (accum * momentum - lr * grad if use_nesterov else accum), accum


def adagrad(var: Any, accum: Any, *, lr: Any, grad: Any, update_slots: bool) -> tuple[Any, ...]:
    """Steps divided by the root of all squares."""
    if update_slots:
        accum = accum + grad * grad
    return var - lr * grad / np.sqrt(accum), accum


def adagrad_v2(var: Any, accum: Any, *, lr: Any, epsilon: Any, grad: Any, update_slots: bool) -> tuple[Any, ...]:
    """The same with ``epsilon`` beside the root."""
    if update_slots:
        accum = accum + grad * grad
    return var - lr * grad / (np.sqrt(accum) + epsilon), accum


def adagrad_da(
    var: Any, total: Any, squares: Any, *, grad: Any, lr: Any, l1: Any, l2: Any, global_step: Any
) -> tuple[Any, ...]:
    """Dual averaging: the variable follows from the sums."""
    total, squares = total + grad, squares + grad * grad
    step = global_step.astype(var.dtype)
    pull = np.sign(total) * np.maximum(np.abs(total) - step * l1, 0) if l1 > 0 else total
    return -lr * pull / (step * l2 * lr + np.sqrt(squares)), total, squares


def proximal_adagrad(var: Any, accum: Any, *, lr: Any, l1: Any, l2: Any, grad: Any) -> tuple[Any, ...]:
    """Adagrad, then both penalties."""
    accum = accum + grad * grad
    rate = lr / np.sqrt(accum)
    return _shrunk(var - rate * grad, rate, l1, l2), accum


def adadelta(var: Any, accum: Any, accum_update: Any, *, lr: Any, rho: Any, epsilon: Any, grad: Any) -> tuple[Any, ...]:
    """Steps with the size that former steps had."""
    accum = accum * rho + grad * grad * (1 - rho)
    step = np.sqrt(accum_update + epsilon) / np.sqrt(accum + epsilon) * grad
    return var - lr * step, accum, accum_update * rho + step * step * (1 - rho)


def _moments(m: Any, v: Any, grad: Any, beta1: Any, beta2: Any) -> tuple[Any, Any]:
    return m + (grad - m) * (1 - beta1), v + (grad * grad - v) * (1 - beta2)


def _corrected(lr: Any, beta1_power: Any, beta2_power: Any) -> Any:
    return lr * np.sqrt(1 - beta2_power) / (1 - beta1_power)


def adam(
    var: Any,
    m: Any,
    v: Any,
    *,
    beta1_power: Any,
    beta2_power: Any,
    lr: Any,
    beta1: Any,
    beta2: Any,
    epsilon: Any,
    grad: Any,
    use_nesterov: bool,
) -> tuple[Any, ...]:
    """Both moments."""
    m, v = _moments(m, v, grad, beta1, beta2)
    ahead = grad * (1 - beta1) + beta1 * m if use_nesterov else m
    return var - _corrected(lr, beta1_power, beta2_power) * ahead / (np.sqrt(v) + epsilon), m, v


def adam_with_amsgrad(
    var: Any,
    m: Any,
    v: Any,
    vhat: Any,
    *,
    beta1_power: Any,
    beta2_power: Any,
    lr: Any,
    beta1: Any,
    beta2: Any,
    epsilon: Any,
    grad: Any,
) -> tuple[Any, ...]:
    """Adam with the greatest second moment so far."""
    m, v = _moments(m, v, grad, beta1, beta2)
    vhat = np.maximum(vhat, v)
    return var - _corrected(lr, beta1_power, beta2_power) * m / (np.sqrt(vhat) + epsilon), m, v, vhat


def ada_max(
    var: Any, m: Any, v: Any, *, beta1_power: Any, lr: Any, beta1: Any, beta2: Any, epsilon: Any, grad: Any
) -> tuple[Any, ...]:
    """Adam with the greatest gradient in the place of the second moment."""
    m, v = m + (grad - m) * (1 - beta1), np.maximum(beta2 * v, np.abs(grad))
    return var - lr / (1 - beta1_power) * (m / (v + epsilon)), m, v


def add_sign(var: Any, m: Any, *, lr: Any, alpha: Any, sign_decay: Any, beta: Any, grad: Any) -> tuple[Any, ...]:
    """Longer steps where the gradient and its average agree."""
    m = m * beta + grad * (1 - beta)
    return var - lr * (alpha + sign_decay * (np.sign(grad) * np.sign(m))) * grad, m


def power_sign(var: Any, m: Any, *, lr: Any, logbase: Any, sign_decay: Any, beta: Any, grad: Any) -> tuple[Any, ...]:
    """The same, by a power."""
    m = m * beta + grad * (1 - beta)
    return var - lr * np.exp(logbase * sign_decay * (np.sign(grad) * np.sign(m))) * grad, m


def rms_prop(
    var: Any, ms: Any, mom: Any, *, lr: Any, rho: Any, momentum: Any, epsilon: Any, grad: Any
) -> tuple[Any, ...]:
    """Steps divided by the root of the mean square."""
    ms = ms + (grad * grad - ms) * (1 - rho)
    mom = mom * momentum + grad * lr / np.sqrt(ms + epsilon)
    return var - mom, ms, mom


def centered_rms_prop(
    var: Any, mg: Any, ms: Any, mom: Any, *, lr: Any, rho: Any, momentum: Any, epsilon: Any, grad: Any
) -> tuple[Any, ...]:
    """The same by the standard deviation."""
    ms = ms + (grad * grad - ms) * (1 - rho)
    mg = mg + (grad - mg) * (1 - rho)
    mom = mom * momentum + grad * lr / np.sqrt(ms - mg * mg + epsilon)
    return var - mom, mg, ms, mom


def ftrl(
    var: Any,
    accum: Any,
    linear: Any,
    *,
    grad: Any,
    lr: Any,
    l1: Any,
    l2: Any,
    lr_power: Any,
    multiply_linear_by_lr: bool,
    l2_shrinkage: Any = None,
) -> tuple[Any, ...]:
    """Follow the regularized leader."""
    shrunk = grad if l2_shrinkage is None else grad + 2 * l2_shrinkage * var
    grown = accum + grad * grad
    before, after = accum**-lr_power, grown**-lr_power
    # with multiply_linear_by_lr everything below is multiplied by lr
    scale = lr if multiply_linear_by_lr else np.ones_like(lr)
    linear = linear + shrunk * scale - (after - before) * (scale / lr) * var
    bound = l1 * scale
    curvature = after * (scale / lr) + 2 * l2 * scale
    return np.where(np.abs(linear) > bound, (bound * np.sign(linear) - linear) / curvature, 0), grown, linear


_RULES: dict[Rule, tuple[Op, ...]] = {
    gradient_descent: (ops.APPLY_GRADIENT_DESCENT,),
    proximal_gradient_descent: (
        ops.APPLY_PROXIMAL_GRADIENT_DESCENT,
        ops.SPARSE_APPLY_PROXIMAL_GRADIENT_DESCENT,
    ),
    momentum: (ops.APPLY_MOMENTUM, ops.SPARSE_APPLY_MOMENTUM),
    keras_momentum: (ops.APPLY_KERAS_MOMENTUM, ops.SPARSE_APPLY_KERAS_MOMENTUM),
    adagrad: (ops.APPLY_ADAGRAD, ops.SPARSE_APPLY_ADAGRAD),
    adagrad_v2: (ops.APPLY_ADAGRAD_V2, ops.SPARSE_APPLY_ADAGRAD_V2),
    adagrad_da: (ops.APPLY_ADAGRAD_DA, ops.SPARSE_APPLY_ADAGRAD_DA),
    proximal_adagrad: (ops.APPLY_PROXIMAL_ADAGRAD, ops.SPARSE_APPLY_PROXIMAL_ADAGRAD),
    adadelta: (ops.APPLY_ADADELTA, ops.SPARSE_APPLY_ADADELTA),
    adam: (ops.APPLY_ADAM,),
    adam_with_amsgrad: (ops.APPLY_ADAM_WITH_AMSGRAD,),
    ada_max: (ops.APPLY_ADA_MAX,),
    add_sign: (ops.APPLY_ADD_SIGN,),
    power_sign: (ops.APPLY_POWER_SIGN,),
    rms_prop: (ops.APPLY_RMS_PROP, ops.SPARSE_APPLY_RMS_PROP),
    centered_rms_prop: (ops.APPLY_CENTERED_RMS_PROP, ops.SPARSE_APPLY_CENTERED_RMS_PROP),
    ftrl: (ops.APPLY_FTRL, ops.APPLY_FTRL_V2, ops.SPARSE_APPLY_FTRL, ops.SPARSE_APPLY_FTRL_V2),
}


# -- what they have in common ----------------------------------------------------------------------------------


def _mistake(message: str) -> InvalidArgumentError:
    return InvalidArgumentError(None, None, message)


def _register(op: Op, rule: Rule) -> None:
    names = [arg.name for arg in op.inputs]
    count = sum(arg.dtype is not None and arg.dtype is not int64 for arg in op.inputs)
    on_rows = "indices" in names

    @KERNELS.add(op, dtypes=FLOATING + COMPLEX)
    def apply(*inputs: Any, use_locking: bool, **attrs: Any) -> None:
        states, values = inputs[:count], dict(zip(names[count:], inputs[count:], strict=True))
        indices = values.pop("indices", None)
        which = next(each for each in ops.GRADIENTS if each in values)
        _check_scalars(op, values, which)
        with ExitStack() as stack:
            for state in sorted(states, key=id):
                stack.enter_context(state.lock)
            if on_rows:
                _check_rows(op, states, values[which], indices)
                for part in _rounds(indices):
                    _change(states, rule, values | {which: values[which][part]}, attrs, indices[part])
            else:
                _check_shapes(op, names, states, values[which])
                _change(states, rule, values, attrs)


def _change(states: tuple[VariableState, ...], rule: Rule, values: Any, attrs: Any, rows: Any = ...) -> None:
    """Put the new values in the place of the old, in the rows given."""
    before = [state.peek()[rows] for state in states]
    own = before[0].dtype
    wide = np.dtype(np.float32) if own.itemsize == 2 else own  # 16-bit numbers are rounded once, at the end
    given = {name: value.astype(wide, copy=False) for name, value in values.items() if name != "global_step"}
    with np.errstate(all="ignore"):
        after = rule(*(each.astype(wide, copy=False) for each in before), **(values | given), **attrs)
    for state, new in zip(states, after, strict=True):
        state.mutable()[rows] = new


def _rounds(indices: Any) -> list[Any]:
    """Places in ``indices``, cut so that none names a row twice: first occurrences, second ones, and so on."""
    order = np.argsort(indices, kind="stable")
    _, starts, counts = np.unique(indices[order], return_index=True, return_counts=True)
    if counts.max(initial=0) <= 1:
        return [slice(None)]
    turn = np.empty_like(order)
    turn[order] = np.arange(indices.size) - np.repeat(starts, counts)
    return [np.flatnonzero(turn == each) for each in range(counts.max())]


def _check_scalars(op: Op, values: dict[str, Any], gradient: str) -> None:
    for name, value in values.items():
        if name != gradient and value.ndim:
            raise _mistake(f"{op.name}: {name} is not a scalar: it has shape {TensorShape(value.shape)}.")


def _check_shapes(op: Op, names: list[str], states: tuple[VariableState, ...], grad: Any) -> None:
    shape = states[0].peek().shape
    others = [(name, state.peek().shape) for name, state in zip(names[1:], states[1:], strict=False)]
    for name, other in (*others, ("grad", grad.shape)):
        if other != shape:
            raise _mistake(
                f"{op.name}: {names[0]} and {name} do not have the same shape: {TensorShape(shape)} and "
                f"{TensorShape(other)}."
            )


def _check_rows(op: Op, states: tuple[VariableState, ...], grad: Any, indices: Any) -> None:
    if indices.ndim != 1:
        raise _mistake(f"{op.name}: indices must be a vector, got shape {TensorShape(indices.shape)}.")
    shape = states[0].peek().shape
    if any(state.peek().shape != shape for state in states):
        raise _mistake(f"{op.name}: the variable and its slots do not have the same shape.")
    if not shape:
        raise _mistake(f"{op.name}: the variable must be at least a vector.")
    if grad.shape != (indices.size, *shape[1:]):
        raise _mistake(
            f"{op.name}: grad must have a row for each index, {TensorShape((indices.size, *shape[1:]))}, got shape "
            f"{TensorShape(grad.shape)}."
        )
    outside = np.flatnonzero((indices < 0) | (indices >= shape[0]))
    if outside.size:
        at = outside[0]
        raise _mistake(f"{op.name}: index {indices[at]} at offset {at} in indices is out of range [0, {shape[0]}).")


for _rule, _own in _RULES.items():
    for _op in _own:
        _register(_op, _rule)
