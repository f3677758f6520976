"""The learning rate as a function of the epoch."""

from __future__ import annotations

from typing import Any

from flowstone_layers.callbacks.callback import Callback


class LearningRateScheduler(Callback):
    """Sets the learning rate to ``schedule(epoch, learning_rate)`` before each epoch.

    Args:
        schedule: The function; it may also take the epoch only.
        verbose: Whether the new rate is reported.
    """

    def __init__(self, schedule: Any, verbose: int = 0) -> None:
        super().__init__()
        self.schedule = schedule
        self.verbose = verbose

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Set the rate.

        Raises:
            ValueError: If the schedule returns no number.
        """
        optimizer = self.model.optimizer
        try:
            rate = self.schedule(epoch, float(optimizer.learning_rate.numpy()))
        except TypeError:
            rate = self.schedule(epoch)
        if not isinstance(rate, (int, float)) and not hasattr(rate, "dtype"):
            raise ValueError(f"The output of the `schedule` function should be a float. Got: {rate}")
        optimizer.learning_rate = float(rate)
        if self.verbose > 0:
            print(f"\nEpoch {epoch + 1}: LearningRateScheduler setting learning rate to {float(rate)}.")

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Add the rate to the logs."""
        if logs is not None:
            logs["learning_rate"] = float(self.model.optimizer.learning_rate.numpy())
