"""``compile``, ``fit``, ``evaluate``, ``predict``: the training loops of models."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from flowstone_autodiff.tape import GradientTape
from flowstone_core import nest
from flowstone_core.api import tf
from flowstone_graphfn.eagerly import functions_run_eagerly
from flowstone_graphfn.function import function

from flowstone_layers import optimizers
from flowstone_layers.callbacks.callback_list import CallbackList
from flowstone_layers.metrics.reduction_metrics import Mean
from flowstone_layers.models.compile_loss import CompileLoss
from flowstone_layers.models.compile_metrics import CompileMetrics
from flowstone_layers.models.data_adapter import (
    Batches,
    make_batches,
    train_validation_split,
    unpack_x_y_sample_weight,
)
from flowstone_layers.optimizers.loss_scale import LossScaleOptimizer
from flowstone_layers.optimizers.optimizer import Optimizer
from flowstone_layers.saving.objects import deserialize_keras_object, serialize_keras_object


class Trainer:
    """The part of a model that trains it."""

    def __init__(self) -> None:
        self._lock = False
        self._run_eagerly = False
        self.compiled = False
        self.stop_training = False
        self.optimizer: Any = None
        self.loss: Any = None
        self.steps_per_execution = 1
        self._compile_loss: CompileLoss | None = None
        self._compile_metrics: CompileMetrics | None = None
        self._loss_tracker: Mean | None = None
        self.train_function: Callable[..., Any] | None = None
        self.test_function: Callable[..., Any] | None = None
        self.predict_function: Callable[..., Any] | None = None

    # -- compile -------------------------------------------------------------------------------------------

    def compile(
        self,
        optimizer: Any = "rmsprop",
        loss: Any = None,
        loss_weights: Any = None,
        metrics: Any = None,
        weighted_metrics: Any = None,
        run_eagerly: bool = False,
        steps_per_execution: int = 1,
        jit_compile: Any = "auto",
        auto_scale_loss: bool = True,
    ) -> None:
        """Say how the model is trained.

        Args:
            optimizer: An optimizer, its name or configuration.
            loss: A loss, its name, a function ``(y_true, y_pred)``, or a structure of these like the outputs.
            loss_weights: The weight of each output's loss.
            metrics: What is reported: metrics, names, functions; by output if there are several.
            weighted_metrics: The same, weighted by sample weights.
            run_eagerly: Whether steps run without being traced, for debugging.
            steps_per_execution: Accepted; each step is one call.
            jit_compile: Accepted; the kernel providers compile what they can.
            auto_scale_loss: Whether a mixed precision optimizer scales the loss (``mixed_float16``).
        """
        optimizer = optimizers.get(optimizer)
        mixed = self.dtype_policy.name == "mixed_float16"  # type: ignore[attr-defined]
        if auto_scale_loss and mixed and optimizer is not None and not isinstance(optimizer, LossScaleOptimizer):
            optimizer = LossScaleOptimizer(optimizer, name="loss_scale_optimizer")
        self.optimizer = optimizer
        self._run_eagerly = bool(run_eagerly)
        self.steps_per_execution = steps_per_execution
        self.jit_compile = jit_compile
        self.loss = loss
        names = getattr(self, "output_names", None)
        self._compile_loss = None if loss is None else CompileLoss(loss, loss_weights, names)
        has_metrics = metrics is not None or weighted_metrics is not None
        self._compile_metrics = CompileMetrics(metrics, weighted_metrics, names) if has_metrics else None
        self._loss_tracker = Mean(name="loss")
        self.stop_training = False
        self.compiled = True
        self.train_function = self.test_function = self.predict_function = None
        self._compile_arguments = {
            "optimizer": optimizer,
            "loss": loss,
            "loss_weights": loss_weights,
            "metrics": metrics,
            "weighted_metrics": weighted_metrics,
            "run_eagerly": run_eagerly,
            "steps_per_execution": steps_per_execution,
            "jit_compile": jit_compile,
        }

    @property
    def run_eagerly(self) -> bool:
        """Whether steps run without being traced."""
        return self._run_eagerly

    @run_eagerly.setter
    def run_eagerly(self, value: bool) -> None:
        self._run_eagerly = bool(value)
        self.train_function = self.test_function = self.predict_function = None

    @property
    def metrics(self) -> list[Any]:
        """The loss tracker, the compiled metrics, and those of the layers."""
        found: list[Any] = []
        if self._loss_tracker is not None:
            found.append(self._loss_tracker)
        found += [metric for metric in super().metrics if metric is not self._loss_tracker]  # type: ignore[misc]
        if self._compile_metrics is not None:
            found += self._compile_metrics.metrics
        if self._compile_loss is not None:
            found += self._compile_loss.trackers
        return list({id(metric): metric for metric in found}.values())

    @property
    def metrics_names(self) -> list[str]:
        """The names of the metrics."""
        return [metric.name for metric in self.metrics]

    @property
    def compiled_metrics(self) -> Any:
        """The compiled metrics, with ``update_state``."""
        return self._compile_metrics

    def reset_metrics(self) -> None:
        """Forget what the metrics have seen."""
        for metric in self.metrics:
            metric.reset_state()

    def compiled_loss(self, y: Any, y_pred: Any, sample_weight: Any = None, regularization_losses: Any = None) -> Any:
        """The compiled loss, as older custom steps call it."""
        return self.compute_loss(x=None, y=y, y_pred=y_pred, sample_weight=sample_weight)

    def get_compile_config(self) -> dict[str, Any] | None:
        """The arguments of ``compile`` as plain data, or None if it was not called."""
        if not self.compiled:
            return None
        return {key: serialize_keras_object(value) for key, value in self._compile_arguments.items()}

    def compile_from_config(self, config: dict[str, Any]) -> None:
        """Compile with ``get_compile_config``'s answer."""
        self.compile(**deserialize_keras_object(config))
        if self.optimizer is not None and self.built:  # type: ignore[attr-defined]
            self.optimizer.build(self.trainable_variables)  # type: ignore[attr-defined]

    # -- one step ------------------------------------------------------------------------------------------

    def compute_loss(
        self, x: Any = None, y: Any = None, y_pred: Any = None, sample_weight: Any = None, training: bool = True
    ) -> Any:
        """The loss of a batch: the compiled loss plus what layers added; override it for your own."""
        losses = []
        if self._compile_loss is not None:
            value = self._compile_loss(y, y_pred, sample_weight)
            if value is not None:
                losses.append(value)
        losses += [tf.reduce_sum(tf.cast(value, "float32")) for value in self.losses]  # type: ignore[attr-defined]
        if not losses:
            if self._compile_loss is None and self.loss is None:
                raise ValueError("No loss to compute. Provide a `loss` argument in `compile()`, or call `add_loss`.")
            return tf.constant(0.0)
        return losses[0] if len(losses) == 1 else tf.add_n(losses)

    def compute_metrics(self, x: Any, y: Any, y_pred: Any, sample_weight: Any = None) -> dict[str, Any]:
        """Update the compiled metrics with a batch and return all results."""
        if self._compile_metrics is not None:
            self._compile_metrics.update_state(y, y_pred, sample_weight)
        return self.get_metrics_result()

    def get_metrics_result(self) -> dict[str, Any]:
        """The value of every metric by name."""
        results: dict[str, Any] = {}
        compiled = [] if self._compile_metrics is None else self._compile_metrics.metrics
        for metric in self.metrics:
            if any(metric is one for one in compiled):
                continue
            value = metric.result()
            results |= value if isinstance(value, dict) else {metric.name: value}
        if self._compile_metrics is not None and self._compile_metrics.built:
            results |= self._compile_metrics.result()
        return results

    def train_step(self, data: Any) -> dict[str, Any]:
        """One step of training on a batch; override it for your own.

        Args:
            data: What the data set yields.

        Returns:
            The values to report, by name.
        """
        x, y, sample_weight = unpack_x_y_sample_weight(data)
        with GradientTape() as tape:
            y_pred = self(x, training=True)  # type: ignore[operator]
            loss = self.compute_loss(x=x, y=y, y_pred=y_pred, sample_weight=sample_weight, training=True)
            self._track_loss(loss, x)
            if self.optimizer is not None:
                loss = self.optimizer.scale_loss(loss)
        variables = self.trainable_weights  # type: ignore[attr-defined]
        if variables:
            gradients = tape.gradient(loss, variables)
            self.optimizer.apply_gradients(zip(gradients, variables, strict=True))
        else:
            warnings.warn("The model does not have any trainable weights.", stacklevel=2)
        return self.compute_metrics(x, y, y_pred, sample_weight=sample_weight)

    def test_step(self, data: Any) -> dict[str, Any]:
        """One step of evaluation on a batch; override it for your own."""
        x, y, sample_weight = unpack_x_y_sample_weight(data)
        y_pred = self(x, training=False)  # type: ignore[operator]
        loss = self.compute_loss(x=x, y=y, y_pred=y_pred, sample_weight=sample_weight, training=False)
        self._track_loss(loss, x)
        return self.compute_metrics(x, y, y_pred, sample_weight=sample_weight)

    def predict_step(self, data: Any) -> Any:
        """The outputs for a batch; override it for your own."""
        x, _, _ = unpack_x_y_sample_weight(data)
        return self(x, training=False)  # type: ignore[operator]

    def _track_loss(self, loss: Any, x: Any) -> None:
        if self._loss_tracker is not None:
            leaves = [leaf for leaf in nest.flatten(x) if leaf is not None]
            size = tf.shape(leaves[0])[0] if leaves and leaves[0].shape.rank else 1
            self._loss_tracker.update_state(loss, sample_weight=tf.cast(size, "float32"))

    def _step(self, method: Callable[[Any], Any], losses: bool = True) -> Callable[[Any], Any]:
        """``method`` as one traced function of a batch; the losses that layers added belong to one call."""

        def step(data: Any) -> Any:
            self._clear_losses()  # type: ignore[attr-defined]
            try:
                return method(data)
            finally:
                self._clear_losses()  # type: ignore[attr-defined]

        if self._run_eagerly or functions_run_eagerly():
            return step
        return function(step, reduce_retracing=True)

    def make_train_function(self, force: bool = False) -> Callable[[Any], Any]:
        """The function of a batch that ``fit`` calls."""
        if self.train_function is None or force:
            self.train_function = self._step(self.train_step)
        return self.train_function

    def make_test_function(self, force: bool = False) -> Callable[[Any], Any]:
        """The function of a batch that ``evaluate`` calls."""
        if self.test_function is None or force:
            self.test_function = self._step(self.test_step)
        return self.test_function

    def make_predict_function(self, force: bool = False) -> Callable[[Any], Any]:
        """The function of a batch that ``predict`` calls."""
        if self.predict_function is None or force:
            self.predict_function = self._step(self.predict_step)
        return self.predict_function

    # -- loops ---------------------------------------------------------------------------------------------

    def fit(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: Any = "auto",
        callbacks: Any = None,
        validation_split: float = 0.0,
        validation_data: Any = None,
        shuffle: Any = True,
        class_weight: Any = None,
        sample_weight: Any = None,
        initial_epoch: int = 0,
        steps_per_epoch: int | None = None,
        validation_steps: int | None = None,
        validation_batch_size: int | None = None,
        validation_freq: Any = 1,
    ) -> Any:
        """Train on data, for a number of epochs.

        Args:
            x: Arrays, tensors, a dataset, a generator or a ``Sequence``.
            y: Targets, with arrays.
            batch_size: Elements in a batch, with arrays (32).
            epochs: The number of the last epoch.
            verbose: 0 silent, 1 a progress bar, 2 a line for each epoch.
            callbacks: Callbacks.
            validation_split: The last part of the arrays to validate on.
            validation_data: What to validate on after each epoch: ``(x, y)``, ``(x, y, weight)`` or a dataset.
            shuffle: Whether arrays are taken in a new order in each epoch.
            class_weight: Class to the weight of its elements.
            sample_weight: The weight of each element, with arrays.
            initial_epoch: The number of the first epoch.
            steps_per_epoch: Batches in an epoch; None: all.
            validation_steps: Batches in a validation.
            validation_batch_size: Elements in a batch of the validation.
            validation_freq: Validate after every so many epochs, or after those listed.

        Returns:
            A ``History`` callback: its ``history`` has the values of each epoch.

        Raises:
            RuntimeError: If the model was not compiled.
        """
        self._assert_compiled("fit")
        if validation_split and validation_data is None:
            (x, y, sample_weight), validation_data = train_validation_split((x, y, sample_weight), validation_split)
        batches = make_batches(x, y, sample_weight, batch_size, steps_per_epoch, shuffle, class_weight)
        validation = None
        if validation_data is not None:
            vx, vy, vw = (
                unpack_x_y_sample_weight(validation_data)
                if isinstance(validation_data, (tuple, list))
                else (validation_data, None, None)
            )
            validation = make_batches(vx, vy, vw, validation_batch_size or batch_size, validation_steps)
        callbacks = CallbackList.of(callbacks, self, verbose, epochs, batches.steps)
        self.stop_training = False
        step = self.make_train_function()
        callbacks.on_train_begin()
        logs: dict[str, Any] = {}
        for epoch in range(initial_epoch, epochs):
            self.reset_metrics()
            callbacks.on_epoch_begin(epoch)
            logs = self._train_epoch(step, batches, callbacks)
            if validation is not None and _validates_after(epoch, validation_freq):
                results = self._evaluate(validation, None)
                logs |= {f"val_{name}": value for name, value in results.items()}
            callbacks.on_epoch_end(epoch, logs)
            batches.on_epoch_end()
            if self.stop_training:
                break
        if isinstance(self.optimizer, Optimizer) and epochs > initial_epoch:
            self.optimizer.finalize_variable_values(self.trainable_weights)  # type: ignore[attr-defined]
        callbacks.on_train_end(logs)
        return self.history  # type: ignore[attr-defined]

    def _train_epoch(self, step: Any, batches: Batches, callbacks: CallbackList) -> dict[str, Any]:
        logs: Any = {}
        count = 0
        for count, data in enumerate(batches.epoch(), 1):
            callbacks.on_train_batch_begin(count - 1)
            logs = step(data)
            callbacks.on_train_batch_end(count - 1, logs)
            if self.stop_training:
                break
        if count == 0:
            raise ValueError("Unexpected end of data: there was no batch to train on.")
        batches.steps = batches.steps or count
        return _as_floats(logs if isinstance(logs, dict) else self.get_metrics_result())

    def evaluate(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        verbose: Any = "auto",
        sample_weight: Any = None,
        steps: int | None = None,
        callbacks: Any = None,
        return_dict: bool = False,
        **kwargs: Any,
    ) -> Any:
        """The loss and the metrics over data.

        Returns:
            The loss, or a list of it and the metrics, or with ``return_dict`` a dictionary.
        """
        self._assert_compiled("evaluate")
        batches = make_batches(x, y, sample_weight, batch_size, steps)
        callback_list = CallbackList.of(callbacks, self, verbose, 1, batches.steps, history=False)
        callback_list.on_test_begin()
        results = self._evaluate(batches, callback_list)
        callback_list.on_test_end(results)
        return _reported(results, return_dict)

    def _evaluate(self, batches: Batches, callbacks: CallbackList | None) -> dict[str, Any]:
        step = self.make_test_function()
        self.reset_metrics()
        logs: Any = {}
        for index, data in enumerate(batches.epoch()):
            if callbacks is not None:
                callbacks.on_test_batch_begin(index)
            logs = step(data)
            if callbacks is not None:
                callbacks.on_test_batch_end(index, logs)
        return _as_floats(logs if isinstance(logs, dict) else self.get_metrics_result())

    def predict(
        self,
        x: Any,
        batch_size: int | None = None,
        verbose: Any = "auto",
        steps: int | None = None,
        callbacks: Any = None,
    ) -> Any:
        """The outputs for data, as numpy arrays."""
        batches = make_batches(x, None, None, batch_size, steps)
        callback_list = CallbackList.of(callbacks, self, verbose, 1, batches.steps, history=False)
        step = self.make_predict_function()
        callback_list.on_predict_begin()
        collected: list[Any] = []
        for index, data in enumerate(batches.epoch()):
            callback_list.on_predict_batch_begin(index)
            outputs = step(data)
            collected.append(nest.map_structure(_to_numpy, outputs))
            callback_list.on_predict_batch_end(index, {"outputs": outputs})
        callback_list.on_predict_end()
        if not collected:
            raise ValueError("Unexpected end of data: there was no batch to predict on.")
        return nest.map_structure(lambda *parts: np.concatenate(parts, axis=0), *collected)

    # -- single batches ---------------------------------------------------------------------------------------

    def train_on_batch(
        self, x: Any, y: Any = None, sample_weight: Any = None, class_weight: Any = None, return_dict: bool = False
    ) -> Any:
        """One step of training; the loss (and metrics) of this batch."""
        self._assert_compiled("train_on_batch")
        data = next(_single_batch(x, y, sample_weight, class_weight))
        self.reset_metrics()
        return _reported(_as_floats(self.make_train_function()(data)), return_dict)

    def test_on_batch(self, x: Any, y: Any = None, sample_weight: Any = None, return_dict: bool = False) -> Any:
        """One step of evaluation; the loss (and metrics) of this batch."""
        self._assert_compiled("test_on_batch")
        data = next(_single_batch(x, y, sample_weight, None))
        self.reset_metrics()
        return _reported(_as_floats(self.make_test_function()(data)), return_dict)

    def predict_on_batch(self, x: Any) -> Any:
        """The outputs for one batch, as numpy arrays."""
        data = next(_single_batch(x, None, None, None))
        return nest.map_structure(_to_numpy, self.make_predict_function()(data))

    def _assert_compiled(self, method: str) -> None:
        if not self.compiled and type(self).train_step is Trainer.train_step:
            raise ValueError(f"You must call `compile()` before calling `{method}()`.")


def _single_batch(x: Any, y: Any, sample_weight: Any, class_weight: Any) -> Iterator[Any]:
    size = len(next(leaf for leaf in nest.flatten(x) if leaf is not None))
    return make_batches(x, y, sample_weight, size, None, False, class_weight).epoch()


def _validates_after(epoch: int, validation_freq: Any) -> bool:
    if isinstance(validation_freq, int):
        return (epoch + 1) % validation_freq == 0
    return epoch + 1 in validation_freq


def _reported(results: dict[str, Any], return_dict: bool) -> Any:
    """Results as ``evaluate`` gives them: by name, or as a list, of which a single value stands alone."""
    if return_dict:
        return results
    values = list(results.values())
    return values[0] if len(values) == 1 else values


def _to_numpy(value: Any) -> Any:
    return np.array(value)


def _as_floats(logs: dict[str, Any]) -> dict[str, Any]:
    """Scalars as Python floats, everything else as numpy arrays."""
    found = {}
    for name, value in logs.items():
        array = np.asarray(value)
        found[name] = float(array) if array.ndim == 0 else array
    return found
