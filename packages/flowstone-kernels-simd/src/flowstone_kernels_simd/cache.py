"""Object code on disk: what was compiled once is loaded by the next process.

One file an object, named by the hash of its IR, the processor and LLVM's version. A file holds a magic number,
the hash of the rest, what it is in words (a line), and the code: it is outside data, and one that does not verify is removed and made anew.
Files are written beside and renamed, so that concurrent processes see whole ones; the oldest go when the folder
exceeds its size. Where the folder cannot be written, code is made anew in each process.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

FOLDER_VARIABLE = "FLOWSTONE_CACHE"
"""The environment variable with the folder; empty for no cache."""

MAGIC = b"flowstone-simd-object-2\n"
LIMIT = 256 * 2**20
"""The most bytes that the folder may hold."""


def folder() -> Path | None:
    """Where objects are kept; None if nowhere."""
    chosen = os.environ.get(FOLDER_VARIABLE)
    if chosen is not None:
        return Path(chosen) / "simd" if chosen else None
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "flowstone" / "simd"


def name_of(*parts: str) -> str:
    """The name of the object that these texts determine."""
    digest = hashlib.blake2b(digest_size=20)
    for part in parts:
        digest.update(len(part).to_bytes(8, "little"))
        digest.update(part.encode())
    return digest.hexdigest()


def get(name: str, make: Callable[[], bytes], label: str = "") -> bytes:
    """The object of this name, from the folder or made and put there.

    Args:
        name: Its name.
        make: Makes it.
        label: What it is, for people.
    """
    where = folder()
    found = None if where is None else _read(where / f"{name}.o")
    if found is not None:
        return found
    made = make()
    if where is not None:
        with contextlib.suppress(OSError):  # a cache that cannot be written is no reason to fail
            _write(where, name, made, label)
    return made


def has(name: str) -> bool:
    """Whether the folder has an object of this name."""
    where = folder()
    return where is not None and (where / f"{name}.o").exists()


def _read(path: Path) -> bytes | None:
    try:
        data = path.read_bytes()
    except OSError:
        return None
    head = len(MAGIC) + 32
    content = data[head:]
    if data[: len(MAGIC)] != MAGIC or data[len(MAGIC) : head] != hashlib.sha256(content).digest():
        with contextlib.suppress(OSError):
            path.unlink()
        return None
    with contextlib.suppress(OSError):
        os.utime(path)  # the oldest use goes first
    return content.partition(b"\n")[2]


def label_of(path: Path) -> str:
    """What an object is, in words."""
    try:
        with path.open("rb") as file:
            head = file.read(len(MAGIC) + 32)
            line = file.readline(200) if head.startswith(MAGIC) else b""
    except OSError:
        return ""
    return "".join(char for char in line.decode(errors="replace") if char.isprintable())


def _write(where: Path, name: str, code: bytes, label: str) -> None:
    content = " ".join(label.split())[:160].encode() + b"\n" + code
    where.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, beside = tempfile.mkstemp(dir=where, prefix=".new-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(MAGIC + hashlib.sha256(content).digest() + content)
        os.replace(beside, where / f"{name}.o")
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(beside)
        raise
    _trim(where)


def entries(where: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """The objects in a folder."""
    for path in where.glob("*.o"):
        with contextlib.suppress(OSError):
            yield path, path.stat()


def _trim(where: Path) -> None:
    """Remove the objects that were not used for longest until the folder has room."""
    found = sorted(entries(where), key=lambda entry: entry[1].st_mtime)
    total = sum(status.st_size for _, status in found)
    for path, status in found:
        if total <= LIMIT:
            return
        with contextlib.suppress(OSError):
            path.unlink()
        total -= status.st_size


def clear() -> int:
    """Remove every object; how many there were."""
    where = folder()
    count = 0
    for path, _ in entries(where) if where is not None else ():
        with contextlib.suppress(OSError):
            path.unlink()
            count += 1
    return count
