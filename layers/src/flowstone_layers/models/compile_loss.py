"""The loss of a compiled model: one for each output, weighted, summed."""

from __future__ import annotations

from typing import Any

from flowstone_core import nest
from flowstone_core.api import tf

from flowstone_layers import losses
from flowstone_layers.metrics.reduction_metrics import Mean


class CompileLoss:
    """The weighted sum of the losses of a model's outputs.

    Args:
        loss: A loss, its name, a function, or a structure of these like the outputs.
        loss_weights: Numbers in the same structure.
        output_names: The names of the outputs, for reports.
    """

    def __init__(self, loss: Any, loss_weights: Any, output_names: list[str] | None) -> None:
        self.given = loss
        self.weights = loss_weights
        self.output_names = output_names
        self.trackers: list[Mean] = []
        self._built: list[tuple[Any, float]] | None = None

    def build(self, y_true: Any, y_pred: Any) -> None:
        """Pair losses with outputs."""
        outputs = nest.flatten(y_pred)
        names = _output_names(self.output_names, y_pred, len(outputs))
        given = _by_output(self.given, y_pred, names, "loss")
        weights = (
            _by_output(self.weights, y_pred, names, "loss_weights")
            if self.weights is not None
            else [1.0] * len(outputs)
        )
        targets = nest.flatten(y_true) if y_true is not None else [None] * len(outputs)
        pairs = []
        for index, (one, output) in enumerate(zip(given, outputs, strict=True)):
            target = targets[index] if index < len(targets) else None
            pairs.append(
                (
                    None if one is None else losses.get_for(one, target, output),
                    1.0 if weights[index] is None else weights[index],
                )
            )
        self._built = pairs
        if sum(one is not None for one, _ in pairs) > 1:
            self.trackers = [
                Mean(name=f"{name}_loss") for name, (one, _) in zip(names, pairs, strict=True) if one is not None
            ]

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """The total loss.

        Raises:
            ValueError: If targets and outputs do not fit.
        """
        if self._built is None:
            self.build(y_true, y_pred)
        assert self._built is not None
        outputs = nest.flatten(y_pred)
        targets = _aligned(y_true, y_pred, len(outputs))
        weights = _spread(sample_weight, len(outputs))
        total = None
        trackers = iter(self.trackers)
        for (loss, factor), target, output, weight in zip(self._built, targets, outputs, weights, strict=True):
            if loss is None:
                continue
            value = tf.cast(loss(target, output, weight), "float32")
            if self.trackers:
                next(trackers).update_state(value, sample_weight=_batch_size(output))
            value = value * factor if factor != 1.0 else value
            total = value if total is None else total + value
        return total


def _batch_size(output: Any) -> Any:
    return tf.shape(output)[0] if output.shape.rank else 1


def _output_names(declared: list[str] | None, y_pred: Any, count: int) -> list[str]:
    """The keys of the outputs, else the names that the model declares, else numbered ones."""
    if isinstance(y_pred, dict):
        return sorted(y_pred)
    if declared and len(declared) == count:
        return declared
    return [f"output_{index + 1}" for index in range(count)]


def _aligned(y_true: Any, y_pred: Any, count: int) -> list[Any]:
    if isinstance(y_true, dict) and isinstance(y_pred, dict):
        return [y_true.get(key) for key in sorted(y_pred)]
    targets = nest.flatten(y_true)
    if len(targets) != count:
        raise ValueError(f"The model has {count} outputs, but {len(targets)} targets were given.")
    return targets


def _spread(sample_weight: Any, count: int) -> list[Any]:
    if not nest.is_nested(sample_weight):
        return [sample_weight] * count
    weights = nest.flatten(sample_weight)
    return weights if len(weights) == count else weights * count


def _by_output(given: Any, y_pred: Any, names: list[str], what: str) -> list[Any]:
    """The settings for each output, from one, a list or a dictionary by name."""
    if isinstance(given, dict):
        unknown = set(given) - set(names)
        if unknown:
            raise ValueError(f"`{what}` has keys {sorted(unknown)} that are no outputs of the model: {names}.")
        return [given.get(name) for name in names]
    if isinstance(given, (list, tuple)):
        if len(given) != len(names):
            raise ValueError(f"`{what}` has {len(given)} entries for the model's {len(names)} outputs.")
        return list(given)
    return [given] * len(names)
