"""Dynamic loss scaling, for training in float16."""

from __future__ import annotations

from typing import Any

from flowstone_core.api import tf
from flowstone_graphfn.control_flow import cond

from flowstone_layers.call_context import scope
from flowstone_layers.optimizers.optimizer import Optimizer
from flowstone_layers.variable import Variable


class LossScaleOptimizer(Optimizer):
    """An optimizer whose loss is multiplied so that small gradients do not vanish in float16.

    The scale doubles after ``dynamic_growth_steps`` finite steps; a step with infinite or undefined gradients is
    skipped and halves it.

    Args:
        inner_optimizer: The optimizer that updates.
        initial_scale: Where the scale starts.
        dynamic_growth_steps: After how many finite steps it doubles.
        name: The name.
    """

    def __init__(
        self,
        inner_optimizer: Any,
        initial_scale: float = 2.0**15,
        dynamic_growth_steps: int = 2000,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(learning_rate=0.0, name=name, **kwargs)
        self.inner_optimizer = inner_optimizer
        self.initial_scale = initial_scale
        self.dynamic_growth_steps = dynamic_growth_steps
        with scope(self.name, self):
            self.step_counter = Variable(0, dtype="int32", trainable=False, name="step_counter")
            self.dynamic_scale = Variable(float(initial_scale), dtype="float32", trainable=False, name="dynamic_scale")

    @property
    def variables(self) -> list[Any]:
        """The variables of both optimizers."""
        return [*super().variables, self.step_counter, self.dynamic_scale, *self.inner_optimizer.variables]

    @property
    def learning_rate(self) -> Any:
        """The inner optimizer's learning rate."""
        return self.inner_optimizer.learning_rate

    @learning_rate.setter
    def learning_rate(self, learning_rate: Any) -> None:
        self.inner_optimizer.learning_rate = learning_rate

    @property
    def iterations(self) -> Any:
        """How many updates the inner optimizer has made."""
        return self.inner_optimizer.iterations

    @iterations.setter
    def iterations(self, variable: Any) -> None:
        self.inner_optimizer.iterations = variable

    def build(self, variables: Any) -> None:
        """Build the inner optimizer."""
        self.inner_optimizer.build(variables)
        super().build(variables)

    def scale_loss(self, loss: Any) -> Any:
        """The loss times the scale."""
        return loss * tf.cast(self.dynamic_scale, loss.dtype)

    def _apply(self, grads: list[Any], variables: list[Any]) -> None:
        scale = self.dynamic_scale.read_value()
        grads = [tf.convert_to_tensor(grad) / tf.cast(scale, grad.dtype) for grad in grads]
        finite = tf.reduce_all(tf.stack([tf.reduce_all(tf.math.is_finite(grad)) for grad in grads]))

        def update() -> Any:
            self.inner_optimizer.apply(grads, variables)
            self.step_counter.assign_add(1)
            due = tf.equal(self.step_counter.read_value(), self.dynamic_growth_steps)
            self.dynamic_scale.assign(tf.where(due, scale * 2.0, scale))
            self.step_counter.assign(tf.where(due, 0, self.step_counter.read_value()))
            return tf.constant(True)

        def skip() -> Any:
            self.step_counter.assign(0)
            self.dynamic_scale.assign(scale / 2.0)
            return tf.constant(False)

        cond(finite, update, skip)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal optimizer."""
        inner = self.inner_optimizer
        return {
            "name": self.name,
            "inner_optimizer": {
                "module": "keras.optimizers",
                "class_name": type(inner).__name__,
                "config": inner.get_config(),
                "registered_name": None,
            },
            "initial_scale": self.initial_scale,
            "dynamic_growth_steps": self.dynamic_growth_steps,
        }
