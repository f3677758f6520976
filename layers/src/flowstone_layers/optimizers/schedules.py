"""Schedules: learning rates as functions of the step."""

from __future__ import annotations

import inspect
import math
from collections.abc import Mapping
from typing import Any

from flowstone_core.api import tf

from flowstone_layers.custom_objects import get_registered_object


class LearningRateSchedule:
    """The base of schedules: ``schedule(step)`` gives the learning rate."""

    def __call__(self, step: Any) -> Any:
        """The learning rate at ``step``."""
        raise NotImplementedError(
            f"Learning rate schedule '{type(self).__name__}' must override `__call__(self, step)`."
        )

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal schedule."""
        raise NotImplementedError(f"Learning rate schedule '{type(self).__name__}' must override `get_config()`.")

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """The schedule that ``get_config`` described."""
        return cls(**config)

    @staticmethod
    def revive(config: Mapping[str, Any]) -> Any:
        """The schedule of a class name and configuration."""
        return deserialize(config)


def _as_float(step: Any) -> Any:
    return tf.cast(tf.convert_to_tensor(step), "float32")


class ExponentialDecay(LearningRateSchedule):
    """``initial * rate ^ (step / steps)``; with ``staircase`` the quotient is cut to an integer."""

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: int,
        decay_rate: float,
        staircase: bool = False,
        name: str = "ExponentialDecay",
    ) -> None:
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.decay_rate = decay_rate
        self.staircase = staircase
        self.name = name
        if decay_steps <= 0:
            raise ValueError(f"Argument `decay_steps` must be > 0. Received: decay_steps={decay_steps}")

    def __call__(self, step: Any) -> Any:
        """The learning rate at ``step``."""
        part = _as_float(step) / float(self.decay_steps)
        part = tf.floor(part) if self.staircase else part
        return self.initial_learning_rate * tf.pow(tf.constant(float(self.decay_rate)), part)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal schedule."""
        return {
            "initial_learning_rate": self.initial_learning_rate,
            "decay_steps": self.decay_steps,
            "decay_rate": self.decay_rate,
            "staircase": self.staircase,
            "name": self.name,
        }


class PiecewiseConstantDecay(LearningRateSchedule):
    """``values[i]`` up to and with step ``boundaries[i]``, the last value after them."""

    def __init__(self, boundaries: Any, values: Any, name: str = "PiecewiseConstant") -> None:
        if len(boundaries) != len(values) - 1:
            raise ValueError(
                "The length of boundaries should be 1 less than the length of values. Received: "
                f"boundaries={boundaries} of length {len(boundaries)}, and values={values} of length {len(values)}."
            )
        self.boundaries = boundaries
        self.values = values
        self.name = name

    def __call__(self, step: Any) -> Any:
        """The learning rate at ``step``."""
        step = _as_float(step)
        rate = tf.constant(float(self.values[-1]))
        for boundary, value in reversed(list(zip(self.boundaries, self.values[:-1], strict=True))):
            rate = tf.where(step <= float(boundary), tf.constant(float(value)), rate)
        return rate

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal schedule."""
        return {"boundaries": self.boundaries, "values": self.values, "name": self.name}


class PolynomialDecay(LearningRateSchedule):
    """``(initial - end) * (1 - step / steps)^power + end``; ``cycle`` starts anew after ``decay_steps``."""

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: int,
        end_learning_rate: float = 0.0001,
        power: float = 1.0,
        cycle: bool = False,
        name: str = "PolynomialDecay",
    ) -> None:
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.end_learning_rate = end_learning_rate
        self.power = power
        self.cycle = cycle
        self.name = name
        if decay_steps <= 0:
            raise ValueError(f"Argument `decay_steps` must be > 0. Received: decay_steps={decay_steps}")

    def __call__(self, step: Any) -> Any:
        """The learning rate at ``step``."""
        step = _as_float(step)
        steps = tf.constant(float(self.decay_steps))
        if self.cycle:
            steps = steps * tf.where(tf.equal(step, 0.0), 1.0, tf.math.ceil(step / steps))
        else:
            step = tf.minimum(step, steps)
        return (self.initial_learning_rate - self.end_learning_rate) * tf.pow(
            1.0 - step / steps, float(self.power)
        ) + self.end_learning_rate

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal schedule."""
        return {
            "initial_learning_rate": self.initial_learning_rate,
            "decay_steps": self.decay_steps,
            "end_learning_rate": self.end_learning_rate,
            "power": self.power,
            "cycle": self.cycle,
            "name": self.name,
        }


