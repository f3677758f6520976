"""A cell over a sequence."""

from __future__ import annotations

from typing import Any

from flowstone_core import nest
from flowstone_core.api import tf
from flowstone_core.tensor import EagerTensor
from flowstone_graphfn.while_loops import while_loop

from flowstone_layers.call_context import scope
from flowstone_layers.layer import Layer
from flowstone_layers.recurrent.cell import Cell
from flowstone_layers.recurrent.stacked import StackedRNNCells
from flowstone_layers.saving.objects import deserialize_keras_object, serialize_keras_object
from flowstone_layers.variable import Variable


class RNN(Layer):
    """Takes a cell's steps over a sequence ``[batch, time, ...]``.

    Args:
        cell: A cell, or a list of cells to stack.
        return_sequences: Whether the output of every step is returned, or of the last only.
        return_state: Whether the last states are returned after the output.
        go_backwards: Whether the sequence is taken from its end.
        stateful: Whether a batch begins with the states that the previous one left.
        unroll: Whether the steps are written out in graphs, instead of a loop.
        zero_output_for_mask: Whether outputs of masked steps are zero, instead of the last ones.
        **kwargs: The settings of ``Layer``.
    """

    def __init__(
        self,
        cell: Any,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        zero_output_for_mask: bool = False,
        **kwargs: Any,
    ) -> None:
        if isinstance(cell, (list, tuple)):
            cell = StackedRNNCells(cell)
        if not callable(getattr(cell, "call", None)):
            raise ValueError(f"Argument `cell` should have a `call` method. Received: cell={cell}")
        if not hasattr(cell, "state_size"):
            raise ValueError(f"The RNN cell should have a `state_size` attribute. Received: cell={cell}")
        kwargs.pop("time_major", None)
        kwargs.pop("use_cudnn", None)
        super().__init__(**kwargs)
        self.cell = cell
        self.return_sequences = return_sequences
        self.return_state = return_state
        self.go_backwards = go_backwards
        self.stateful = stateful
        self.unroll = unroll
        self.zero_output_for_mask = zero_output_for_mask
        self.supports_masking = True
        self.states: Any = None

    @property
    def state_size(self) -> list[Any]:
        """The sizes of the states."""
        return list(nest.flatten(self.cell.state_size))

    def build(self, sequences_shape: Any, initial_state_shape: Any = None) -> None:
        """Build the cell."""
        step_shape = (sequences_shape[0], *sequences_shape[2:])
        if isinstance(self.cell, Layer) and not self.cell.built:
            with scope(self.cell.name, self.cell):
                self.cell.build(step_shape)
                self.cell.built = True
        if self.stateful and self.states is None:
            self._make_states(sequences_shape[0])
        self.built = True

    def _make_states(self, batch_size: Any) -> None:
        if batch_size is None:
            raise ValueError(
                "When using `stateful=True` in a RNN, the batch size must be static: use `batch_shape` in `Input`."
            )
        self.states = [
            Variable(tf.zeros([batch_size, size], self.compute_dtype), trainable=False, name=f"state_{index}")
            for index, size in enumerate(self.state_size)
        ]

    def get_initial_state(self, batch_size: Any) -> Any:
        """The states that sequences begin with."""
        if hasattr(self.cell, "get_initial_state"):
            return self.cell.get_initial_state(batch_size=batch_size)
        return [tf.zeros([batch_size, size], self.compute_dtype) for size in self.state_size]

    def call(self, sequences: Any, initial_state: Any = None, mask: Any = None, training: Any = False) -> Any:
        """Take all steps."""
        if isinstance(mask, (list, tuple)):
            mask = mask[0]
        if initial_state is None and self.stateful:
            initial_state = [state.read_value() for state in self.states]
        elif initial_state is None:
            initial_state = self.get_initial_state(tf.shape(sequences)[0])
        states = [tf.cast(state, self.compute_dtype) for state in nest.flatten(initial_state)]
        outputs, last, states = self._steps(sequences, states, mask, training)
        if self.stateful:
            for own, new in zip(self.states, states, strict=True):
                own.assign(new)
        output = outputs if self.return_sequences else last
        return (output, *states) if self.return_state else output

    def _step(self, x: Any, states: list[Any], training: Any) -> tuple[Any, list[Any]]:
        if self._projects:
            output, new = self.cell.advance(x, states, training)
            return output, nest.flatten(new)
        settings = {"training": training} if isinstance(self.cell, Layer) and self.cell._takes_training else {}
        output, new = self.cell(x, states, **settings)
        return output, nest.flatten(new)

    @property
    def _projects(self) -> bool:
        """Whether the inputs of all steps are projected at once, before the first step."""
        return isinstance(self.cell, Cell) and self.cell.projects

    def _steps(self, sequences: Any, states: list[Any], mask: Any, training: Any) -> tuple[Any, Any, list[Any]]:
        """The outputs of all steps ``[batch, time, ...]``, the last output and the last states."""
        rank = sequences.shape.rank
        by_time = tf.transpose(sequences, [1, 0, *range(2, rank)])
        steps = sequences.shape[1]
        mask_by_time = None if mask is None else tf.transpose(tf.cast(mask, "bool"))
        if self.go_backwards:
            by_time = tf.reverse(by_time, [0])
            mask_by_time = None if mask_by_time is None else tf.reverse(mask_by_time, [0])
        for cell in getattr(self.cell, "cells", [self.cell]):
            if hasattr(cell, "make_dropout_masks") and (cell.dropout or cell.recurrent_dropout):
                cell.make_dropout_masks(by_time[0], states[0], training)
        if self._projects:
            by_time = self.cell.project(by_time, training)
        if self.unroll or (steps is not None and type(by_time) is EagerTensor):
            if steps is None:
                raise ValueError("Unrolling requires a fixed number of timesteps.")
            return self._written_out(by_time, states, mask_by_time, training, steps)
        return self._looped(by_time, states, mask_by_time, training, rank)

    def _masked(self, keep: Any, output: Any, before: Any, new: list[Any], old: list[Any]) -> tuple[Any, list[Any]]:
        """Outputs and states of one step where the mask is false: the previous ones."""
        keep = tf.expand_dims(keep, -1)
        blank = tf.zeros_like(output) if self.zero_output_for_mask or before is None else before
        return tf.where(keep, output, blank), [tf.where(keep, a, b) for a, b in zip(new, old, strict=True)]

    def _written_out(self, by_time: Any, states: list[Any], mask: Any, training: Any, steps: int) -> Any:
        outputs: list[Any] = []
        for step in range(steps):
            output, new = self._step(by_time[step], states, training)
            if mask is not None:
                output, new = self._masked(mask[step], output, outputs[-1] if outputs else None, new, states)
            states = new
            outputs.append(output)
        stacked = tf.stack(outputs)
        return tf.transpose(stacked, [1, 0, *range(2, stacked.shape.rank)]), outputs[-1], states

    def _looped(self, by_time: Any, states: list[Any], mask: Any, training: Any, rank: int) -> Any:
        steps = tf.shape(by_time)[0]
        size = nest.flatten(getattr(self.cell, "output_size", self.cell.state_size))[0]
        inputs = tf.TensorArray(by_time.dtype, size=steps).unstack(by_time)
        array = tf.TensorArray(self.compute_dtype, size=steps, element_shape=[by_time.shape[1], size])
        blank = tf.zeros([tf.shape(by_time)[1], size], self.compute_dtype)

        def body(step: Any, array: Any, before: Any, *own: Any) -> Any:
            output, new = self._step(inputs.read(step), list(own), training)
            if mask is not None:
                output, new = self._masked(mask[step], output, before, new, list(own))
            for tensor, old in zip(new, own, strict=True):
                tensor.set_shape(old.shape)
            return (step + 1, array.write(step, output), output, *new)

        results = while_loop(lambda step, *_: step < steps, body, (tf.constant(0), array, blank, *states))
        _, array, last, *states = results
        stacked = array.stack()
        return tf.transpose(stacked, [1, 0, *range(2, stacked.shape.rank)]), last, states

    def compute_mask(self, inputs: Any, previous_mask: Any) -> Any:
        """The mask of the outputs, if there is one for every step."""
        mask = nest.flatten(previous_mask)[0]
        output = mask if self.return_sequences else None
        return [output, *(None for _ in self.state_size)] if self.return_state else output

    def reset_state(self) -> None:
        """Set the states of a stateful layer to zero."""
        if self.states is not None:
            for state in self.states:
                state.assign(tf.zeros_like(state))

    reset_states = reset_state

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        config = super().get_config() | self._loop_config()
        return config | {"cell": serialize_keras_object(self.cell)}

    def _loop_config(self) -> dict[str, Any]:
        return {
            "return_sequences": self.return_sequences,
            "return_state": self.return_state,
            "go_backwards": self.go_backwards,
            "stateful": self.stateful,
            "unroll": self.unroll,
            "zero_output_for_mask": self.zero_output_for_mask,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        """The layer that ``get_config`` described."""
        if "cell" not in config:
            return cls(**config)
        cell = deserialize_keras_object(config["cell"], custom_objects)
        return cls(cell, **{key: value for key, value in config.items() if key != "cell"})


class CellRNN(RNN):
    """An ``RNN`` of one cell, whose constructor takes the settings of both.

    Args:
        cell_class: The class of the cell.
        settings: The arguments of the constructor by name, without ``kwargs``.
        kwargs: The settings of ``Layer``.
    """

    def __init__(self, cell_class: type, settings: dict[str, Any], kwargs: dict[str, Any]) -> None:
        own = {key: value for key, value in settings.items() if key not in _NOT_OF_CELLS}
        loop = {key: settings[key] for key in _LOOP}
        kwargs.pop("implementation", None)
        cell = cell_class(**own, **({"dtype": kwargs["dtype"]} if kwargs.get("dtype") is not None else {}))
        super().__init__(cell, **loop, activity_regularizer=settings["activity_regularizer"], **kwargs)

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        inner = {key: value for key, value in self.cell.get_config().items() if key not in _OF_LAYERS}
        return Layer.get_config(self) | self._loop_config() | inner

    def __getattr__(self, name: str) -> Any:
        cell = self.__dict__.get("cell")
        if cell is None or name.startswith("_"):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        return getattr(cell.gates if hasattr(cell.gates, name) else cell, name)


_LOOP = ("return_sequences", "return_state", "go_backwards", "stateful", "unroll")
_NOT_OF_CELLS = frozenset({*_LOOP, "self", "kwargs", "__class__", "activity_regularizer", "use_cudnn"})
_OF_LAYERS = ("name", "dtype", "trainable", "activity_regularizer", "autocast")
