"""The callback that shows progress."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from flowstone_layers.callbacks.callback import Callback
from flowstone_layers.utils.progbar import Progbar


class ProgbarLogger(Callback):
    """Shows a progress bar for each epoch, with the values so far."""

    def __init__(self) -> None:
        super().__init__()
        self.progbar: Progbar | None = None
        self.target: int | None = None
        self.verbose = 1
        self.epochs = 1
        self.seen = 0
        self._in_training = False

    def set_params(self, params: dict[str, Any]) -> None:
        """Take verbosity, epochs and steps."""
        super().set_params(params)
        self.verbose = params["verbose"]
        self.epochs = params["epochs"]
        self.target = params["steps"]

    def on_train_begin(self, logs: Any = None) -> None:
        """Note that evaluations inside show no bar of their own."""
        self._in_training = True

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Start a bar."""
        self._reset()
        if self.verbose and self.epochs > 1:
            sys.stdout.write(f"Epoch {epoch + 1}/{self.epochs}\n")

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Move the bar."""
        self._move(batch, logs)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Finish the bar, with the values of the validation."""
        self._finish(logs)

    def on_test_begin(self, logs: Any = None) -> None:
        """Start a bar."""
        if not self._in_training:
            self._reset()

    def on_test_batch_end(self, batch: int, logs: Any = None) -> None:
        """Move the bar."""
        if not self._in_training:
            self._move(batch, logs)

    def on_test_end(self, logs: Any = None) -> None:
        """Finish the bar."""
        if not self._in_training:
            self._finish(logs)

    def on_predict_begin(self, logs: Any = None) -> None:
        """Start a bar."""
        self._reset()

    def on_predict_batch_end(self, batch: int, logs: Any = None) -> None:
        """Move the bar."""
        self._move(batch, None)

    def on_predict_end(self, logs: Any = None) -> None:
        """Finish the bar."""
        self._finish(logs)

    def _reset(self) -> None:
        self.seen = 0
        self.progbar = Progbar(self.target, verbose=self.verbose)

    def _move(self, batch: int, logs: Any) -> None:
        self.seen = batch + 1
        if self.verbose == 1 and self.progbar is not None and self.seen != self.target and self.progbar._dynamic:
            self._show(logs, finalize=False)

    def _finish(self, logs: Any) -> None:
        if self.progbar is not None:
            self.target = self.progbar.target = self.target or self.seen
            self._show(logs, finalize=True)

    def _show(self, logs: Any, finalize: bool) -> None:
        assert self.progbar is not None
        values = [(name, float(np.asarray(value))) for name, value in (logs or {}).items() if np.ndim(value) == 0]
        self.progbar.stateful_metrics |= {name for name, _ in values}
        self.progbar.update(self.seen if not finalize else self.target or self.seen, values, finalize=finalize)
