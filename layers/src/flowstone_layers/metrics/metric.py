"""The base of metrics: variables that take batches and give a value."""

from __future__ import annotations

from typing import Any

from flowstone_core.api import tf
from flowstone_core.interpreter import building_graph
from flowstone_core.trackable import AutoTrackable
from flowstone_graphfn.autograph import api as autograph

from flowstone_layers import dtype_policy, initializers
from flowstone_layers.call_context import scope
from flowstone_layers.names import auto_name
from flowstone_layers.variable import Variable


class Metric(AutoTrackable):
    """A value that is accumulated over batches.

    A subclass makes variables with ``add_variable`` and implements ``update_state`` and ``result``.

    Args:
        dtype: The type to compute in.
        name: The name.
    """

    def __init__(self, dtype: Any = None, name: str | None = None) -> None:
        self.name = name or auto_name(type(self).__name__)
        self._dtype_policy = dtype_policy.get("float32" if dtype is None else dtype)
        self._metrics: list[Metric] = []
        self._variables: list[Any] = []

    def __setattr__(self, name: str, value: Any) -> None:
        if isinstance(value, Metric):
            self.__dict__.setdefault("_metrics", []).append(value)
        elif isinstance(value, Variable) and not any(value is one for one in self.__dict__.get("_variables", ())):
            self.__dict__.setdefault("_variables", []).append(value)
        super().__setattr__(name, value)

    @property
    def dtype(self) -> str:
        """The type that the metric is computed in."""
        return str(self._dtype_policy.compute_dtype)

    @property
    def variables(self) -> list[Any]:
        """The variables, with those of metrics inside."""
        found = list(self._variables)
        for metric in self._metrics:
            found += metric.variables
        return list({id(variable): variable for variable in found}.values())

    @property
    def weights(self) -> list[Any]:
        """The variables."""
        return self.variables

    @property
    def trainable_variables(self) -> list[Any]:
        """None: metrics are not trained."""
        return []

    @property
    def non_trainable_variables(self) -> list[Any]:
        """The variables."""
        return self.variables

    def add_variable(
        self, shape: Any, initializer: Any, dtype: Any = None, aggregation: str = "sum", name: str | None = None
    ) -> Variable:
        """Make a variable of this metric; ``reset_state`` sets it to zero."""
        with scope(self.name.replace("/", "_"), self):
            variable = Variable(
                initializers.get(initializer),
                shape=tuple(shape),
                dtype=dtype or self.dtype,
                trainable=False,
                autocast=False,
                aggregation=aggregation,
                name=name,
            )
        self._variables.append(variable)
        return variable

    def add_weight(self, *args: Any, **kwargs: Any) -> Variable:
        """``add_variable``, with Keras 2's order of arguments too."""
        names = ("name", "shape") if args and isinstance(args[0], str) else ("shape",)
        given = {**dict(zip((*names, "initializer", "dtype"), args, strict=False)), **kwargs}
        given.pop("synchronization", None)
        if not isinstance(given.get("aggregation", ""), str):
            given.pop("aggregation")
        return self.add_variable(
            given.pop("shape", ()), given.pop("initializer", "zeros"), given.pop("dtype", None), **given
        )

    def reset_state(self) -> None:
        """Forget all batches: set the variables to zero."""
        for variable in self.variables:
            variable.assign(tf.zeros_like(variable))

    def reset_states(self) -> None:
        """The old name of ``reset_state``."""
        self.reset_state()

    def update_state(self, *args: Any, **kwargs: Any) -> Any:
        """Take one batch."""
        raise NotImplementedError(f"{type(self).__name__} has no `update_state` method.")

    def result(self) -> Any:
        """The value over all batches so far."""
        raise NotImplementedError(f"{type(self).__name__} has no `result` method.")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Take one batch and return the value so far."""
        if building_graph() and not type(self).__module__.startswith("flowstone_layers."):
            autograph.convert_callback(self.update_state)(*args, **kwargs)
        else:
            self.update_state(*args, **kwargs)
        return self.result()

    def merge_state(self, metrics: Any) -> None:
        """Add what other metrics of this kind have seen."""
        for metric in metrics:
            for own, other in zip(self.variables, metric.variables, strict=True):
                own.assign_add(other)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal metric."""
        return {"name": self.name, "dtype": self.dtype}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """The metric that ``get_config`` described."""
        return cls(**config)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}>"
