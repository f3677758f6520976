"""The ``flowstone cache`` command."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from flowstone_core.tables import print_table

from flowstone_kernels_simd import cache


def cache_command(arguments: list[str]) -> int:
    """Show or clear the compiled code that is kept on disk."""
    parser = argparse.ArgumentParser(prog="flowstone cache", description=cache_command.__doc__)
    parser.add_argument("action", choices=["ls", "clear"], help="list the objects, or remove them")
    options = parser.parse_args(arguments)
    where = cache.folder()
    if where is None:
        print(f"there is no cache: {cache.FOLDER_VARIABLE} is empty")
        return 0
    if options.action == "clear":
        print(f"removed {cache.clear()} objects from {where}")
        return 0
    _show(where)
    return 0


def _show(where: Path) -> None:
    """List the objects, the last used first."""
    found = sorted(cache.entries(where), key=lambda entry: -entry[1].st_mtime)
    if not found:
        print(f"there is no compiled code in {where}")
        return
    rows = [
        [
            path.stem[:12],
            f"{status.st_size / 1024:.1f} KiB",
            time.strftime("%Y-%m-%d %H:%M", time.localtime(status.st_mtime)),
            cache.label_of(path),
        ]
        for path, status in found
    ]
    print_table(f"Compiled code in {where}", ["object", "size", "last used", "what"], rows)
    size = sum(status.st_size for _, status in found)
    print(f"{len(rows)} objects, {size / 2**20:.1f} of at most {cache.LIMIT / 2**20:.0f} MiB")
