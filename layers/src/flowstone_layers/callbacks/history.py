"""The callback that remembers each epoch's values: what ``fit`` returns."""

from __future__ import annotations

from typing import Any

from flowstone_layers.callbacks.callback import Callback


class History(Callback):
    """The values of each epoch.

    Attributes:
        epoch: The numbers of the epochs.
        history: Name to the list of values.
    """

    def __init__(self) -> None:
        super().__init__()
        self.history: dict[str, list[Any]] = {}
        self.epoch: list[int] = []

    def on_train_begin(self, logs: Any = None) -> None:
        """Start anew."""
        self.epoch = []

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Take an epoch's values."""
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)
        self.model.history = self
