"""``tf.train.CheckpointOptions``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any


class CheckpointOptions:
    """How a checkpoint is written or read.

    Args:
        experimental_io_device: Accepted: there is one device.
        experimental_enable_async_checkpoint: Accepted: writing ends before the call returns.
        experimental_write_callbacks: Functions that are called after a checkpoint was written, with its path if
            they take an argument.
        enable_async: Accepted: writing ends before the call returns.
        experimental_skip_slot_variables: Accepted: optimizers have no slot variables of the old kind.
        experimental_sharding_callback: Accepted: a checkpoint is one shard.

    >>> CheckpointOptions(enable_async=True).enable_async
    True
    """

    def __init__(
        self,
        experimental_io_device: str | None = None,
        experimental_enable_async_checkpoint: bool = False,
        experimental_write_callbacks: Sequence[Callable[..., Any]] | None = None,
        enable_async: bool = False,
        experimental_skip_slot_variables: bool = False,
        experimental_sharding_callback: Any = None,
    ) -> None:
        self.experimental_io_device = experimental_io_device
        self.enable_async = experimental_enable_async_checkpoint or enable_async
        self.experimental_enable_async_checkpoint = self.enable_async
        self.experimental_write_callbacks = experimental_write_callbacks
        self.experimental_skip_slot_variables = experimental_skip_slot_variables
        self.experimental_sharding_callback = experimental_sharding_callback
