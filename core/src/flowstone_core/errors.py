"""The exceptions of ``tf.errors``: TensorFlow's names, codes and tree, our own texts.

Operations raise them with ``node_def`` and ``op`` set to None in eager mode. A good message says what was
done, what was expected, what came, and what to do about it.
"""

from __future__ import annotations

from typing import Any

OK = 0
CANCELLED = 1
UNKNOWN = 2
INVALID_ARGUMENT = 3
DEADLINE_EXCEEDED = 4
NOT_FOUND = 5
ALREADY_EXISTS = 6
PERMISSION_DENIED = 7
RESOURCE_EXHAUSTED = 8
FAILED_PRECONDITION = 9
ABORTED = 10
OUT_OF_RANGE = 11
UNIMPLEMENTED = 12
INTERNAL = 13
UNAVAILABLE = 14
DATA_LOSS = 15
UNAUTHENTICATED = 16


class OpError(Exception):
    """The base of all errors that operations raise.

    Args:
        node_def: The graph node that failed, or None.
        op: The operation that failed, or None.
        message: What happened and what to do.
        error_code: One of the codes of this module.
    """

    def __init__(self, node_def: Any, op: Any, message: str, error_code: int = UNKNOWN, *args: Any) -> None:
        super().__init__(node_def, op, message, *args)
        self._node_def = node_def
        self._op = op
        self._message = message
        self._error_code = error_code
        self._payloads: dict[str, bytes] = {}

    @property
    def message(self) -> str:
        """What happened."""
        return self._message

    @property
    def op(self) -> Any:
        """The operation that failed, if known."""
        return self._op

    @property
    def node_def(self) -> Any:
        """The graph node that failed, if known."""
        return self._node_def

    @property
    def error_code(self) -> int:
        """The integer code of this error."""
        return self._error_code

    @property
    def experimental_payloads(self) -> dict[str, bytes]:
        """Extra details by key."""
        return self._payloads

    def __str__(self) -> str:
        return self._message

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (None, None, self._message)


class CancelledError(OpError):
    """Raised when an operation is cancelled."""

    def __init__(self, node_def: Any, op: Any, message: str, *args: Any) -> None:
        super().__init__(node_def, op, message, CANCELLED, *args)


class UnknownError(OpError):
    """Raised when the cause of a failure is not known."""

    def __init__(self, node_def: Any, op: Any, message: str, *args: Any) -> None:
        super().__init__(node_def, op, message, UNKNOWN, *args)


class InvalidArgumentError(OpError):
    """Raised when an operation receives an argument it cannot take, such as shapes that do not fit."""

    def __init__(self, node_def: Any, op: Any, message: str, *args: Any) -> None:
        super().__init__(node_def, op, message, INVALID_ARGUMENT, *args)


class DeadlineExceededError(OpError):
    """Raised when a deadline passes before an operation completes."""

    def __init__(self, node_def: Any, op: Any, message: str, *args: Any) -> None:
        super().__init__(node_def, op, message, DEADLINE_EXCEEDED, *args)


class NotFoundError(OpError):
    """Raised when a requested entity, such as a file, a checkpoint key or a kernel, does not exist."""

    def __init__(self, node_def: Any, op: Any, message: str, *args: Any) -> None:
        super().__init__(node_def, op, message, NOT_FOUND, *args)


class AlreadyExistsError(OpError):
    """Raised when an entity that should be created exists already."""

    def __init__(self, node_def: Any, op: Any, message: str, *args: Any) -> None:
        super().__init__(node_def, op, message, ALREADY_EXISTS, *args)


class PermissionDeniedError(OpError):
    """Raised when the caller may not do what was asked, such as writing to a folder."""

    def __init__(self, node_def: Any, op: Any, message: str, *args: Any) -> None:
        super().__init__(node_def, op, message, PERMISSION_DENIED, *args)


