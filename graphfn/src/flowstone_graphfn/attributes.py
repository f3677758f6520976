"""What functions declare about themselves: ``experimental_implements`` and ``experimental_attributes``.

Nothing here acts on them; they go along into files, where other tools look for them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

IMPLEMENTS: Final = "_implements"

KNOWN: Final = frozenset(
    """
    _OutputsOnOpDevice _disable_acd _implements _noinline _tf_data_function api_implements api_preferred_device
    disable_summaries_at_runtime experimental_ints_on_device function_runs_at_most_once go_backwards
    runtime_constant_optimization time_major
    """.split()
)
"""The names that TensorFlow knows."""


def function_attributes(implements: str | None, given: Mapping[str, Any] | None) -> dict[str, Any]:
    """The attributes of a function by name.

    Raises:
        ValueError: If a name is not known, or a value cannot be written to a file.
    """
    attributes = dict(given or {})
    if implements is not None:
        attributes[IMPLEMENTS] = implements
    for name, value in attributes.items():
        if name not in KNOWN:
            raise ValueError(
                f"`{name}` is not supported by tf.function as an attribute; experimental_attributes may have "
                f"{', '.join(sorted(KNOWN))}."
            )
        if not isinstance(value, (bool, int, float, str, bytes)):
            raise ValueError(
                f"The attribute {name} of a tf.function must be a bool, int, float or string, got {value!r} of type "
                f"{type(value).__name__}."
            )
    return attributes
