"""Switches of ``tf.debugging``: checks of every result, and a log of what runs where.

Both watch the calling thread's operations by an interpreter at the bottom of its stack, so they cost nothing while
they are off.
"""

from __future__ import annotations

import logging
import traceback
from typing import Any, NoReturn

import numpy as np

from flowstone_core.errors import InvalidArgumentError, UnimplementedError
from flowstone_core.interpreter import Interpreter, graph_interpreter, pop, push, stack
from flowstone_core.op import Op, execute
from flowstone_core.ops.array import CHECK_NUMERICS_V2
from flowstone_core.tensor import EagerTensor, Tensor


class _Watcher:
    """An interpreter that lets its parent execute and looks at the results."""

    building_graph = False

    def __init__(self) -> None:
        self.parent: Interpreter | None = None

    def execute(self, op: Op, inputs: tuple[Any, ...], attrs: dict[str, Any], name: str | None) -> Any:
        """Execute by the parent, then look."""
        parent = self.parent
        outputs = execute(op, inputs, attrs) if parent is None else parent.execute(op, inputs, attrs, name)
        self.look(op, inputs, outputs)
        return outputs

    def notify(self, op: Op, inputs: tuple[Any, ...], outputs: Any, attrs: dict[str, Any]) -> None:
        """Look at what a fast path has executed."""
        if self.parent is not None:
            self.parent.notify(op, inputs, outputs, attrs)  # type: ignore[attr-defined]
        self.look(op, inputs, outputs)

    def constant(self, tensor: Any) -> Any:
        """What the parent makes of a constant."""
        return tensor if self.parent is None else self.parent.constant(tensor)

    def look(self, op: Op, inputs: tuple[Any, ...], outputs: Any) -> None:
        """Look at the results of one operation."""
        raise NotImplementedError


def _flat(outputs: Any) -> list[Tensor]:
    if isinstance(outputs, (list, tuple)):
        return [tensor for item in outputs for tensor in _flat(item)]
    return [] if outputs is None else [outputs]


# -- numbers ---------------------------------------------------------------------------------------------------------

_MAY_BE_INFINITE = frozenset(
    """
    BatchToSpaceND Bitcast BroadcastTo Cast CheckNumerics CheckNumericsV2 Concat ConcatV2 Const DepthToSpace Empty
    ExpandDims Fill Gather GatherNd GatherV2 Identity IdentityN Pack ParallelConcat Placeholder ReadVariableOp Reshape
    ReverseV2 Roll Select SelectV2 Slice Snapshot SpaceToBatchND SpaceToDepth Split SplitV Squeeze StopGradient
    StridedSlice TensorListFromTensor TensorListStack Tile Transpose Unpack
    """.split()
)
"""Operations that only move numbers: what is wrong was wrong before."""


class _NumericsCheck(_Watcher):
    """Raises when a result has a NaN or an infinity.

    Args:
        stack_height_limit: How many lines of the user's stack the error shows.
        path_length_limit: How many of the last characters of a path.
    """

    def __init__(self, stack_height_limit: int, path_length_limit: int) -> None:
        super().__init__()
        self.height = stack_height_limit
        self.path_length = path_length_limit

    def look(self, op: Op, inputs: tuple[Any, ...], outputs: Any) -> None:
        """Check the results of one operation."""
        if op.name in _MAY_BE_INFINITE:
            return
        for index, tensor in enumerate(_flat(outputs)):
            if type(tensor) is EagerTensor and (tensor.dtype.is_floating or tensor.dtype.is_complex):
                values = tensor._array.astype(np.complex128 if tensor.dtype.is_complex else np.float64)
                if not np.isfinite(values).all():
                    raise InvalidArgumentError(None, None, self._message(op, index, tensor, values))

    def _message(self, op: Op, index: int, tensor: Tensor, values: Any) -> str:
        return (
            f"Detected Infinity or NaN in output {index} of the eagerly executing op {op.name!r}: {tensor.dtype.name} of "
            f"shape {tensor.shape} with {int(np.isnan(values).sum())} NaN and {int(np.isinf(values).sum())} infinite of "
            f"{values.size} elements.\n{self._stack()}"
        )

    def _stack(self) -> str:
        frames = [frame for frame in reversed(traceback.extract_stack()) if "/flowstone_" not in frame.filename]
        lines = [
            f"  {frame.filename[-self.path_length :]}:{frame.lineno} {frame.name}" for frame in frames[: self.height]
        ]
        return "Stack, the innermost call first:\n" + "\n".join(lines)

    def checked(self, op: Op, outputs: Any) -> Any:
        """The outputs of a node being built, checked when the graph runs."""
        if op.name in _MAY_BE_INFINITE:
            return outputs
        if isinstance(outputs, (list, tuple)):
            items = [self.checked(op, item) for item in outputs]
            return type(outputs)(items)
        if outputs is None or not (outputs.dtype.is_floating or outputs.dtype.is_complex):
            return outputs
        if outputs.dtype.is_complex:  # CheckNumerics is for real numbers
            return outputs
        said = f"Detected Infinity or NaN in an output of the graph op {op.name!r} ({outputs.name}).\n{self._stack()}"
        return CHECK_NUMERICS_V2(outputs, message=said)


