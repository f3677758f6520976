"""``tf.xla.experimental``: the older names for what ``tf.function(jit_compile=True)`` does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from flowstone_core import nest
from flowstone_core.conversion import convert_to_tensor
from flowstone_core.interpreter import executing_eagerly

from flowstone_graphfn.function import function


def compile(computation: Callable[..., Any], inputs: Sequence[Any] | None = None) -> Any:
    """Compile a function of tensors and run it; ``tf.function(jit_compile=True)`` keeps what was compiled.

    >>> tf.xla.experimental.compile(lambda x: x + 1, [tf.constant(1)])
    [<tf.Tensor: shape=(), dtype=int32, numpy=2>]

    Args:
        computation: Takes the inputs.
        inputs: A list of tensors, or of what can be converted to them.

    Returns:
        A list of the results, if they are one tensor or a flat list or tuple of them; a nested structure as it is.

    Raises:
        TypeError: If ``inputs`` is no list.
    """
    if inputs is not None and not isinstance(inputs, Sequence):
        raise TypeError(f"xla.compile() inputs must be a list or tuple. Received: inputs={inputs!r}.")
    arguments = [nest.map_structure(convert_to_tensor, each) for each in inputs or ()]
    result = function(computation, jit_compile=True)(*arguments)
    if not nest.is_nested(result):
        return [] if result is None else [result]
    return list(result) if isinstance(result, (list, tuple)) and not any(map(nest.is_nested, result)) else result


@contextmanager
def jit_scope(compile_ops: Any = True, separate_compiled_gradients: bool = False) -> Iterator[None]:
    """Inside a ``tf.function``: that its ops may be compiled, as they are anyway.

    Args:
        compile_ops: Accepted.
        separate_compiled_gradients: Accepted.

    Raises:
        RuntimeError: Outside of a ``tf.function``.
    """
    if executing_eagerly():
        raise RuntimeError(
            "xla.experimental.jit_scope is not supported when eager execution is enabled. Try use it inside tf.function."
        )
    yield
