"""What is in a table, as checkpoints hold it."""

from __future__ import annotations

from typing import Any, Final

from flowstone_core.errors import InvalidArgumentError
from flowstone_core.ops import lookup as ops
from flowstone_core.table import Table

STATE: Final = "table"
"""The name of a table's state; its parts have the suffixes ``-keys`` and ``-values``."""


def table_of(handle: Any) -> Table | None:
    """The table behind a handle, if it is one."""
    table = getattr(handle, "_array", None)
    return table if isinstance(table, Table) else None


def serialized_table(handle: Any) -> dict[str, Any]:
    """The keys and values of a table, by name.

    Raises:
        InvalidArgumentError: If the handle leads to something else.
    """
    table = table_of(handle)
    if table is None:
        raise InvalidArgumentError(None, None, f"A table was expected behind the handle {handle!r}.")
    keys, values = ops.LOOKUP_TABLE_EXPORT(handle, Tkeys=table.key_dtype, Tvalues=table.value_dtype)
    return {STATE: {"-keys": keys, "-values": values}}
