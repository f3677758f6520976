"""Several cells as one."""

from __future__ import annotations

from typing import Any

from flowstone_core import nest

from flowstone_layers.layer import Layer
from flowstone_layers.saving.objects import deserialize_keras_object, serialize_keras_object


class StackedRNNCells(Layer):
    """Cells one on top of the other: each takes the output of the one below.

    Args:
        cells: The cells, from the bottom.
        **kwargs: The settings of ``Layer``.
    """

    def __init__(self, cells: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        for cell in cells:
            if not hasattr(cell, "state_size"):
                raise ValueError(f"All cells must have a `state_size` attribute. Received cell without it: {cell}")
        self.cells = list(cells)

    @property
    def state_size(self) -> list[Any]:
        """The state sizes of the cells, from the bottom."""
        return [cell.state_size for cell in self.cells]

    @property
    def output_size(self) -> Any:
        """The output size of the top cell."""
        return self.cells[-1].output_size

    def get_initial_state(self, batch_size: Any = None) -> list[Any]:
        """States of zeros, cell by cell."""
        return [cell.get_initial_state(batch_size) for cell in self.cells]

    def call(self, inputs: Any, states: Any, training: Any = False, **kwargs: Any) -> Any:
        """Take one step."""
        given = nest.pack_sequence_as(self.get_state_structure(), nest.flatten(states))
        following = []
        for cell, own in zip(self.cells, given, strict=True):
            inputs, new = cell(inputs, own, training=training)
            following.append(new if nest.is_nested(new) else [new])
        return inputs, following

    def get_state_structure(self) -> list[Any]:
        """A structure like the states."""
        return [list(nest.flatten(size)) for size in self.state_size]

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return super().get_config() | {"cells": [serialize_keras_object(cell) for cell in self.cells]}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        """The layer that ``get_config`` described."""
        cells = [deserialize_keras_object(cell, custom_objects) for cell in config["cells"]]
        return cls(cells, **{key: value for key, value in config.items() if key != "cells"})
