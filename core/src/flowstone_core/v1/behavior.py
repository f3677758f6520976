"""Switches and leftovers of the time of graphs and sessions, where TensorFlow 2 gives them a meaning."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Any

from flowstone_core.conversion import convert_to_tensor
from flowstone_core.ops.control import no_op
from flowstone_core.ops.selection import SELECT
from flowstone_core.ops.selection import where as where_v2
from flowstone_core.shapes import as_shape


def enable_v2_behavior() -> None:
    """TensorFlow 2's behaviour is the only one here."""


enable_v2_tensorshape = enable_resource_variables = enable_tensor_equality = enable_control_flow_v2 = enable_v2_behavior


def enable_eager_execution(config: Any = None, device_policy: Any = None, execution_mode: Any = None) -> None:
    """Ops run at once already."""


def control_flow_v2_enabled() -> bool:
    """Graphs hold functional control flow: yes."""
    return True


def executing_eagerly_outside_functions() -> bool:
    """Outside of ``tf.function`` ops run at once: yes."""
    return True


def reset_default_graph() -> None:
    """There is no default graph to forget."""


def colocate_with(op: Any, ignore_existing: bool = False) -> AbstractContextManager[None]:
    """A context in which ops run where ``op`` does: on one device, anywhere."""
    return nullcontext()


def global_variables_initializer() -> None:
    """Variables have their values from the start."""
    return no_op()


def variables_initializer(var_list: Any, name: str = "init") -> None:
    """Variables have their values from the start."""
    return no_op(name=name)


def placeholder_with_default(input: Any, shape: Any, name: str | None = None) -> Any:
    """``input``: nothing is fed where ops run at once.

    Raises:
        ValueError: Its shape is not like ``shape``.
    """
    tensor = convert_to_tensor(input, name=name)
    tensor.shape.assert_is_compatible_with(as_shape(shape))
    return tensor


def where(condition: Any, x: Any = None, y: Any = None, name: str | None = None) -> Any:
    """``x`` where ``condition`` holds and ``y`` elsewhere, without broadcasting; without them, the indices where it holds.

    A vector ``condition`` chooses between whole rows of ``x`` and ``y``, which have the same shape.
    """
    if x is None and y is None:
        return where_v2(condition, name=name)
    if x is None or y is None:
        raise ValueError("where() takes both x and y, or neither.")
    chosen, other = convert_to_tensor(x), convert_to_tensor(y)
    return SELECT(convert_to_tensor(condition), chosen, other, name=name)
