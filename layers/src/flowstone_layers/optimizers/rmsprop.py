"""RMSprop."""

from __future__ import annotations

from typing import Any

from flowstone_core.api import tf

from flowstone_layers.optimizers.optimizer import Optimizer


class RMSprop(Optimizer):
    """Divides gradients by a moving root mean square (Hinton, 2012).

    ``s = ρs + (1-ρ)g²``, ``w -= learning_rate * g / sqrt(s + ε)``; centered: s less the squared moving mean.

    Args:
        learning_rate: The learning rate.
        rho: ρ, the decay of the mean square.
        momentum: The momentum of the steps.
        epsilon: ε.
        centered: Whether the moving mean of the gradients is subtracted.
        **kwargs: The settings of ``Optimizer``.
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        rho: float = 0.9,
        momentum: float = 0.0,
        epsilon: float = 1e-7,
        centered: bool = False,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str = "rmsprop",
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
        self.rho = rho
        self.momentum = momentum
        self.epsilon = epsilon
        self.centered = centered

    def build(self, variables: Any) -> None:
        """Make the averages."""
        if self.built:
            return
        super().build(variables)
        self._velocities = self.add_optimizer_variables(self._trainable_variables, "velocity")
        self._momentums: list[Any] = []
        if self.momentum > 0:
            self._momentums = self.add_optimizer_variables(self._trainable_variables, "momentum")
        self._average_gradients: list[Any] = []
        if self.centered:
            self._average_gradients = self.add_optimizer_variables(self._trainable_variables, "average_gradient")

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Update one variable."""
        dtype = variable._dtype
        rate = tf.cast(learning_rate, dtype)
        gradient = tf.cast(gradient, dtype)
        index = self._get_variable_index(variable)
        velocity = self._velocities[index]
        velocity.assign(self.rho * velocity.read_value() + (1 - self.rho) * tf.square(gradient))
        if self.centered:
            average = self._average_gradients[index]
            average.assign(self.rho * average.read_value() + (1 - self.rho) * gradient)
            denominator = velocity.read_value() - tf.square(average.read_value()) + self.epsilon
        else:
            denominator = velocity.read_value() + self.epsilon
        increment = rate * gradient * tf.math.rsqrt(denominator)
        if self.momentum > 0:
            momentum = self._momentums[index]
            momentum.assign(self.momentum * momentum.read_value() + increment)
            increment = momentum.read_value()
        variable.assign_sub(increment)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal optimizer."""
        return super().get_config() | {
            "rho": self.rho,
            "momentum": self.momentum,
            "epsilon": self.epsilon,
            "centered": self.centered,
        }