class UnauthenticatedError(OpError):
    """Raised when the caller is not known."""

    def __init__(self, node_def: Any, op: Any, message: str, *args: Any) -> None:
        super().__init__(node_def, op, message, UNAUTHENTICATED, *args)


class ResourceExhaustedError(OpError):
    """Raised when memory or another resource is used up."""

    def __init__(self, node_def: Any, op: Any, message: str, *args: Any) -> None:
        super().__init__(node_def, op, message, RESOURCE_EXHAUSTED, *args)


class FailedPreconditionError(OpError):
    """Raised when the system is not in the state an operation needs, such as an uninitialized variable."""

    def __init__(self, node_def: Any, op: Any, message: str, *args: Any) -> None:
        super().__init__(node_def, op, message, FAILED_PRECONDITION, *args)


class AbortedError(OpError):
    """Raised when an operation is aborted, usually by a concurrent action."""

    def __init__(self, node_def: Any, op: Any, message: str, *args: Any) -> None:
        super().__init__(node_def, op, message, ABORTED, *args)


class OutOfRangeError(OpError):
    """Raised when an operation runs past the valid range, such as the end of a dataset."""

    def __init__(self, node_def: Any, op: Any, message: str, *args: Any) -> None:
        super().__init__(node_def, op, message, OUT_OF_RANGE, *args)


class UnimplementedError(OpError):
    """Raised when an operation has not been implemented."""

    def __init__(self, node_def: Any, op: Any, message: str, *args: Any) -> None:
        super().__init__(node_def, op, message, UNIMPLEMENTED, *args)


class InternalError(OpError):
    """Raised when an invariant of flowstone itself is broken: please report it."""

    def __init__(self, node_def: Any, op: Any, message: str, *args: Any) -> None:
        super().__init__(node_def, op, message, INTERNAL, *args)


class UnavailableError(OpError):
    """Raised when a service is not available now."""

    def __init__(self, node_def: Any, op: Any, message: str, *args: Any) -> None:
        super().__init__(node_def, op, message, UNAVAILABLE, *args)


class DataLossError(OpError):
    """Raised when data is lost or corrupted beyond recovery, such as in a truncated file."""

    def __init__(self, node_def: Any, op: Any, message: str, *args: Any) -> None:
        super().__init__(node_def, op, message, DATA_LOSS, *args)


class OperatorNotAllowedInGraphError(TypeError):
    """Raised when Python needs the value of a symbolic tensor, such as ``if x:`` or ``for e in x:``."""


class InaccessibleTensorError(ValueError, TypeError):
    """Raised when a symbolic tensor is used outside the function that made it (TensorFlow raises both types)."""


class SpecError(Exception):
    """What a shape rule says when inputs do not fit; each interpreter turns it into TensorFlow's type.

    Args:
        message: What was done, what was expected, what came.
        dtype: Whether the mistake is one of element types (a ``TypeError`` while tracing).
    """

    def __init__(self, message: str, *, dtype: bool = False) -> None:
        super().__init__(message)
        self.dtype = dtype


class KernelNotFoundError(NotFoundError, InvalidArgumentError):
    """Raised when no provider has a kernel for an operation and its element type.

    TensorFlow raises ``NotFoundError`` for that eagerly, and ``InvalidArgumentError`` when a graph runs.
    """

    def __init__(self, node_def: Any, op: Any, message: str, *args: Any) -> None:
        OpError.__init__(self, node_def, op, message, NOT_FOUND, *args)


EXCEPTION_OF_CODE: dict[int, type[OpError]] = {cls(None, None, "").error_code: cls for cls in OpError.__subclasses__()}


def exception_type_from_error_code(error_code: int) -> type[OpError]:
    """The exception class of an error code."""
    return EXCEPTION_OF_CODE[error_code]


def error_code_from_exception_type(cls: type[OpError]) -> int:
    """The error code of an exception class."""
    return cls(None, None, "").error_code
