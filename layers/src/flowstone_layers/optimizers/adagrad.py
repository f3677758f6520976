"""Adagrad."""

from __future__ import annotations

from typing import Any

from flowstone_core.api import tf

from flowstone_layers import initializers
from flowstone_layers.optimizers.optimizer import Optimizer


class Adagrad(Optimizer):
    """Divides gradients by the root of their accumulated squares (Duchi et al., 2011).

    ``a += g²``, ``w -= learning_rate * g / sqrt(a + ε)``.

    Args:
        learning_rate: The learning rate.
        initial_accumulator_value: Where ``a`` starts.
        epsilon: ε.
        **kwargs: The settings of ``Optimizer``.
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        initial_accumulator_value: float = 0.1,
        epsilon: float = 1e-7,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str = "adagrad",
        **kwargs: Any,
    ) -> None:
        super().__init__(
            learning_rate=learning_rate,
            name=name,
            weight_decay=weight_decay,
            clipnorm=clipnorm,
            clipvalue=clipvalue,
            global_clipnorm=global_clipnorm,
            use_ema=use_ema,
            ema_momentum=ema_momentum,
            ema_overwrite_frequency=ema_overwrite_frequency,
            loss_scale_factor=loss_scale_factor,
            gradient_accumulation_steps=gradient_accumulation_steps,
            **kwargs,
        )
        self.initial_accumulator_value = initial_accumulator_value
        self.epsilon = epsilon

    def build(self, variables: Any) -> None:
        """Make the accumulators."""
        if self.built:
            return
        super().build(variables)
        start = initializers.Constant(self.initial_accumulator_value)
        self._accumulators = [
            self.add_variable(
                v.shape.as_tuple(),
                start,
                v._dtype.name,
                name=f"{getattr(v, 'path', v.name)}_accumulator".replace("/", "_").replace(":", "_"),
            )
            for v in self._trainable_variables
        ]

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Update one variable."""
        dtype = variable._dtype
        rate = tf.cast(learning_rate, dtype)
        gradient = tf.cast(gradient, dtype)
        accumulator = self._accumulators[self._get_variable_index(variable)]
        accumulator.assign_add(tf.square(gradient))
        variable.assign_sub(rate * gradient / tf.sqrt(accumulator.read_value() + self.epsilon))

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal optimizer."""
        return super().get_config() | {
            "initial_accumulator_value": self.initial_accumulator_value,
            "epsilon": self.epsilon,
        }
