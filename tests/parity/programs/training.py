"""Optimizers' fused ops: two steps of each on a variable and its slots, on all and on some rows. Each returns the values."""

from __future__ import annotations

_VAR = [[0.5, -1.0, 0.0], [2.0, 0.25, -3.0], [1.0, 1.0, -0.125]]
_GRADS = [
    [[0.1, -2.0, 0.0], [1.0, 0.5, -0.25], [-1.0, 3.0, 0.75]],
    [[-0.5, 1.0, 0.25], [0.0, 0.5, 2.0], [1.5, -3.0, 0.125]],
]
_ROWS = [[2, 0, 2], [1, 1, 1]]
_PENALTIES = {"l1": 0.05, "l2": 0.1}
_RATES = {"lr": 0.1, "rho": 0.9, "momentum": 0.8, "epsilon": 0.01}
_MOMENTS = {"beta1_power": 0.9, "beta2_power": 0.99, "lr": 0.1, "beta1": 0.9, "beta2": 0.99, "epsilon": 0.01}


def _steps(tf, name, slots, values, dtype="float32", gradient="grad", traced=False, **attrs):
    """The variable and its slots after two steps; ``slots`` says what they hold at first."""
    op = getattr(tf.raw_ops, f"Resource{name}")
    variables = {"var": tf.Variable(tf.constant(_VAR, dtype))}
    for slot, first in slots.items():
        variables[slot] = tf.Variable(tf.fill([3, 3], tf.constant(first, dtype)))
    handles = {key: each.handle for key, each in variables.items()}
    numbers = {key: tf.constant(each, "int64" if key == "global_step" else dtype) for key, each in values.items()}

    def step(grad, rows):
        more = {"indices": rows} if name.startswith("Sparse") else {}
        op(**handles, **{gradient: grad}, **numbers, **more, **attrs)

    if traced:
        step = tf.function(step)
    for grad, rows in zip(_GRADS, _ROWS):
        step(tf.constant(grad, dtype), tf.constant(rows))
    return [tf.cast(each, "complex64" if dtype.startswith("c") else "float32").numpy() for each in variables.values()]


def _many(tf, name, slots, values, dense=True, sparse=True, **attrs):
    """In three types, eagerly and traced, on all and on some rows."""
    forms = (["Apply"] if dense else []) + (["SparseApply"] if sparse else [])
    return [
        _steps(tf, form + name, slots, values, dtype, traced=traced, **attrs)
        for form in forms
        for dtype, traced in (("float32", False), ("float32", True), ("float64", False))
    ]


def gradient_descent(tf):
    return [
        _steps(tf, "ApplyGradientDescent", {}, {"alpha": 0.1}, dtype, "delta", traced)
        for dtype in ("float32", "float64")
        for traced in (False, True)
    ]


def proximal_gradient_descent(tf):
    values = {"alpha": 0.1, **_PENALTIES}
    return [
        _steps(tf, "ApplyProximalGradientDescent", {}, values, gradient="delta"),
        _steps(tf, "ApplyProximalGradientDescent", {}, {**values, "l1": 0.0}, gradient="delta"),
        _steps(tf, "SparseApplyProximalGradientDescent", {}, values),
        _steps(tf, "SparseApplyProximalGradientDescent", {}, {**values, "l1": 0.0}),
    ]


def momentum(tf):
    values = {"lr": 0.1, "momentum": 0.8}
    return [_many(tf, "Momentum", {"accum": 0.1}, values, use_nesterov=nesterov) for nesterov in (False, True)]


def keras_momentum(tf):
    values = {"lr": 0.1, "momentum": 0.8}
    return [_many(tf, "KerasMomentum", {"accum": 0.1}, values, use_nesterov=nesterov) for nesterov in (False, True)]


def adagrad(tf):
    return [_many(tf, "Adagrad", {"accum": 0.1}, {"lr": 0.1}, update_slots=slots) for slots in (True, False)]


def adagrad_v2(tf):
    values = {"lr": 0.1, "epsilon": 0.01}
    return [_many(tf, "AdagradV2", {"accum": 0.1}, values, update_slots=slots) for slots in (True, False)]


def adagrad_da(tf):
    slots = {"gradient_accumulator": 0.1, "gradient_squared_accumulator": 0.1}
    values = {"lr": 0.1, **_PENALTIES, "global_step": 3}
    return [_many(tf, "AdagradDA", slots, values), _many(tf, "AdagradDA", slots, {**values, "l1": 0.0})]