def numerics_check() -> _NumericsCheck | None:
    """The check of numbers that is on in this thread, or None; who builds graphs asks it for ``checked`` outputs."""
    return next((found for found in stack() if isinstance(found, _NumericsCheck)), None)


def enable_check_numerics(stack_height_limit: int = 30, path_length_limit: int = 50) -> None:
    """Raise an error as soon as an operation of this thread gives a NaN or an infinity.

    Functions that are traced from now on check inside as well.

    Args:
        stack_height_limit: How many lines of the stack the error shows.
        path_length_limit: How many of the last characters of each path.
    """
    if numerics_check() is None:
        _push_at_bottom(_NumericsCheck(stack_height_limit, path_length_limit))


def disable_check_numerics() -> None:
    """Undo ``enable_check_numerics``."""
    found = numerics_check()
    if found is not None:
        pop(found)


def _push_at_bottom(watcher: _Watcher) -> None:
    if graph_interpreter() is not None:
        raise RuntimeError("Switch checks and logs on outside of functions that are being traced.")
    push(watcher)


# -- places ----------------------------------------------------------------------------------------------------------


class _PlacementLog(_Watcher):
    """Logs each operation with its device."""

    def look(self, op: Op, inputs: tuple[Any, ...], outputs: Any) -> None:
        """Log one operation."""
        found = _flat(outputs)
        where = found[0].device if found else "/job:localhost/replica:0/task:0/device:CPU:0"
        logging.getLogger("tensorflow").info("Executing op %s in device %s", op.name, where)


def _placement_log() -> _PlacementLog | None:
    return next((found for found in stack() if isinstance(found, _PlacementLog)), None)


def set_log_device_placement(enabled: bool) -> None:
    """Whether the logger (``tf.get_logger()``, level INFO) is told each eager operation of this thread."""
    found = _placement_log()
    if enabled and found is None:
        _push_at_bottom(_PlacementLog())
    elif not enabled and found is not None:
        pop(found)


def get_log_device_placement() -> bool:
    """Whether ``set_log_device_placement`` is on."""
    return _placement_log() is not None


# -- tracebacks ------------------------------------------------------------------------------------------------------

_filtering = [True]


def enable_traceback_filtering() -> None:
    """Allow tracebacks to leave out frames of the library (they are left out where a function is converted)."""
    _filtering[0] = True


def disable_traceback_filtering() -> None:
    """Ask for tracebacks with all frames."""
    _filtering[0] = False


def is_traceback_filtering_enabled() -> bool:
    """Whether tracebacks may leave out frames of the library.

    >>> tf.debugging.is_traceback_filtering_enabled()
    True
    """
    return _filtering[0]


# -- TensorBoard's debugger ------------------------------------------------------------------------------------------


def enable_dump_debug_info(
    dump_root: str,
    tensor_debug_mode: str = "NO_TENSOR",
    circular_buffer_size: int = 1000,
    op_regex: str | None = None,
    tensor_dtypes: Any = None,
) -> NoReturn:
    """Raise: files for TensorBoard's Debugger V2 are not written.

    Raises:
        tf.errors.UnimplementedError: Always; ``enable_check_numerics`` finds bad numbers.
    """
    raise UnimplementedError(
        None, None, "flowstone writes no files for Debugger V2. Use tf.debugging.enable_check_numerics() or tf.print."
    )


def disable_dump_debug_info() -> None:
    """Do nothing: nothing is dumped."""
