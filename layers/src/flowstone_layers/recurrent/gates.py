"""The settings that all recurrent cells and layers take, in one place."""

from __future__ import annotations

from typing import Any

from flowstone_layers import activations, constraints, initializers, regularizers

WEIGHTS = ("kernel", "recurrent", "bias")


class Gates:
    """Activations, initializers, regularizers and constraints of a cell's weights.

    Args:
        units: The size of the output.
        settings: The constructor's arguments, by name.
    """

    def __init__(self, units: int, settings: dict[str, Any]) -> None:
        if not isinstance(units, int) or units <= 0:
            raise ValueError(
                f"Received an invalid value for argument `units`, expected a positive integer, got {units}."
            )
        self.units = units
        self.use_bias = settings["use_bias"]
        self.activation = activations.get(settings["activation"])
        self.recurrent_activation = activations.get(settings.get("recurrent_activation"))
        self.initializers = {key: initializers.get(settings[f"{key}_initializer"]) for key in WEIGHTS}
        self.regularizers = {key: regularizers.get(settings.get(f"{key}_regularizer")) for key in WEIGHTS}
        self.constraints = {key: constraints.get(settings.get(f"{key}_constraint")) for key in WEIGHTS}

    def weight(self, cell: Any, key: str, shape: Any, name: str, initializer: Any = None) -> Any:
        """Make one weight of ``cell``."""
        return cell.add_weight(
            shape=shape,
            name=name,
            initializer=initializer or self.initializers[key],
            regularizer=self.regularizers[key],
            constraint=self.constraints[key],
        )

    def get_config(self) -> dict[str, Any]:
        """The settings as plain data."""
        config = {
            "units": self.units,
            "activation": activations.serialize(self.activation),
            "use_bias": self.use_bias,
        }
        for key in WEIGHTS:
            config[f"{key}_initializer"] = initializers.serialize(self.initializers[key])
            config[f"{key}_regularizer"] = regularizers.serialize(self.regularizers[key])
            config[f"{key}_constraint"] = constraints.serialize(self.constraints[key])
        return config