def proximal_adagrad(tf):
    values = {"lr": 0.1, **_PENALTIES}
    return [
        _many(tf, "ProximalAdagrad", {"accum": 0.1}, values),
        _many(tf, "ProximalAdagrad", {"accum": 0.1}, {**values, "l1": 0.0}),
    ]


def adadelta(tf):
    return _many(tf, "Adadelta", {"accum": 0.1, "accum_update": 0.2}, {"lr": 0.1, "rho": 0.9, "epsilon": 0.01})


def adam(tf):
    return [_many(tf, "Adam", {"m": 0.1, "v": 0.2}, _MOMENTS, sparse=False, use_nesterov=n) for n in (False, True)]


def adam_with_amsgrad(tf):
    return _many(tf, "AdamWithAmsgrad", {"m": 0.1, "v": 0.2, "vhat": 0.3}, _MOMENTS, sparse=False)


def ada_max(tf):
    values = {key: value for key, value in _MOMENTS.items() if key != "beta2_power"}
    return _many(tf, "AdaMax", {"m": 0.1, "v": 0.2}, values, sparse=False)


def add_sign(tf):
    values = {"lr": 0.1, "alpha": 1.0, "sign_decay": 0.9, "beta": 0.8}
    return _many(tf, "AddSign", {"m": 0.1}, values, sparse=False)


def power_sign(tf):
    values = {"lr": 0.1, "logbase": 1.0, "sign_decay": 0.9, "beta": 0.8}
    return _many(tf, "PowerSign", {"m": 0.1}, values, sparse=False)


def rms_prop(tf):
    return _many(tf, "RMSProp", {"ms": 0.1, "mom": 0.2}, _RATES)


def centered_rms_prop(tf):
    return _many(tf, "CenteredRMSProp", {"mg": 0.1, "ms": 0.5, "mom": 0.2}, _RATES)


def ftrl(tf):
    slots = {"accum": 0.1, "linear": 0.2}
    values = {"lr": 0.1, **_PENALTIES, "lr_power": -0.5}
    return [
        *(_many(tf, "Ftrl", slots, values, multiply_linear_by_lr=by_lr) for by_lr in (False, True)),
        _many(tf, "Ftrl", slots, {**values, "lr_power": -0.7}),
        *(
            _many(tf, "FtrlV2", slots, {**values, "l2_shrinkage": 0.3}, multiply_linear_by_lr=by_lr)
            for by_lr in (False, True)
        ),
    ]


def half_precision(tf):
    return [
        _steps(tf, "ApplyGradientDescent", {}, {"alpha": 0.125}, dtype, "delta") for dtype in ("float16", "bfloat16")
    ]


def slots_of_another_shape(tf):
    v, accum = tf.Variable([1.0, 2.0]), tf.Variable([1.0])
    tf.raw_ops.ResourceApplyAdagrad(var=v.handle, accum=accum.handle, lr=0.1, grad=[1.0, 1.0])


def gradients_of_another_shape(tf):
    tf.raw_ops.ResourceApplyGradientDescent(var=tf.Variable([1.0, 2.0]).handle, alpha=0.1, delta=[1.0])


def rates_that_are_no_scalars(tf):
    tf.raw_ops.ResourceApplyGradientDescent(var=tf.Variable([1.0]).handle, alpha=[0.1], delta=[1.0])


def rows_out_of_range(tf):
    v, accum = tf.Variable([1.0, 2.0]), tf.Variable([1.0, 1.0])
    tf.raw_ops.ResourceSparseApplyAdagrad(var=v.handle, accum=accum.handle, lr=0.1, grad=[1.0], indices=[2])


def gradients_without_rows(tf):
    v, accum = tf.Variable([1.0, 2.0]), tf.Variable([1.0, 1.0])
    tf.raw_ops.ResourceSparseApplyAdagrad(var=v.handle, accum=accum.handle, lr=0.1, grad=[1.0], indices=[0, 1])


def gradients_of_another_type(tf):
    tf.raw_ops.ResourceApplyGradientDescent(var=tf.Variable([1.0]).handle, alpha=0.1, delta=tf.constant([1], tf.int32))


def traced_shapes(tf):
    v = tf.Variable([1.0, 2.0])

    @tf.function
    def step(delta):
        tf.raw_ops.ResourceApplyGradientDescent(var=v.handle, alpha=0.1, delta=delta)

    step(tf.constant([1.0]))
