"""The metrics of a compiled model, by output."""

from __future__ import annotations

from typing import Any

from flowstone_core import nest

from flowstone_layers import metrics as metrics_module
from flowstone_layers.models.compile_loss import _aligned, _output_names, _spread


class CompileMetrics:
    """Metrics for each output, weighted by sample weights or not.

    Args:
        metrics: Metrics, names or functions; a list for one output, lists or a dictionary of lists for several.
        weighted_metrics: The same, for those that use sample weights.
        output_names: The names of the outputs.
    """

    def __init__(self, metrics: Any, weighted_metrics: Any, output_names: list[str] | None) -> None:
        self.given = metrics
        self.given_weighted = weighted_metrics
        self.output_names = output_names
        self.built = False
        self._plain: list[list[Any]] = []
        self._weighted: list[list[Any]] = []
        self._names: list[str] = []

    @property
    def metrics(self) -> list[Any]:
        """The metrics, once they have been built."""
        return [metric for group in (*self._plain, *self._weighted) for metric in group]

    @property
    def variables(self) -> list[Any]:
        """The variables of the metrics."""
        return [variable for metric in self.metrics for variable in metric.variables]

    def build(self, y_true: Any, y_pred: Any) -> None:
        """Make the metrics: which accuracy is meant depends on the shapes."""
        outputs = nest.flatten(y_pred)
        self._names = _output_names(self.output_names, y_pred, len(outputs))
        targets = _aligned(y_true, y_pred, len(outputs)) if y_true is not None else [None] * len(outputs)
        self._plain = self._build_each(self.given, targets, outputs)
        self._weighted = self._build_each(self.given_weighted, targets, outputs)
        self.built = True

    def _build_each(self, given: Any, targets: list[Any], outputs: list[Any]) -> list[list[Any]]:
        return [
            [metrics_module.get_for(one, target, output) for one in group]
            for group, target, output in zip(self._groups(given, len(outputs)), targets, outputs, strict=True)
        ]

    def _groups(self, given: Any, count: int) -> list[list[Any]]:
        if given is None:
            return [[] for _ in range(count)]
        if isinstance(given, dict):
            unknown = set(given) - set(self._names)
            if unknown:
                raise ValueError(
                    f"`metrics` has keys {sorted(unknown)} that are no outputs of the model: {self._names}."
                )
            return [_as_list(given.get(name)) for name in self._names]
        given = _as_list(given)
        if count == 1:
            return [_as_list(given[0]) if len(given) == 1 and isinstance(given[0], (list, tuple)) else given]
        if len(given) == count and all(isinstance(one, (list, tuple)) or one is None for one in given):
            return [_as_list(one) for one in given]
        if len(given) == count:
            return [[one] for one in given]
        raise ValueError(f"`metrics` must have one entry (a list) for each of the {count} outputs, got {given}.")

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Take one batch."""
        if not self.built:
            self.build(y_true, y_pred)
        if not self.metrics:
            return
        outputs = nest.flatten(y_pred)
        targets = _aligned(y_true, y_pred, len(outputs))
        weights = _spread(sample_weight, len(outputs))
        for plain, weighted, target, output, weight in zip(
            self._plain, self._weighted, targets, outputs, weights, strict=True
        ):
            for metric in plain:
                metric.update_state(target, output)
            for metric in weighted:
                metric.update_state(target, output, sample_weight=weight)

    def reset_state(self) -> None:
        """Forget all batches."""
        for metric in self.metrics:
            metric.reset_state()

    def result(self) -> dict[str, Any]:
        """The value of each metric, with the output's name in front if there are several."""
        results: dict[str, Any] = {}
        several = len(self._names) > 1
        for groups in (self._plain, self._weighted):
            for name, group in zip(self._names, groups, strict=True):
                for metric in group:
                    key = f"{name}_{metric.name}" if several else metric.name
                    if key in results:
                        key = f"weighted_{key}"
                    results[key] = metric.result()
        return results


def _as_list(value: Any) -> list[Any]:
    return [] if value is None else list(value) if isinstance(value, (list, tuple)) else [value]
