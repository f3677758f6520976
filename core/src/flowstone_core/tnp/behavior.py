"""``experimental_enable_numpy_behavior``: tensors with numpy's methods, operators with numpy's promotion."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flowstone_core import operators
from flowstone_core.api import tf
from flowstone_core.ops import subscript
from flowstone_core.tensor import Tensor, is_tensor
from flowstone_core.tnp import elementwise, indexing, reductions, shaping, types
from flowstone_core.variable import Variable

_PROMOTED = "add sub mul truediv floordiv mod pow lt le gt ge eq ne".split()


def _promoting(operator: Callable[..., Any]) -> Callable[..., Any]:
    """``operator`` on operands of one type."""

    def promoting(x: Any, y: Any) -> Any:
        return operator(*types.promoted(x, y)) if _promotes(x) and _promotes(y) else operator(x, y)

    return promoting


def _promotes(value: Any) -> bool:
    return is_tensor(value) or hasattr(value, "dtype") or isinstance(value, (int, float, complex, list))


def _reshape(self: Any, *shape: Any, order: str = "C") -> Any:
    """The elements in another shape."""
    return shaping.reshape(self, shape[0] if len(shape) == 1 else shape, order)


def _transpose(self: Any, *axes: Any) -> Any:
    """With dimensions in another order."""
    order = axes[0] if len(axes) == 1 and not isinstance(axes[0], int) else axes or None
    return shaping.transpose(self, order)


def _tolist(self: Any) -> Any:
    """Nested lists."""
    return self.numpy().tolist()


def _same(self: Any) -> Any:
    """The tensor itself."""
    return self


_METHODS: dict[str, Any] = {
    "__getitem__": indexing.with_arrays(subscript.getitem),
    "T": property(lambda self: tf.transpose(self)),
    "__pos__": _same,
    "astype": lambda self, dtype: tf.cast(self, dtype),
    "clip": elementwise.clip,
    "data": property(_same),
    "flatten": shaping.flatten,
    "max": reductions.max,
    "mean": reductions.mean,
    "min": reductions.min,
    "ravel": shaping.ravel,
    "reshape": _reshape,
    "size": property(shaping.size),
    "tolist": _tolist,
    "transpose": _transpose,
}


_modes = ("all", "off", "legacy", "safe")


def experimental_enable_numpy_behavior(prefer_float32: bool = False, dtype_conversion_mode: str = "legacy") -> None:
    """Give tensors numpy's methods, and operators numpy's promotion of types, from now on.

    Args:
        prefer_float32: Whether Python floats, and floats that come from integers, have 32 bits.
        dtype_conversion_mode: "legacy" for numpy's promotion, "off" for none.

    Raises:
        ValueError: For an unknown mode.
        NotImplementedError: For the modes "all" and "safe".
    """
    if dtype_conversion_mode not in _modes:
        raise ValueError(f"dtype_conversion_mode {dtype_conversion_mode!r} is none of {_modes}.")
    if dtype_conversion_mode in ("all", "safe"):
        raise NotImplementedError(
            f"dtype_conversion_mode={dtype_conversion_mode!r} needs tensors of weak types, which there are not. "
            "Use 'legacy' (numpy's rules) or 'off'."
        )
    types.prefer_float32[0] = prefer_float32
    for name, method in _METHODS.items():
        setattr(Tensor, name, method)
    if dtype_conversion_mode == "legacy":
        promoting = {name: _promoting(operators._OPERATORS[f"__{name}__"]) for name in _PROMOTED}
        for name, operator in (promoting | {"matmul": shaping.matmul}).items():
            for cls in (Tensor, Variable):
                setattr(cls, f"__{name}__", operator)
                if f"__r{name}__" in operators._OPERATORS:
                    setattr(cls, f"__r{name}__", lambda self, other, operator=operator: operator(other, self))
