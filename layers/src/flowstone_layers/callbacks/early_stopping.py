"""An end to training when a value no longer improves."""

from __future__ import annotations

import warnings
from typing import Any

from flowstone_layers.callbacks.callback import Callback


class EarlyStopping(Callback):
    """Stops ``fit`` when a value of the logs has not improved for ``patience`` epochs.

    Args:
        monitor: The name of the value.
        min_delta: The least change that counts as an improvement.
        patience: The number of epochs without improvement to wait for.
        verbose: Whether stopping is reported.
        mode: ``"min"``, ``"max"``, or ``"auto"``: max for names that end in acc, accuracy or auc.
        baseline: A value that must be improved on, too.
        restore_best_weights: Whether the weights of the best epoch come back.
        start_from_epoch: The first epoch that counts.
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        min_delta: float = 0,
        patience: int = 0,
        verbose: int = 0,
        mode: str = "auto",
        baseline: float | None = None,
        restore_best_weights: bool = False,
        start_from_epoch: int = 0,
    ) -> None:
        super().__init__()
        if mode not in ("auto", "min", "max"):
            raise ValueError(f"EarlyStopping mode {mode!r} is none of 'auto', 'min' and 'max'.")
        self.monitor = monitor
        self.min_delta = abs(min_delta)
        self.patience = patience
        self.verbose = verbose
        self.mode = mode
        self.baseline = baseline
        self.restore_best_weights = restore_best_weights
        self.start_from_epoch = start_from_epoch
        self._rising = mode == "max" or (mode == "auto" and monitor.endswith(("acc", "accuracy", "auc")))
        self._start()

    def _start(self) -> None:
        self.wait = 0
        self.stopped_epoch = 0
        self.best: float | None = None
        self.best_weights: Any = None
        self.best_epoch = 0

    def on_train_begin(self, logs: Any = None) -> None:
        """Forget an earlier run."""
        self._start()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Compare the value, and stop if it is time."""
        current = (logs or {}).get(self.monitor)
        if current is None:
            known = ",".join(logs or {})
            warnings.warn(
                f"Early stopping conditioned on metric `{self.monitor}` which is not available. "
                f"Available metrics are: {known}",
                stacklevel=2,
            )
            return
        if epoch < self.start_from_epoch:
            return
        if self.restore_best_weights and self.best_weights is None:
            self.best_weights, self.best_epoch = self.model.get_weights(), epoch
        self.wait += 1
        if self.best is None or self._better(current, self.best):
            self.best, self.best_epoch = current, epoch
            if self.restore_best_weights:
                self.best_weights = self.model.get_weights()
            if self.baseline is None or self._better(current, self.baseline):
                self.wait = 0
            return
        if self.wait >= self.patience and epoch > 0:
            self.stopped_epoch = epoch
            self.model.stop_training = True

    def _better(self, value: float, reference: float) -> bool:
        return value - self.min_delta > reference if self._rising else value + self.min_delta < reference

    def on_train_end(self, logs: Any = None) -> None:
        """Report, and bring the best weights back."""
        if self.stopped_epoch > 0 and self.verbose > 0:
            print(f"Epoch {self.stopped_epoch + 1}: early stopping")
        if self.restore_best_weights and self.best_weights is not None:
            if self.verbose > 0:
                print(f"Restoring model weights from the end of the best epoch: {self.best_epoch + 1}.")
            self.model.set_weights(self.best_weights)
