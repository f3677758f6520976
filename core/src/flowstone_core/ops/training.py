"""One step of an optimizer on a variable and its slots: the fused ops of graphs saved from TensorFlow 1.

``tf.raw_ops.ResourceApplyAdam(var=v.handle, ...)`` changes ``v``. The formulas are in the kernels; the ``Sparse`` ones
change the rows that ``indices`` names, one after the other where a row is named twice.
"""

from __future__ import annotations

from typing import Any, Final

from flowstone_core.errors import SpecError
from flowstone_core.op import Effects, Op
from flowstone_core.shapes import TensorShape, merge
from flowstone_core.spec import Spec

_NUMBERS: Final = "T: numbertype"
_NESTEROV: Final = ("use_nesterov: bool = false",)
_SLOTS: Final = ("update_slots: bool = true",)
_LINEAR: Final = ("multiply_linear_by_lr: bool = false",)
GRADIENTS: Final = ("grad", "delta")
"""What the gradient is called among the inputs."""


def _held(handle: Spec) -> Spec | None:
    return handle.handle[0] if handle.handle else None


def _optimizer(name: str, variables: str, values: str, extra: tuple[str, ...] = (), sparse: bool = False) -> Op:
    """The op that changes ``variables`` by ``values``, of which ``global_step`` is an int64 and ``indices`` are rows."""
    handles, others = variables.split(), values.split()
    types = {"global_step": "int64", "indices": "Tindices"}
    inputs = (*(f"{each}: resource" for each in handles), *(f"{each}: {types.get(each, 'T')}" for each in others))
    gradient = next(place for place, each in enumerate(others) if each in GRADIENTS)

    def infer(*specs: Spec, **attrs: Any) -> tuple[()]:
        shape = specs[len(handles) + gradient].shape
        if sparse and shape is not None:
            shape = (None, *shape[1:])
        try:
            for handle in specs[: len(handles)]:
                held = _held(handle)
                known = None if held is None or held.shape is None else held.shape
                shape = merge(shape, (None, *known[1:]) if sparse and known else known)
        except ValueError as error:
            raise SpecError(f"{name}: the variable, its slots and the gradient must have one shape: {error}.") from None
        for what, spec in zip(others, specs[len(handles) :], strict=True):
            rank = 1 if what == "indices" else 0
            if what not in GRADIENTS and spec.rank not in (None, rank):
                kind = "a vector" if rank else "a scalar"
                raise SpecError(f"{name}: {what} must be {kind}, got shape {TensorShape(spec.shape)}.")
        return ()

    places = tuple(range(len(handles)))
    return Op(
        name,
        inputs,
        (),
        (_NUMBERS, *(("Tindices: {int32, int64}",) if sparse else ()), "use_locking: bool = false", *extra),
        infer=infer,
        effects=Effects(reads=places, writes=places, stateful=True),
    )


def _dense(name: str, variables: str, values: str, *extra: str) -> Op:
    return _optimizer(f"ResourceApply{name}", variables, values, extra)


def _sparse(name: str, variables: str, values: str, *extra: str) -> Op:
    return _optimizer(f"ResourceSparseApply{name}", variables, values, extra, sparse=True)


_MOMENTS: Final = "beta1_power beta2_power lr beta1 beta2 epsilon grad"
_SLOTS_OF_DUAL: Final = "var gradient_accumulator gradient_squared_accumulator"

APPLY_GRADIENT_DESCENT = _dense("GradientDescent", "var", "alpha delta")
APPLY_PROXIMAL_GRADIENT_DESCENT = _dense("ProximalGradientDescent", "var", "alpha l1 l2 delta")
APPLY_MOMENTUM = _dense("Momentum", "var accum", "lr grad momentum", *_NESTEROV)
APPLY_KERAS_MOMENTUM = _dense("KerasMomentum", "var accum", "lr grad momentum", *_NESTEROV)
APPLY_ADAGRAD = _dense("Adagrad", "var accum", "lr grad", *_SLOTS)
APPLY_ADAGRAD_V2 = _dense("AdagradV2", "var accum", "lr epsilon grad", *_SLOTS)
APPLY_ADAGRAD_DA = _dense("AdagradDA", _SLOTS_OF_DUAL, "grad lr l1 l2 global_step")
APPLY_PROXIMAL_ADAGRAD = _dense("ProximalAdagrad", "var accum", "lr l1 l2 grad")
APPLY_ADADELTA = _dense("Adadelta", "var accum accum_update", "lr rho epsilon grad")
APPLY_ADAM = _dense("Adam", "var m v", _MOMENTS, *_NESTEROV)
APPLY_ADAM_WITH_AMSGRAD = _dense("AdamWithAmsgrad", "var m v vhat", _MOMENTS)
APPLY_ADA_MAX = _dense("AdaMax", "var m v", "beta1_power lr beta1 beta2 epsilon grad")
APPLY_ADD_SIGN = _dense("AddSign", "var m", "lr alpha sign_decay beta grad")
APPLY_POWER_SIGN = _dense("PowerSign", "var m", "lr logbase sign_decay beta grad")
APPLY_RMS_PROP = _dense("RMSProp", "var ms mom", "lr rho momentum epsilon grad")
APPLY_CENTERED_RMS_PROP = _dense("CenteredRMSProp", "var mg ms mom", "lr rho momentum epsilon grad")
APPLY_FTRL = _dense("Ftrl", "var accum linear", "grad lr l1 l2 lr_power", *_LINEAR)
APPLY_FTRL_V2 = _dense("FtrlV2", "var accum linear", "grad lr l1 l2 l2_shrinkage lr_power", *_LINEAR)

SPARSE_APPLY_PROXIMAL_GRADIENT_DESCENT = _sparse("ProximalGradientDescent", "var", "alpha l1 l2 grad indices")
SPARSE_APPLY_MOMENTUM = _sparse("Momentum", "var accum", "lr grad indices momentum", *_NESTEROV)
SPARSE_APPLY_KERAS_MOMENTUM = _sparse("KerasMomentum", "var accum", "lr grad indices momentum", *_NESTEROV)
SPARSE_APPLY_ADAGRAD = _sparse("Adagrad", "var accum", "lr grad indices", *_SLOTS)
SPARSE_APPLY_ADAGRAD_V2 = _sparse("AdagradV2", "var accum", "lr epsilon grad indices", *_SLOTS)
SPARSE_APPLY_ADAGRAD_DA = _sparse("AdagradDA", _SLOTS_OF_DUAL, "grad indices lr l1 l2 global_step")
SPARSE_APPLY_PROXIMAL_ADAGRAD = _sparse("ProximalAdagrad", "var accum", "lr l1 l2 grad indices")
SPARSE_APPLY_ADADELTA = _sparse("Adadelta", "var accum accum_update", "lr rho epsilon grad indices")
SPARSE_APPLY_RMS_PROP = _sparse("RMSProp", "var ms mom", "lr rho momentum epsilon grad indices")
SPARSE_APPLY_CENTERED_RMS_PROP = _sparse("CenteredRMSProp", "var mg ms mom", "lr rho momentum epsilon grad indices")
SPARSE_APPLY_FTRL = _sparse("Ftrl", "var accum linear", "grad indices lr l1 l2 lr_power", *_LINEAR)
SPARSE_APPLY_FTRL_V2 = _sparse("FtrlV2", "var accum linear", "grad indices lr l1 l2 l2_shrinkage lr_power", *_LINEAR)
