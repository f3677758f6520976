"""The ``checkpoint`` file of a folder: which checkpoints it holds, and which is the latest."""

from __future__ import annotations

import os
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from flowstone_core.files import tensorflow_errors, write_whole
from flowstone_protos.checkpoint_state_pb2 import CheckpointState
from google.protobuf import text_format

from flowstone_savedmodel.checkpoint.bundle_writer import index_path

_FILENAME = "checkpoint"

PathLike = str | os.PathLike[str]


def get_checkpoint_state(checkpoint_dir: PathLike, latest_filename: str | None = None) -> CheckpointState | None:
    """What the ``checkpoint`` file of a folder says, its paths joined to the folder.

    Args:
        checkpoint_dir: The folder.
        latest_filename: The file's name, if not ``checkpoint``.

    Returns:
        A message with ``model_checkpoint_path`` and ``all_model_checkpoint_paths``, or None if there is no
        such file, or one that cannot be understood (which is warned about).
    """
    folder = os.fspath(checkpoint_dir)
    path = Path(folder) / (latest_filename or _FILENAME)
    if not path.is_file():
        return None
    state = CheckpointState()
    try:
        with tensorflow_errors(f"read {str(path)!r}"):
            text = path.read_text(encoding="utf-8")
        text_format.Parse(text, state)
    except (text_format.ParseError, UnicodeDecodeError) as error:
        warnings.warn(f"{path} is damaged and was ignored: {error}", stacklevel=2)
        return None
    if not state.model_checkpoint_path:
        warnings.warn(f"{path} names no checkpoint and was ignored.", stacklevel=2)
        return None
    state.model_checkpoint_path = os.path.join(folder, state.model_checkpoint_path)
    state.all_model_checkpoint_paths[:] = [os.path.join(folder, each) for each in state.all_model_checkpoint_paths]
    return state


def write_checkpoint_state(
    folder: str,
    latest: str,
    every: Sequence[str],
    timestamps: Sequence[float] = (),
    last_preserved: float | None = None,
) -> None:
    """Write the ``checkpoint`` file of *folder*; paths are stored relative to it.

    Args:
        folder: Where the file goes.
        latest: The prefix of the latest checkpoint.
        every: All prefixes, the oldest first.
        timestamps: When each was written, in seconds since 1970.
        last_preserved: When the newest of those that are kept for good was written.
    """
    state = CheckpointState(
        model_checkpoint_path=_relative(latest, folder),
        all_model_checkpoint_paths=[_relative(each, folder) for each in every],
        all_model_checkpoint_timestamps=timestamps,
    )
    if last_preserved is not None:
        state.last_preserved_timestamp = last_preserved
    path = Path(folder) / _FILENAME
    with tensorflow_errors(f"write {str(path)!r}"):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, text_format.MessageToString(state).encode())


def _relative(prefix: str, folder: str) -> str:
    return os.path.relpath(prefix, folder or ".")


def checkpoint_exists(checkpoint_prefix: PathLike) -> bool:
    """Whether a checkpoint of this prefix is on disk."""
    return index_path(os.fspath(checkpoint_prefix)).is_file()


def latest_checkpoint(checkpoint_dir: PathLike, latest_filename: str | None = None) -> str | None:
    """The prefix of the latest checkpoint in a folder, to pass to ``restore``; None if there is none.

    >>> import tempfile
    >>> print(latest_checkpoint(tempfile.mkdtemp()))
    None
    """
    state = get_checkpoint_state(checkpoint_dir, latest_filename)
    if state is None:
        return None
    if not checkpoint_exists(state.model_checkpoint_path):
        warnings.warn(
            f"Couldn't match files for checkpoint {state.model_checkpoint_path}, which the folder names as its latest.",
            stacklevel=2,
        )
        return None
    return state.model_checkpoint_path


def checkpoints_iterator(
    checkpoint_dir: PathLike,
    min_interval_secs: float = 0,
    timeout: float | None = None,
    timeout_fn: Callable[[], bool] | None = None,
) -> Iterator[str]:
    """Yield each new checkpoint of a folder as it appears, for evaluation beside training.

    Args:
        checkpoint_dir: The folder to watch.
        min_interval_secs: At least so long between two yields.
        timeout: How long to wait for a new checkpoint; forever if None.
        timeout_fn: Asked after a timeout whether to stop; without it the iterator stops.
    """
    last: str | None = None
    while True:
        found = _wait_for_new(checkpoint_dir, last, timeout)
        if found is None:
            if timeout_fn is None or timeout_fn():
                return
            continue
        start = time.monotonic()
        last = found
        yield found
        time.sleep(max(0.0, start + min_interval_secs - time.monotonic()))


def _wait_for_new(folder: PathLike, last: str | None, timeout: float | None) -> str | None:
    pause = 1.0 if timeout is None else max(0.01, min(1.0, timeout / 4))
    stop = None if timeout is None else time.monotonic() + timeout
    while True:
        found = latest_checkpoint(folder)
        if found is not None and found != last:
            return found
        if stop is not None and time.monotonic() + pause > stop:
            return None
        time.sleep(pause)
