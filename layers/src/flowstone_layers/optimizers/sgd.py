"""Stochastic gradient descent, with momentum."""

from __future__ import annotations

from typing import Any

from flowstone_core.api import tf

from flowstone_layers.optimizers.optimizer import Optimizer


class SGD(Optimizer):
    """``w -= learning_rate * g``; with momentum ``v = momentum * v - learning_rate * g; w += v``.

    >>> v = tf.Variable(1.0)
    >>> tf.keras.optimizers.SGD(0.1).apply_gradients([(tf.constant(2.0), v)]) and None
    >>> round(float(v), 3)
    0.8

    Args:
        learning_rate: The learning rate.
        momentum: The momentum, at least 0.
        nesterov: Whether the momentum looks ahead: ``w += momentum * v - learning_rate * g``.
        **kwargs: The settings of ``Optimizer``.
    """

    def __init__(
        self,
        learning_rate: Any = 0.01,
        momentum: float = 0.0,
        nesterov: bool = False,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str = "SGD",
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
        if not isinstance(momentum, (int, float)) or momentum < 0 or momentum > 1:
            raise ValueError("`momentum` must be a float between [0, 1].")
        self.momentum = momentum
        self.nesterov = nesterov

    def build(self, variables: Any) -> None:
        """Make the velocities."""
        if self.built:
            return
        super().build(variables)
        self.momentums: list[Any] = []
        if self.momentum != 0:
            self.momentums = self.add_optimizer_variables(variables, "momentum")

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Update one variable."""
        dtype = variable._dtype
        step = tf.cast(gradient, dtype) * tf.cast(learning_rate, dtype)
        if self.momentum == 0:
            variable.assign_sub(step)
            return
        velocity = self.momentums[self._get_variable_index(variable)]
        momentum = tf.cast(self.momentum, dtype)
        new = momentum * velocity.read_value() - step
        velocity.assign(new)
        variable.assign_add(momentum * new - step if self.nesterov else new)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal optimizer."""
        return super().get_config() | {"momentum": self.momentum, "nesterov": self.nesterov}
