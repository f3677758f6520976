"""Types, shapes, tensors, errors."""

from __future__ import annotations

from flowstone_core._api.names import public

_TYPES = """
    bfloat16 bool complex128 complex64 double float16 float32 float64 half int16 int32 int64 int8 qint16 qint32
    qint8 quint16 quint8 resource string uint16 uint32 uint64 uint8 variant
"""
_ERRORS = """
    AbortedError AlreadyExistsError CancelledError DataLossError DeadlineExceededError FailedPreconditionError
    InaccessibleTensorError InternalError InvalidArgumentError NotFoundError OpError
    OperatorNotAllowedInGraphError OutOfRangeError PermissionDeniedError ResourceExhaustedError UnauthenticatedError
    UnavailableError UnimplementedError UnknownError
    ABORTED ALREADY_EXISTS CANCELLED DATA_LOSS DEADLINE_EXCEEDED FAILED_PRECONDITION INTERNAL INVALID_ARGUMENT
    NOT_FOUND OK OUT_OF_RANGE PERMISSION_DENIED RESOURCE_EXHAUSTED UNAUTHENTICATED UNAVAILABLE UNIMPLEMENTED UNKNOWN
"""

PUBLIC: dict[str, str] = (
    public("flowstone_core.dtypes", {name: f". dtypes.{name}" for name in _TYPES.split()})
    | public("flowstone_core.dtypes", {"DType": ". dtypes.DType", "as_dtype": ". dtypes.as_dtype"})
    | public("flowstone_core.shapes", {"TensorShape": ".", "broadcast_static_shape": "."})
    | public(
        "flowstone_core.shapes",
        {"dimension_value": "compat.dimension_value", "Dimension": "compat.v1.Dimension"},
    )
    | public("flowstone_core.tensor", {"Tensor": ".", "is_tensor": "."})
    | public(
        "flowstone_core.conversion",
        {"constant": ".", "convert_to_tensor": ".", "register_tensor_conversion_function": "."},
    )
    | public("flowstone_core.interpreter", {"executing_eagerly": "."})
    | public("flowstone_core.errors", {name: f"errors.{name}" for name in _ERRORS.split()})
)
