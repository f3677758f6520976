"""The base of optimizers: slot variables, clipping, weight decay, schedules, averages."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

from flowstone_autodiff.tape import GradientTape
from flowstone_core.api import tf
from flowstone_core.tensor import EagerTensor, Tensor
from flowstone_core.trackable import AutoTrackable
from flowstone_core.variable import Variable as CoreVariable
from flowstone_graphfn.control_flow import cond

from flowstone_layers import initializers
from flowstone_layers.call_context import scope
from flowstone_layers.names import auto_name
from flowstone_layers.optimizers.schedules import LearningRateSchedule, schedule_config
from flowstone_layers.variable import Variable


class Optimizer(AutoTrackable):
    """Changes variables by their gradients.

    A subclass makes its slot variables in ``build`` and implements ``update_step(gradient, variable,
    learning_rate)``.

    Args:
        learning_rate: A number, a schedule, or a function without arguments.
        weight_decay: How much of the value is subtracted in each step, times the learning rate.
        clipnorm: The greatest norm of each gradient.
        clipvalue: The greatest magnitude of gradients' elements.
        global_clipnorm: The greatest norm of all gradients together.
        use_ema: Whether a moving average of the variables is kept.
        ema_momentum: The momentum of that average.
        ema_overwrite_frequency: After how many steps the average replaces the variables (None: at the end).
        loss_scale_factor: What the loss is multiplied by before gradients are taken.
        gradient_accumulation_steps: Over how many steps gradients are averaged before an update.
        name: The name.
    """

    def __init__(
        self,
        learning_rate: Any,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        kwargs.pop("jit_compile", None)
        kwargs.pop("is_legacy_optimizer", None)
        if kwargs:
            raise ValueError(f"Argument(s) not recognized: {kwargs}")
        if sum(value is not None for value in (clipnorm, clipvalue, global_clipnorm)) > 1:
            raise ValueError(
                "Only one of `clipnorm`, `clipvalue` and `global_clipnorm` can be set. Received: "
                f"clipnorm={clipnorm}, clipvalue={clipvalue}, global_clipnorm={global_clipnorm}"
            )
        for label, value in (("clipnorm", clipnorm), ("global_clipnorm", global_clipnorm), ("clipvalue", clipvalue)):
            if value is not None and value <= 0:
                raise ValueError(f"`{label}` must be positive, got {value}.")
        if use_ema and not 0 <= ema_momentum <= 1:
            raise ValueError(f"`ema_momentum` must be in the range [0, 1]. Received: ema_momentum={ema_momentum}")
        if gradient_accumulation_steps is not None and gradient_accumulation_steps < 2:
            raise ValueError("`gradient_accumulation_steps` must be an integer >= 2.")
        self.name = name or auto_name(type(self).__name__)
        self.weight_decay = weight_decay
        self.clipnorm = clipnorm
        self.clipvalue = clipvalue
        self.global_clipnorm = global_clipnorm
        self.use_ema = use_ema
        self.ema_momentum = ema_momentum
        self.ema_overwrite_frequency = ema_overwrite_frequency
        self.loss_scale_factor = loss_scale_factor
        self.gradient_accumulation_steps = gradient_accumulation_steps
        self.built = False
        self._variables: list[Any] = []
        self._trainable_variables: list[Any] = []
        self._index: dict[Any, int] = {}
        self._iterations: Any
        self._exclude_from_weight_decay: list[str] = []
        self._excluded_ids: set[int] = set()
        with scope(self.name, self):
            self._iterations = Variable(
                0, dtype="int64", trainable=False, name="iteration", aggregation="only_first_replica"
            )
        self._variables.append(self._iterations)
        self._learning_rate: Any = learning_rate
        if isinstance(learning_rate, Mapping):
            self._learning_rate = LearningRateSchedule.revive(learning_rate)
        elif not callable(learning_rate) or isinstance(learning_rate, CoreVariable):
            with scope(self.name, self):
                value = learning_rate.numpy() if isinstance(learning_rate, CoreVariable) else float(learning_rate)
                self._learning_rate = Variable(
                    value, dtype="float32", trainable=False, name="learning_rate", aggregation="only_first_replica"
                )
            self._variables.append(self._learning_rate)

    # -- state ---------------------------------------------------------------------------------------------

    @property
    def iterations(self) -> Any:
        """How many updates have been made."""
        if self.gradient_accumulation_steps:
            return self._iterations // self.gradient_accumulation_steps
        return self._iterations

    @iterations.setter
    def iterations(self, variable: Any) -> None:
        if self.built:
            raise RuntimeError(
                "Cannot set `iterations` to a new Variable after the Optimizer weights have been created."
            )
        self._variables[0] = variable
        self._iterations = variable

    @property
    def variables(self) -> list[Any]:
        """The optimizer's own variables: the step, the learning rate, the slots."""
        return list(self._variables)

    @property
    def learning_rate(self) -> Any:
        """The present learning rate; assign a number (or a schedule) to change it."""
        return self._get_current_learning_rate()

    @learning_rate.setter
    def learning_rate(self, learning_rate: Any) -> None:
        current = self._learning_rate
        if callable(learning_rate) and not isinstance(learning_rate, CoreVariable):
            if isinstance(current, Variable):
                self._variables = [variable for variable in self._variables if variable is not current]
            self._learning_rate = learning_rate
        elif not isinstance(current, Variable):
            raise TypeError(
                "This optimizer was created with a `LearningRateSchedule` object as its `learning_rate` constructor "
                "argument, hence its learning rate is not settable. If you need the learning rate to be settable, you "
                "should instantiate the optimizer with a float `learning_rate` argument."
            )
        else:
            current.assign(learning_rate)

    lr = learning_rate

    def _get_current_learning_rate(self) -> Any:
        rate = self._learning_rate
        if isinstance(rate, LearningRateSchedule):
            return rate(self._iterations)
        return rate if isinstance(rate, Variable) or not callable(rate) else rate()

    def build(self, variables: Any) -> None:
        """Make the slot variables of ``variables``."""
        self._trainable_variables = list(variables)
        self._index = {_key(variable): index for index, variable in enumerate(self._trainable_variables)}
        if self.use_ema:
            self._average = [self.add_variable_from_reference(v, "average") for v in self._trainable_variables]
        if self.gradient_accumulation_steps:
            self._accumulated = [
                self.add_variable_from_reference(v, "gradient_accumulator") for v in self._trainable_variables
            ]
        self.built = True

    def add_variable(
        self,
        shape: Any,
        initializer: Any = "zeros",
        dtype: Any = None,
        aggregation: str = "none",
        layout: Any = None,
        name: str | None = None,
    ) -> Variable:
        """Make a variable of this optimizer."""
        with scope(self.name, self):
            variable = Variable(
                initializers.get(initializer or "zeros") if isinstance(initializer, (str, type(None))) else initializer,
                shape=shape,
                dtype=dtype,
                trainable=False,
                aggregation=aggregation,
                name=name,
            )
        self._variables.append(variable)
        return variable

    def add_variable_from_reference(
        self, reference_variable: Any, name: str | None = None, initializer: Any = "zeros"
    ) -> Variable:
        """Make a slot: a variable shaped as ``reference_variable``."""
        path = getattr(reference_variable, "path", reference_variable.name.split(":")[0])
        slot = f"{path.replace('/', '_')}_{name or 'slot'}"
        start = initializer
        if not isinstance(initializer, str):
            start = tf.convert_to_tensor(initializer)
        return self.add_variable(reference_variable.shape.as_tuple(), start, reference_variable._dtype.name, name=slot)

    def add_optimizer_variables(self, trainable_variables: Any, name: Any, initializer: Any = "zeros") -> Any:
        """Slots for several variables, of one name or several."""
        if isinstance(name, str):
            return [self.add_variable_from_reference(v, name, initializer) for v in trainable_variables]
        return tuple(
            [self.add_variable_from_reference(v, one, initializer) for v in trainable_variables] for one in name
        )

    def _get_variable_index(self, variable: Any) -> int:
        return self._index[_key(variable)]

    # -- updates -------------------------------------------------------------------------------------------

    def apply_gradients(self, grads_and_vars: Any, **kwargs: Any) -> Any:
        """Update variables by their gradients.

        Args:
            grads_and_vars: Pairs of a gradient and a variable.

        Returns:
            The number of updates so far.

        Raises:
            ValueError: If no variable has a gradient.
        """
        gradients, variables = [], []
        for gradient, variable in grads_and_vars:
            gradients.append(gradient)
            variables.append(variable)
        self.apply(gradients, variables)
        return self.iterations

    def apply(self, grads: Any, trainable_variables: Any = None) -> None:
        """Update ``trainable_variables`` (those of ``build`` if None) by ``grads``."""
        variables = self._trainable_variables if trainable_variables is None else list(trainable_variables)
        grads = list(grads)
        if len(grads) != len(variables):
            raise ValueError(
                "When passing `grads` without `variables`, the optimizer must already be built on a list of variables, "
                f"one for each gradient: got {len(grads)} gradients for {len(variables)} variables."
            )
        if not grads:
            return
        if not self.built:
            self.build(variables)
        self._check_variables(variables)
        grads, variables = self._without_missing(grads, variables)
        if self.loss_scale_factor is not None:
            grads = [None if grad is None else grad / self.loss_scale_factor for grad in grads]
        self._apply(grads, variables)

    def _apply(self, grads: list[Any], variables: list[Any]) -> None:
        if self.gradient_accumulation_steps:
            self._accumulate_and_update(grads, variables)
        else:
            self._update(grads, variables)
        self._iterations.assign_add(1)

    def _update(self, grads: list[Any], variables: list[Any]) -> None:
        grads = self._clip_gradients([tf.convert_to_tensor(grad) for grad in grads])  # slices become dense
        self._apply_weight_decay(variables)
        rate = tf.cast(self._get_current_learning_rate(), "float32")
        for gradient, variable in zip(grads, variables, strict=True):
            self.update_step(gradient, variable, rate)
        if self.use_ema:
            self._update_averages(variables)
        for variable in variables:
            if variable.constraint is not None:
                variable.assign(variable.constraint(variable))

    def _accumulate_and_update(self, grads: list[Any], variables: list[Any]) -> None:
        steps = self.gradient_accumulation_steps or 1
        accumulated = [self._accumulated[self._index[_key(variable)]] for variable in variables]
        for total, gradient in zip(accumulated, grads, strict=True):
            total.assign_add(tf.convert_to_tensor(gradient) / float(steps))

        def update() -> Any:
            self._update([total.read_value() for total in accumulated], variables)
            for total in accumulated:
                total.assign(tf.zeros_like(total))
            return tf.constant(True)

        due = tf.equal((self._iterations + 1) % steps, 0)
        cond(due, update, lambda: tf.constant(False))

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Update one variable."""
        raise NotImplementedError(f"{type(self).__name__} has no `update_step` method.")

    def _check_variables(self, variables: list[Any]) -> None:
        for variable in variables:
            if _key(variable) not in self._index:
                raise ValueError(
                    f"Unknown variable: {variable}. This optimizer can only be called for the variables it was originally "
                    "built with. When working with a new set of variables, you should recreate a new optimizer instance."
                )

    def _without_missing(self, grads: list[Any], variables: list[Any]) -> tuple[list[Any], list[Any]]:
        pairs = [(grad, variable) for grad, variable in zip(grads, variables, strict=True) if grad is not None]
        if not pairs:
            raise ValueError("No gradients provided for any variable.")
        if len(pairs) < len(grads):
            missing = [v.name for grad, v in zip(grads, variables, strict=True) if grad is None]
            warnings.warn(
                f"Gradients do not exist for variables {missing} when minimizing the loss. If using `model.compile()`, "
                "did you forget to provide a `loss` argument?",
                stacklevel=4,
            )
        return [grad for grad, _ in pairs], [variable for _, variable in pairs]

    def _clip_gradients(self, grads: list[Any]) -> list[Any]:
        if self.clipnorm is not None:
            return [tf.clip_by_norm(grad, self.clipnorm) for grad in grads]
        if self.global_clipnorm is not None:
            clipped, _ = tf.clip_by_global_norm(grads, self.global_clipnorm)
            return list(clipped)
        if self.clipvalue is not None:
            return [tf.clip_by_value(grad, -self.clipvalue, self.clipvalue) for grad in grads]
        return grads

    def exclude_from_weight_decay(self, var_list: Any = None, var_names: Any = None) -> None:
        """Leave variables out of weight decay, by themselves or by parts of their names."""
        if self.built:
            raise ValueError("`exclude_from_weight_decay()` can only be configured before the optimizer is built.")
        self._excluded_ids = {id(variable) for variable in var_list or []}
        self._exclude_from_weight_decay = list(var_names or [])

    def _use_weight_decay(self, variable: Any) -> bool:
        if id(variable) in self._excluded_ids:
            return False
        return not any(part in variable.name for part in self._exclude_from_weight_decay)

    def _apply_weight_decay(self, variables: list[Any]) -> None:
        if self.weight_decay is None:
            return
        rate = tf.cast(self._get_current_learning_rate(), "float32")
        for variable in variables:
            if self._use_weight_decay(variable):
                factor = tf.cast(rate * self.weight_decay, variable._dtype)
                variable.assign_sub(variable.read_value() * factor)

    def _update_averages(self, variables: list[Any]) -> None:
        for variable in variables:
            average = self._average[self._index[_key(variable)]]
            first = tf.cast(tf.equal(self._iterations, 0), variable._dtype)
            momentum = tf.cast(self.ema_momentum, variable._dtype) * (1 - first)
            average.assign(momentum * average.read_value() + (1 - momentum) * variable.read_value())
        if self.ema_overwrite_frequency:
            due = tf.equal((self._iterations + 1) % self.ema_overwrite_frequency, 0)
            for variable in variables:
                average = self._average[self._index[_key(variable)]]
                variable.assign(tf.where(due, average.read_value(), variable.read_value()))

    def finalize_variable_values(self, var_list: Any) -> None:
        """At the end of training: put the moving averages in the variables' places, if they are kept."""
        if self.use_ema and self.built:
            for variable in var_list:
                if _key(variable) in self._index:
                    variable.assign(self._average[self._index[_key(variable)]])

    def scale_loss(self, loss: Any) -> Any:
        """The loss times the scale factor."""
        return loss if self.loss_scale_factor is None else loss * self.loss_scale_factor

    def minimize(self, loss: Any, var_list: Any, tape: Any = None) -> Any:
        """Compute gradients of ``loss`` (a function, or a tensor with its tape) and apply them."""
        if tape is None:
            if not callable(loss):
                raise ValueError("`tape` is required when a `Tensor` loss is passed.")
            with GradientTape() as tape:
                value = loss()
            loss = value
        variables = list(var_list() if callable(var_list) else var_list)
        return self.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))

    # -- saving ----------------------------------------------------------------------------------------------

    def save_own_variables(self, store: Any) -> None:
        """Put the variables into ``store``, numbered."""
        for index, variable in enumerate(self.variables):
            store[str(index)] = variable.numpy()

    def load_own_variables(self, store: Any) -> None:
        """Take the variables from ``store``; with a warning, nothing, if their number differs."""
        own = self.variables
        if len(store.keys()) != len(own):
            warnings.warn(
                f"Skipping variable loading for optimizer '{self.name}', because it has {len(own)} variables whereas the "
                f"saved optimizer has {len(store.keys())} variables.",
                stacklevel=2,
            )
            return
        for index, variable in enumerate(own):
            variable.assign(store[str(index)])

    def get_weights(self) -> list[Any]:
        """The variables' values."""
        return [variable.numpy() for variable in self.variables]

    def set_weights(self, weights: Any) -> None:
        """Set the variables' values."""
        if not self.built:
            raise ValueError("You are calling `set_weights()` on an optimizer that has not yet been built.")
        for variable, value in zip(self.variables, weights, strict=True):
            variable.assign(value)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal optimizer."""
        rate = self._learning_rate
        if isinstance(rate, LearningRateSchedule):
            rate = schedule_config(rate)
        elif isinstance(rate, Variable):
            rate = float(rate.numpy())
        elif callable(rate):
            rate = rate()
        return {
            "name": self.name,
            "learning_rate": rate,
            "weight_decay": self.weight_decay,
            "clipnorm": self.clipnorm,
            "global_clipnorm": self.global_clipnorm,
            "clipvalue": self.clipvalue,
            "use_ema": self.use_ema,
            "ema_momentum": self.ema_momentum,
            "ema_overwrite_frequency": self.ema_overwrite_frequency,
            "loss_scale_factor": self.loss_scale_factor,
            "gradient_accumulation_steps": self.gradient_accumulation_steps,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        """The optimizer that ``get_config`` described."""
        return cls(**config)


def _key(variable: Any) -> Any:
    """What tells variables apart: themselves, or, for arguments of the function that is traced, which one they are.

    Each trace has variables of its own for those; their names stay.
    """
    handle = getattr(variable, "handle", None)
    return variable.name if isinstance(handle, Tensor) and not isinstance(handle, EagerTensor) else id(variable)