class InverseTimeDecay(LearningRateSchedule):
    """``initial / (1 + rate * step / steps)``; with ``staircase`` the quotient is cut to an integer."""

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: int,
        decay_rate: float,
        staircase: bool = False,
        name: str = "InverseTimeDecay",
    ) -> None:
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.decay_rate = decay_rate
        self.staircase = staircase
        self.name = name
        if decay_steps <= 0:
            raise ValueError(f"Argument `decay_steps` must be > 0. Received: decay_steps={decay_steps}")

    def __call__(self, step: Any) -> Any:
        """The learning rate at ``step``."""
        part = _as_float(step) / float(self.decay_steps)
        part = tf.floor(part) if self.staircase else part
        return self.initial_learning_rate / (1.0 + self.decay_rate * part)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal schedule."""
        return {
            "initial_learning_rate": self.initial_learning_rate,
            "decay_steps": self.decay_steps,
            "decay_rate": self.decay_rate,
            "staircase": self.staircase,
            "name": self.name,
        }


class CosineDecay(LearningRateSchedule):
    """A linear rise over ``warmup_steps``, then half a cosine down to ``alpha`` of the top (Loshchilov, 2017)."""

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: int,
        alpha: float = 0.0,
        name: str = "CosineDecay",
        warmup_target: float | None = None,
        warmup_steps: int = 0,
    ) -> None:
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.alpha = alpha
        self.name = name
        self.warmup_target = warmup_target
        self.warmup_steps = warmup_steps
        if decay_steps <= 0:
            raise ValueError(f"Argument `decay_steps` must be > 0. Received: decay_steps={decay_steps}")

    def _decayed(self, step: Any, top: float) -> Any:
        part = tf.minimum(step, float(self.decay_steps)) / float(self.decay_steps)
        cosine = 0.5 * (1.0 + tf.cos(math.pi * part))
        return top * ((1.0 - self.alpha) * cosine + self.alpha)

    def __call__(self, step: Any) -> Any:
        """The learning rate at ``step``."""
        step = _as_float(step)
        if self.warmup_target is None:
            return self._decayed(step, self.initial_learning_rate)
        rise = self.warmup_target - self.initial_learning_rate
        warming = self.initial_learning_rate + rise * step / float(max(self.warmup_steps, 1))
        decayed = self._decayed(step - float(self.warmup_steps), self.warmup_target)
        return tf.where(step < float(self.warmup_steps), warming, decayed)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal schedule."""
        return {
            "initial_learning_rate": self.initial_learning_rate,
            "decay_steps": self.decay_steps,
            "alpha": self.alpha,
            "name": self.name,
            "warmup_target": self.warmup_target,
            "warmup_steps": self.warmup_steps,
        }


class CosineDecayRestarts(LearningRateSchedule):
    """Cosine decays one after the other, each ``t_mul`` times longer and ``m_mul`` times as high."""

    def __init__(
        self,
        initial_learning_rate: float,
        first_decay_steps: int,
        t_mul: float = 2.0,
        m_mul: float = 1.0,
        alpha: float = 0.0,
        name: str = "SGDRDecay",
    ) -> None:
        self.initial_learning_rate = initial_learning_rate
        self.first_decay_steps = first_decay_steps
        self._t_mul = t_mul
        self._m_mul = m_mul
        self.alpha = alpha
        self.name = name
        if first_decay_steps <= 0:
            raise ValueError(
                f"Argument `first_decay_steps` must be > 0. Received: first_decay_steps={first_decay_steps}"
            )

    def __call__(self, step: Any) -> Any:
        """The learning rate at ``step``."""
        completed = _as_float(step) / float(self.first_decay_steps)
        if self._t_mul == 1.0:
            restarts = tf.floor(completed)
            completed = completed - restarts
        else:
            ratio = tf.math.log(1.0 - completed * (1.0 - self._t_mul)) / math.log(self._t_mul)
            restarts = tf.floor(ratio)
            power = tf.pow(tf.constant(float(self._t_mul)), restarts)
            completed = (completed - (1.0 - power) / (1.0 - self._t_mul)) / power
        height = tf.pow(tf.constant(float(self._m_mul)), restarts)
        cosine = 0.5 * height * (1.0 + tf.cos(math.pi * completed))
        return self.initial_learning_rate * ((1.0 - self.alpha) * cosine + self.alpha)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal schedule."""
        return {
            "initial_learning_rate": self.initial_learning_rate,
            "first_decay_steps": self.first_decay_steps,
            "t_mul": self._t_mul,
            "m_mul": self._m_mul,
            "alpha": self.alpha,
            "name": self.name,
        }


def schedule_config(schedule: LearningRateSchedule) -> dict[str, Any]:
    """The class name and configuration of a schedule."""
    return {
        "module": "keras.optimizers.schedules",
        "class_name": type(schedule).__name__,
        "config": schedule.get_config(),
        "registered_name": None,
    }


serialize = schedule_config


def deserialize(config: Any, custom_objects: Any = None) -> Any:
    """The schedule that ``serialize`` described.

    Raises:
        ValueError: If its class is unknown.
    """
    name = config.get("registered_name") or config["class_name"]
    found = (custom_objects or {}).get(name) or get_registered_object(name) or globals().get(config["class_name"])
    if not (inspect.isclass(found) and issubclass(found, LearningRateSchedule)):
        raise ValueError(f"Unknown learning rate schedule: {name!r}.")
    return found.from_config(dict(config["config"]))
