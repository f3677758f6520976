"""Ops on variables: reading, assigning, gathering from and scattering into resources."""

from __future__ import annotations

from typing import Any

from flowstone_core import dtypes, infer
from flowstone_core.dtypes import DType
from flowstone_core.errors import SpecError
from flowstone_core.op import Effects, Op
from flowstone_core.shapes import TensorShape, merge
from flowstone_core.spec import Spec

READS = Effects(reads=(0,), stateful=True)
WRITES = Effects(reads=(0,), writes=(0,), stateful=True)


def _held(resource: Spec, dtype: DType) -> Spec:
    """What the handle's variable is known to hold."""
    return resource.handle[0] if resource.handle else Spec(None, dtype)


def _infer_handle(*, dtype: DType, shape: TensorShape, **attrs: Any) -> Spec:
    return Spec((), dtypes.resource, handle=(Spec(shape.as_tuple(), dtype),))


def _infer_read(resource: Spec, *, dtype: DType) -> Spec:
    return Spec(_held(resource, dtype).shape, dtype)


def _infer_assign(resource: Spec, value: Spec, **attrs: Any) -> tuple[()]:
    try:
        merge(_held(resource, value.dtype).shape, value.shape)
    except ValueError as error:
        raise SpecError(f"The assigned value does not fit the variable: {error}.") from None
    return ()


def _infer_variable_shape(resource: Spec, *, out_type: DType) -> Spec:
    shape = resource.handle[0].shape if resource.handle else None
    return Spec((None if shape is None else len(shape),), out_type, value=shape)


def _infer_gather(resource: Spec, indices: Spec, *, dtype: DType, batch_dims: int, validate_indices: bool) -> Spec:
    params = _held(resource, dtype).shape
    if params is None or indices.shape is None:
        return Spec(None, dtype)
    return Spec(params[:batch_dims] + indices.shape[batch_dims:] + params[batch_dims + 1 :], dtype)


def _infer_gather_nd(resource: Spec, indices: Spec, *, dtype: DType) -> Spec:
    params = _held(resource, dtype).shape
    if params is None or indices.shape is None or not indices.shape or indices.shape[-1] is None:
        return Spec(None, dtype)
    return Spec(indices.shape[:-1] + params[indices.shape[-1] :], dtype)


VAR_HANDLE = Op(
    "VarHandleOp",
    (),
    ("resource: resource",),
    (
        "container: string = ''",
        "shared_name: string = ''",
        "debug_name: string = ''",
        "dtype: type",
        "shape: shape",
        "allowed_devices: list(string) = []",
    ),
    infer=_infer_handle,
    effects=Effects(stateful=True),
)
READ_VARIABLE = Op(
    "ReadVariableOp", ("resource: resource",), ("value: dtype",), ("dtype: type",), infer=_infer_read, effects=READS
)


def _assign(name: str, *attrs: str) -> Op:
    return Op(
        name,
        ("resource: resource", "value: dtype"),
        (),
        ("dtype: type", *attrs),
        infer=_infer_assign,
        effects=WRITES,
    )


ASSIGN = _assign("AssignVariableOp", "validate_shape: bool = false")
ASSIGN_ADD = _assign("AssignAddVariableOp")
ASSIGN_SUB = _assign("AssignSubVariableOp")
IS_INITIALIZED = Op(
    "VarIsInitializedOp",
    ("resource: resource",),
    ("is_initialized: bool",),
    infer=infer.scalar(dtypes.bool),
    effects=READS,
)
DESTROY_RESOURCE = Op(
    "DestroyResourceOp",
    ("resource: resource",),
    (),
    ("ignore_lookup_error: bool = true",),
    infer=infer.nothing,
    effects=WRITES,
)
DISABLE_COPY_ON_READ = Op("DisableCopyOnRead", ("resource: resource",), (), infer=infer.nothing, effects=READS)
VARIABLE_SHAPE = Op(
    "VariableShape",
    ("input: resource",),
    ("output: out_type",),
    ("out_type: {int32, int64} = DT_INT32",),
    infer=_infer_variable_shape,
    effects=READS,
)
RESOURCE_GATHER = Op(
    "ResourceGather",
    ("resource: resource", "indices: Tindices"),
    ("output: dtype",),
    ("batch_dims: int = 0", "validate_indices: bool = true", "dtype: type", "Tindices: {int32, int64}"),
    infer=_infer_gather,
    effects=READS,
)
RESOURCE_GATHER_ND = Op(
    "ResourceGatherNd",
    ("resource: resource", "indices: Tindices"),
    ("output: dtype",),
    ("dtype: type", "Tindices: {int32, int64}"),
    infer=_infer_gather_nd,
    effects=READS,
)

_SCATTER_TYPES = (
    "dtype: {float, double, int32, uint8, int16, int8, complex64, int64, qint8, quint8, qint32, bfloat16, qint16, "
    "quint16, uint16, complex128, half, uint32, uint64}"
)


def _scatter(kind: str, types: str = _SCATTER_TYPES) -> Op:
    return Op(
        f"ResourceScatter{kind}",
        ("resource: resource", "indices: Tindices", "updates: dtype"),
        (),
        (types, "Tindices: {int32, int64}"),
        infer=infer.nothing,
        effects=WRITES,
    )


def _scatter_nd(kind: str) -> Op:
    return Op(
        f"ResourceScatterNd{kind}",
        ("ref: resource", "indices: Tindices", "updates: T"),
        (),
        ("T: type", "Tindices: {int32, int64}", "use_locking: bool = true", "bad_indices_policy: string = ''"),
        infer=infer.nothing,
        effects=WRITES,
    )


SCATTER_ADD = _scatter("Add")
SCATTER_SUB = _scatter("Sub")
SCATTER_MUL = _scatter("Mul")
SCATTER_DIV = _scatter("Div")
SCATTER_MIN = _scatter("Min")
SCATTER_MAX = _scatter("Max")
SCATTER_UPDATE = _scatter("Update", "dtype: type")
SCATTER_ND_ADD = _scatter_nd("Add")
SCATTER_ND_SUB = _scatter_nd("Sub")
SCATTER_ND_MIN = _scatter_nd("Min")
SCATTER_ND_MAX = _scatter_nd("Max")
SCATTER_ND_UPDATE = _scatter_nd("Update")
