"""``tf.train.CheckpointManager``: a folder that keeps the latest few checkpoints."""

from __future__ import annotations

import os
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flowstone_core.files import tensorflow_errors

from flowstone_savedmodel.checkpoint.bundle_writer import index_path
from flowstone_savedmodel.checkpoint.checkpoint import Checkpoint
from flowstone_savedmodel.checkpoint.options import CheckpointOptions
from flowstone_savedmodel.checkpoint.state import PathLike, get_checkpoint_state, write_checkpoint_state

_HOUR = 3600.0


class CheckpointManager:
    """Saves numbered checkpoints in a folder and deletes old ones.

    Args:
        checkpoint: The checkpoint to save and restore.
        directory: The folder.
        max_to_keep: How many checkpoints to keep; all if None.
        keep_checkpoint_every_n_hours: Keep one for good each so many hours, beyond the latest ones.
        checkpoint_name: What the files are called, before the number.
        step_counter: A variable that counts steps; needed for *checkpoint_interval*.
        checkpoint_interval: Save only if so many steps passed since the last time.
        init_fn: Called by :meth:`restore_or_initialize` when there is nothing to restore.
        last_checkpoint_step: The step of the last checkpoint, if the manager goes on from another's.

    Raises:
        ValueError: If *max_to_keep* is not positive, or an interval comes without a counter.

    >>> import tempfile
    >>> manager = CheckpointManager(Checkpoint(), tempfile.mkdtemp(), max_to_keep=2)
    >>> for _ in range(3):
    ...     _ = manager.save()
    >>> [os.path.basename(path) for path in manager.checkpoints]
    ['ckpt-2', 'ckpt-3']
    """

    def __init__(
        self,
        checkpoint: Checkpoint,
        directory: PathLike,
        max_to_keep: int | None,
        keep_checkpoint_every_n_hours: float | None = None,
        checkpoint_name: str = "ckpt",
        step_counter: Any = None,
        checkpoint_interval: int | None = None,
        init_fn: Callable[[], Any] | None = None,
        last_checkpoint_step: int | None = None,
    ) -> None:
        if max_to_keep is not None and max_to_keep <= 0:
            raise ValueError(f"Expected a positive integer or `None` for `max_to_keep`, got {max_to_keep}.")
        if checkpoint_interval is not None and step_counter is None:
            raise ValueError("`step_counter` should be passed if `checkpoint_interval` is not None.")
        self._checkpoint = checkpoint
        self._directory = os.fspath(directory)
        self._prefix = os.path.join(self._directory, checkpoint_name)
        self._max_to_keep = max_to_keep
        self._keep_every = keep_checkpoint_every_n_hours
        self._step_counter = step_counter
        self._interval = checkpoint_interval
        self._init_fn = init_fn
        self._last_step = last_checkpoint_step
        self._written: dict[str, float] = {}
        self._latest: str | None = None
        self._last_preserved = time.time() - 1.0
        self._recover()

    def _recover(self) -> None:
        """Go on from what an earlier manager left in the folder."""
        state = get_checkpoint_state(self._directory)
        if state is None:
            return
        now = time.time()
        self._latest = state.model_checkpoint_path
        self._last_preserved = state.last_preserved_timestamp
        if now < self._last_preserved:
            warnings.warn(
                f"The last checkpoint kept in {self._directory} is from the future; was the clock set back?",
                stacklevel=4,
            )
            self._last_preserved = now
        paths = list(state.all_model_checkpoint_paths)
        times = list(state.all_model_checkpoint_timestamps) or [self._last_preserved] * len(paths)
        for path, written in zip(paths, times, strict=False):
            if min(written, now) > self._last_preserved:
                self._written[path] = min(written, now)

    @property
    def directory(self) -> str:
        """The folder."""
        return self._directory

    @property
    def checkpoint(self) -> Checkpoint:
        """The checkpoint that is saved."""
        return self._checkpoint

    @property
    def checkpoint_interval(self) -> int | None:
        """How many steps lie between two checkpoints."""
        return self._interval

    @property
    def latest_checkpoint(self) -> str | None:
        """The path of the latest checkpoint, or None."""
        return self._latest

    @property
    def checkpoints(self) -> list[str]:
        """The paths of the checkpoints that may still be deleted, the oldest first."""
        return list(self._written)

    def save(
        self,
        checkpoint_number: Any = None,
        check_interval: bool = True,
        options: CheckpointOptions | None = None,
    ) -> str | None:
        """Write a checkpoint and delete those that are too many.

        Args:
            checkpoint_number: A number or variable to put into the path; by default the save counter.
            check_interval: Whether to do nothing when too few steps have passed.
            options: How to write.

        Returns:
            The path; None if too few steps have passed.

        Raises:
            OpError: If a file cannot be written.
        """
        if self._interval is not None:
            step = int(self._step_counter)
            if self._last_step is not None:
                wanted = self._last_step + (self._interval if check_interval else 0)
                if step == self._last_step or step < wanted:
                    return None
            self._last_step = step
        number = self._checkpoint.save_counter.assign_add(1)
        number = int(number if checkpoint_number is None else checkpoint_number)
        path = self._checkpoint.write(f"{self._prefix}-{number}", options)
        self._written.pop(path, None)  # one that is written again is the newest
        self._written[path] = time.time()
        self._latest = path
        # The folder's state is written before anything is deleted, so that it never names what is gone.
        self._record()
        if self._sweep():
            self._record()
        return path

    def _record(self) -> None:
        assert self._latest is not None
        write_checkpoint_state(
            self._directory,
            self._latest,
            list(self._written),
            list(self._written.values()),
            self._last_preserved,
        )

    def _sweep(self) -> bool:
        """Delete the oldest checkpoints beyond the limit, or let go of them for good; whether there were any."""
        surplus = len(self._written) - (self._max_to_keep or len(self._written))
        for path, written in list(self._written.items())[: max(0, surplus)]:
            del self._written[path]
            if self._keep_every and written - self._keep_every * _HOUR >= self._last_preserved:
                self._last_preserved = written
                continue
            _delete(path)
        return surplus > 0

    def restore_or_initialize(self) -> str | None:
        """Restore the latest checkpoint; call ``init_fn`` if there is none.

        Returns:
            The path of what was restored, or None.
        """
        if self._latest is not None:
            self._checkpoint.restore(self._latest)
            if self._interval is not None:
                self._last_step = int(self._step_counter)
            return self._latest
        if self._init_fn is not None:
            self._init_fn()
        return None

    def sync(self) -> None:
        """Wait until everything is written, which it always is."""


def _delete(prefix: str) -> None:
    """Remove a checkpoint's files; the index first, so that nothing half deleted looks whole."""
    with tensorflow_errors(f"delete the checkpoint {prefix!r}"):
        index_path(prefix).unlink(missing_ok=True)
        path = Path(prefix)
        for shard in path.parent.glob(f"{_literal(path.name)}.data-?????-of-?????"):
            shard.unlink(missing_ok=True)


def _literal(name: str) -> str:
    """*name* with the characters that mean something in a glob taken literally."""
    return "".join(f"[{each}]" if each in "*?[" else each for each in name)
