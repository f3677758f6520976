"""``tf.io.gfile``: folders and files by name, with TensorFlow's errors."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flowstone_core.errors import (
    AlreadyExistsError,
    FailedPreconditionError,
    InvalidArgumentError,
    NotFoundError,
    UnimplementedError,
)
from flowstone_core.files import tensorflow_errors
from flowstone_core.glob_patterns import matches_of

_SCHEMES = ("", "file")


def local(path: Any) -> str:
    """A path as the operating system takes it, without ``file://``.

    Raises:
        TypeError: If it is no path.
        UnimplementedError: If it is on a file system that is not there.
    """
    name = os.fsdecode(path)
    scheme, separator, rest = name.partition("://")
    if not separator:
        return name
    if scheme not in _SCHEMES:
        raise UnimplementedError(
            None, None, f"{name}: there is no file system {scheme!r}; expected a local path. Copy the file first."
        )
    return rest


def exists(path: Any) -> bool:
    """Whether there is a file or folder at ``path``.

    >>> tf.io.gfile.exists("/nowhere/at/all")
    False
    """
    return os.path.exists(local(path))


def isdir(path: Any) -> bool:
    """Whether there is a folder at ``path``."""
    return os.path.isdir(local(path))


def listdir(path: Any) -> list[str]:
    """The names in a folder, in no order.

    Raises:
        tf.errors.NotFoundError: If there is no such folder.
    """
    name = local(path)
    if not os.path.isdir(name):
        raise NotFoundError(None, None, f"Cannot list {name}: there is no such folder.")
    with tensorflow_errors(f"list {name}"):
        return os.listdir(name)


def glob(pattern: Any) -> list[str]:
    r"""The paths that match a pattern, or any of a list of patterns, in order.

    ``*`` stands for any characters but ``/``, ``?`` for one of them, ``[a-c]`` for one of these, ``[^a]`` for one
    that is not; ``\`` takes the next character as it is.
    """
    patterns = [pattern] if isinstance(pattern, (str, bytes, os.PathLike)) else pattern
    with tensorflow_errors(f"list {pattern}"):
        return [path for each in patterns for path in matches_of(local(each))]


def walk(
    top: Any, topdown: bool = True, onerror: Callable[[Any], Any] | None = None
) -> Iterator[tuple[str, list[str], list[str]]]:
    """Each folder from ``top`` down as ``(folder, names of folders, names of files)``.

    Args:
        top: Where to begin.
        topdown: Whether a folder comes before those inside.
        onerror: Called with the error of a folder that cannot be listed, which is left out.
    """
    name = os.fsdecode(top)
    try:
        names = listdir(name)
    except NotFoundError as error:
        if onerror is not None:
            onerror(error)
        return
    folders = [each for each in names if isdir(join(name, each))]
    files = [each for each in names if each not in set(folders)]
    if topdown:
        yield name, folders, files
    for folder in folders:
        yield from walk(join(name, folder), topdown, onerror)
    if not topdown:
        yield name, folders, files


def mkdir(path: Any) -> None:
    """Make a folder, if it is not there.

    Raises:
        tf.errors.NotFoundError: If the folder above is not there.
    """
    name = local(path)
    if not os.path.lexists(name):
        with tensorflow_errors(f"make the folder {name}"):
            os.mkdir(name)


def makedirs(path: Any) -> None:
    """Make a folder and those above it, as far as they are not there.

    Raises:
        tf.errors.FailedPreconditionError: If a file is in the way.
    """
    name = local(path)
    with tensorflow_errors(f"make the folder {name}"):
        os.makedirs(name, exist_ok=True)


def remove(path: Any) -> None:
    """Delete a file.

    Raises:
        tf.errors.NotFoundError: If there is none.
        tf.errors.FailedPreconditionError: If it is a folder; see ``rmtree``.
    """
    name = local(path)
    if os.path.isdir(name) and not os.path.islink(name):
        raise FailedPreconditionError(None, None, f"Cannot delete {name}: it is a folder. Use tf.io.gfile.rmtree.")
    with tensorflow_errors(f"delete {name}"):
        os.remove(name)


def rmtree(path: Any) -> None:
    """Delete a folder and all that is in it (or a single file).

    Raises:
        tf.errors.NotFoundError: If there is nothing at ``path``.
    """
    name = local(path)
    with tensorflow_errors(f"delete {name}"):
        if os.path.isdir(name) and not os.path.islink(name):
            shutil.rmtree(name)
        else:
            os.remove(name)


def _check_free(name: str, overwrite: bool) -> None:
    if not overwrite and os.path.exists(name):
        raise AlreadyExistsError(None, None, f"{name} exists already; overwrite=True replaces it.")


def copy(src: Any, dst: Any, overwrite: bool = False) -> None:
    """Copy a file.

    Args:
        src: The file.
        dst: The path of the copy.
        overwrite: Whether it may replace a file.

    Raises:
        tf.errors.AlreadyExistsError: If there is one and ``overwrite`` is False.
        tf.errors.NotFoundError: If ``src``, or the folder of ``dst``, is not there.
    """
    source, target = local(src), local(dst)
    _check_free(target, overwrite)
    if os.path.isdir(source):
        raise InvalidArgumentError(None, None, f"Cannot copy {source}: it is a folder, expected a file.")
    with tensorflow_errors(f"copy {source} to {target}"):
        if not (os.path.exists(target) and os.path.samefile(source, target)):
            shutil.copyfile(source, target)


def rename(src: Any, dst: Any, overwrite: bool = False) -> None:
    """Rename or move a file or folder.

    Args:
        src: Its path.
        dst: Its new path.
        overwrite: Whether it may replace a file.

    Raises:
        tf.errors.AlreadyExistsError: If there is one and ``overwrite`` is False.
        tf.errors.NotFoundError: If ``src`` is not there.
    """
    source, target = local(src), local(dst)
    _check_free(target, overwrite)
    with tensorflow_errors(f"rename {source} to {target}"):
        os.replace(source, target)


@dataclass(frozen=True)
class FileStatistics:
    """What is known of a file without reading it.

    Attributes:
        length: Its size in bytes.
        mtime_nsec: When it was changed, in nanoseconds since 1970.
        is_directory: Whether it is a folder.
    """

    length: int
    mtime_nsec: int
    is_directory: bool


def stat(path: Any) -> FileStatistics:
    """The size, the time of the last change and the kind of a file.

    Raises:
        tf.errors.NotFoundError: If there is nothing at ``path``.
    """
    name = local(path)
    with tensorflow_errors(f"look at {name}"):
        found = os.stat(name)
        return FileStatistics(found.st_size, found.st_mtime_ns, os.path.isdir(name))


def join(path: Any, *paths: Any) -> Any:
    """Parts of a path as one; an absolute part replaces what is before it.

    >>> tf.io.gfile.join("folder", "file.txt")
    'folder/file.txt'
    """
    return Path(path, *paths) if isinstance(path, Path) else os.path.join(path, *paths)


def get_registered_schemes() -> list[str]:
    """What may stand before ``://`` in a path: local files only."""
    return list(_SCHEMES)
