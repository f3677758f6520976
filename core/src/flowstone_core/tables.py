"""Tables on the terminal, for the ``flowstone`` command."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec


def print_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows under a title: framed on a terminal if rich is installed, else in plain aligned columns."""
    if sys.stdout.isatty() and find_spec("rich"):
        _print_framed(title, columns, rows)
    else:
        print(_plain(title, columns, rows))


def _plain(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [columns, *([cell.replace("\n", " ") for cell in row] for row in rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(columns))]
    text = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines]
    return "\n".join([title, *(line.rstrip() for line in text), ""])


def _print_framed(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    escape = import_module("rich.markup").escape
    table = import_module("rich.table").Table(*columns, title=title, title_justify="left")
    for row in rows:
        table.add_row(*map(escape, row))
    import_module("rich.console").Console().print(table)
