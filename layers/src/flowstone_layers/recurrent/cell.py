"""What cells share: the state they start with, and dropout masks."""

from __future__ import annotations

from typing import Any

from flowstone_core import nest
from flowstone_core.api import tf

from flowstone_layers.layer import Layer
from flowstone_layers.random_seed import SeedGenerator


class Cell(Layer):
    """One step of a recurrence: ``output, states = cell(input, states)``.

    A subclass sets ``state_size`` and ``output_size``. Where ``call`` is ``advance(project(inputs), states)``, a layer
    projects the inputs of all steps at once.
    """

    state_size: Any
    output_size: Any
    kernel: Any

    def get_initial_state(self, batch_size: Any = None) -> list[Any]:
        """States of zeros for ``batch_size`` sequences."""
        return [tf.zeros([batch_size, size], self.compute_dtype) for size in nest.flatten(self.state_size)]

    def project(self, inputs: Any, training: Any = False) -> Any:
        """What the inputs of one step, or of all steps, add to the gates: the part that needs no state."""
        raise NotImplementedError

    def advance(self, projected: Any, states: Any, training: Any = False) -> Any:
        """Take one step with what ``project`` made of its inputs."""
        raise NotImplementedError

    @property
    def projects(self) -> bool:
        """Whether ``call`` is ``project`` and ``advance``: not where a subclass has another ``call`` than its base."""
        parts = {"call", "project", "advance"}
        own = next(parts & vars(cls).keys() for cls in type(self).__mro__ if parts & vars(cls).keys())
        return own == parts and self.activity_regularizer is None

    def zero_state(self, batch_size: Any, dtype: Any = None) -> list[Any]:
        """States of zeros: the name that TensorFlow 1's cells had for ``get_initial_state``."""
        return [tf.zeros([batch_size, size], dtype or self.compute_dtype) for size in nest.flatten(self.state_size)]

    def _prepare_dropout(self, dropout: float, recurrent_dropout: float, seed: int | None) -> None:
        self.dropout = min(1.0, max(0.0, dropout))
        self.recurrent_dropout = min(1.0, max(0.0, recurrent_dropout))
        self.seed = seed
        self._masks: dict[str, Any] = {}
        if self.dropout or self.recurrent_dropout:
            self.seed_generator = SeedGenerator(seed)

    def reset_dropout_masks(self) -> None:
        """Draw new masks at the next step: they stay the same for all steps of a sequence."""
        self._masks = {}

    def make_dropout_masks(self, inputs: Any, state: Any, training: Any) -> None:
        """Draw the masks of a sequence before its first step."""
        self.reset_dropout_masks()
        if training:
            self._mask("inputs", inputs, self.dropout)
            self._mask("state", state, self.recurrent_dropout)

    def _through_kernel(self, inputs: Any, training: Any) -> Any:
        """The inputs of one step or of several, dropped and multiplied with the kernel."""
        inputs = self._dropped("inputs", inputs, self.dropout, training)
        return tf.matmul(inputs, self.kernel) if inputs.shape.rank == 2 else tf.tensordot(inputs, self.kernel, axes=1)

    def _mask(self, key: str, like: Any, rate: float) -> Any:
        if not rate:
            return None
        if key not in self._masks:
            drawn = tf.random.stateless_uniform(tf.shape(like), self.seed_generator.next())
            self._masks[key] = tf.cast(drawn >= rate, like.dtype) / (1.0 - rate)
        return self._masks[key]

    def _dropped(self, key: str, value: Any, rate: float, training: Any) -> Any:
        mask = self._mask(key, value, rate) if training else None
        return value if mask is None else value * mask
