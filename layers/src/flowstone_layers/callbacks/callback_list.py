"""Several callbacks as one."""

from __future__ import annotations

from typing import Any

from flowstone_core import nest

from flowstone_layers.callbacks.callback import Callback
from flowstone_layers.callbacks.history import History
from flowstone_layers.callbacks.progbar_logger import ProgbarLogger


class CallbackList:
    """Callbacks that are told one after the other.

    Args:
        callbacks: The callbacks.
        add_history: Whether a ``History`` is added if there is none.
        add_progbar: Whether a ``ProgbarLogger`` is added if there is none.
        model: The model.
        **params: The parameters of the run.
    """

    def __init__(
        self,
        callbacks: Any = None,
        add_history: bool = False,
        add_progbar: bool = False,
        model: Any = None,
        **params: Any,
    ) -> None:
        self.callbacks: list[Any] = nest.flatten(callbacks) if callbacks else []
        if add_progbar and not any(isinstance(one, ProgbarLogger) for one in self.callbacks):
            self.callbacks.append(ProgbarLogger())
        if add_history and not any(isinstance(one, History) for one in self.callbacks):
            self.callbacks.append(History())
        if model is not None:
            self.set_model(model)
        if params:
            self.set_params(params)

    @classmethod
    def of(
        cls, callbacks: Any, model: Any, verbose: Any, epochs: int, steps: int | None, history: bool = True
    ) -> CallbackList:
        """The callbacks of one run of a model; those of a ``CallbackList`` as they are."""
        if isinstance(callbacks, cls):
            return callbacks
        verbose = 1 if verbose == "auto" else int(verbose)
        made = cls(callbacks, history, verbose != 0, model, verbose=verbose, epochs=epochs, steps=steps)
        if history:
            model.history = next(one for one in made.callbacks if isinstance(one, History))
        return made

    def append(self, callback: Callback) -> None:
        """Add one."""
        self.callbacks.append(callback)

    def set_params(self, params: dict[str, Any]) -> None:
        """Tell the parameters of the run."""
        self.params = params
        for callback in self.callbacks:
            callback.set_params(params)

    def set_model(self, model: Any) -> None:
        """Tell the model."""
        for callback in self.callbacks:
            callback.set_model(model)

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Before an epoch."""
        for callback in self.callbacks:
            callback.on_epoch_begin(epoch, logs or {})

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """After an epoch."""
        for callback in self.callbacks:
            callback.on_epoch_end(epoch, logs if logs is not None else {})

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        """Before a step of training."""
        for callback in self.callbacks:
            callback.on_train_batch_begin(batch, logs=logs)

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """After a step of training."""
        for callback in self.callbacks:
            callback.on_train_batch_end(batch, logs=logs)

    def on_test_batch_begin(self, batch: int, logs: Any = None) -> None:
        """Before a step of evaluation."""
        for callback in self.callbacks:
            callback.on_test_batch_begin(batch, logs=logs)

    def on_test_batch_end(self, batch: int, logs: Any = None) -> None:
        """After a step of evaluation."""
        for callback in self.callbacks:
            callback.on_test_batch_end(batch, logs=logs)

    def on_predict_batch_begin(self, batch: int, logs: Any = None) -> None:
        """Before a step of prediction."""
        for callback in self.callbacks:
            callback.on_predict_batch_begin(batch, logs=logs)

    def on_predict_batch_end(self, batch: int, logs: Any = None) -> None:
        """After a step of prediction."""
        for callback in self.callbacks:
            callback.on_predict_batch_end(batch, logs=logs)

    def on_train_begin(self, logs: Any = None) -> None:
        """Before training."""
        for callback in self.callbacks:
            callback.on_train_begin(logs or {})

    def on_train_end(self, logs: Any = None) -> None:
        """After training."""
        for callback in self.callbacks:
            callback.on_train_end(logs or {})

    def on_test_begin(self, logs: Any = None) -> None:
        """Before evaluation."""
        for callback in self.callbacks:
            callback.on_test_begin(logs or {})

    def on_test_end(self, logs: Any = None) -> None:
        """After evaluation."""
        for callback in self.callbacks:
            callback.on_test_end(logs or {})

    def on_predict_begin(self, logs: Any = None) -> None:
        """Before prediction."""
        for callback in self.callbacks:
            callback.on_predict_begin(logs or {})

    def on_predict_end(self, logs: Any = None) -> None:
        """After prediction."""
        for callback in self.callbacks:
            callback.on_predict_end(logs or {})
