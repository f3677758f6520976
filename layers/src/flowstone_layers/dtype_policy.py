"""Type policies: the type that a layer computes in and the type of its variables."""

from __future__ import annotations

from typing import Any

from flowstone_core.dtypes import as_dtype

from flowstone_layers.config import floatx, standardize_dtype

_MIXED = {"mixed_float16": "float16", "mixed_bfloat16": "bfloat16"}


class DTypePolicy:
    """A type for computing and one for variables: ``"float32"``, or ``"mixed_float16"``.

    >>> tf.keras.mixed_precision.Policy("mixed_bfloat16").variable_dtype
    'float32'

    Raises:
        TypeError: If ``name`` is not a string.
        ValueError: If it names no type.
    """

    def __init__(self, name: Any = None, source_name: str | None = None) -> None:
        name = default_name() if name is None else name
        if not isinstance(name, str):
            raise TypeError(
                f"'name' must be a string, such as 'mixed_float16'. Received: name={name} (of type {type(name)})"
            )
        self._name = name
        self._source_name = source_name
        self._compute_dtype = _MIXED.get(name) or _checked(name)
        self._variable_dtype = "float32" if name in _MIXED else self._compute_dtype

    @property
    def name(self) -> str:
        """The policy's name."""
        return self._name

    @property
    def compute_dtype(self) -> str:
        """The type that layers compute in, and cast their float inputs to."""
        return self._compute_dtype

    @property
    def variable_dtype(self) -> str:
        """The type of layers' variables."""
        return self._variable_dtype

    @property
    def quantization_mode(self) -> None:
        """None: layers are not quantized."""
        return None

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal policy."""
        return {"name": self._name}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> DTypePolicy:
        """The policy that ``get_config`` described."""
        return cls(**config)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DTypePolicy) and self._name == other._name

    def __hash__(self) -> int:
        return hash(self._name)

    def __repr__(self) -> str:
        return f'<DTypePolicy "{self._name}">'


def _checked(name: str) -> str:
    try:
        return as_dtype(name).name
    except TypeError:
        raise ValueError(
            f"Cannot convert '{name}' to a mixed precision DTypePolicy. Valid policies include 'mixed_float16', "
            "'mixed_bfloat16', and the name of any float dtype such as 'float32'."
        ) from None


_global: dict[str, DTypePolicy] = {}


def default_name() -> str:
    """The name of the global policy."""
    return _global["policy"].name if "policy" in _global else floatx()


def dtype_policy() -> DTypePolicy:
    """The policy of layers that are given none."""
    return _global.get("policy") or DTypePolicy(floatx())


def set_dtype_policy(policy: Any) -> None:
    """Set the policy of layers that are given none; None returns to the default float type."""
    if policy is None:
        _global.pop("policy", None)
    else:
        _global["policy"] = get(policy)


def get(identifier: Any) -> DTypePolicy:
    """A policy from a policy, a type, a name, a configuration, or None for the global one."""
    if identifier is None:
        return dtype_policy()
    if isinstance(identifier, DTypePolicy):
        return identifier
    if isinstance(identifier, dict):
        return DTypePolicy.from_config(identifier.get("config", identifier))
    if isinstance(identifier, str):
        return DTypePolicy(identifier)
    return DTypePolicy(standardize_dtype(identifier))
