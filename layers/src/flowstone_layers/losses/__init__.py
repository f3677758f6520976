"""Losses: how far predictions are from targets."""

from __future__ import annotations

from typing import Any

from flowstone_layers import identifiers
from flowstone_layers.custom_objects import registered
from flowstone_layers.losses import functions
from flowstone_layers.losses.classification import (
    BinaryCrossentropy,
    BinaryFocalCrossentropy,
    CategoricalCrossentropy,
    CategoricalFocalCrossentropy,
    CategoricalHinge,
    Dice,
    Hinge,
    KLDivergence,
    SparseCategoricalCrossentropy,
    SquaredHinge,
    Tversky,
)
from flowstone_layers.losses.loss import Loss, LossFunctionWrapper
from flowstone_layers.losses.regression import (
    CosineSimilarity,
    Huber,
    LogCosh,
    MeanAbsoluteError,
    MeanAbsolutePercentageError,
    MeanSquaredError,
    MeanSquaredLogarithmicError,
    Poisson,
)

_CLASSES = (
    BinaryCrossentropy, BinaryFocalCrossentropy, CategoricalCrossentropy, CategoricalFocalCrossentropy, CategoricalHinge,
    CosineSimilarity, Dice, Hinge, Huber, KLDivergence, LogCosh, Loss, MeanAbsoluteError, MeanAbsolutePercentageError,
    MeanSquaredError, MeanSquaredLogarithmicError, Poisson, SparseCategoricalCrossentropy, SquaredHinge, Tversky,
)  # fmt: skip
_FUNCTIONS = (
    "binary_crossentropy binary_focal_crossentropy categorical_crossentropy categorical_focal_crossentropy "
    "categorical_hinge cosine_similarity dice hinge huber kl_divergence log_cosh mean_absolute_error "
    "mean_absolute_percentage_error mean_squared_error mean_squared_logarithmic_error poisson "
    "sparse_categorical_crossentropy squared_hinge tversky"
).split()
_SHORT = {
    "mse": "mean_squared_error",
    "mae": "mean_absolute_error",
    "mape": "mean_absolute_percentage_error",
    "msle": "mean_squared_logarithmic_error",
    "bce": "binary_crossentropy",
    "kld": "kl_divergence",
    "logcosh": "log_cosh",
    "huber_loss": "huber",
}

_KNOWN: dict[str, Any] = {cls.__name__: cls for cls in _CLASSES}
_KNOWN |= {name: getattr(functions, name) for name in _FUNCTIONS}
_KNOWN |= {short: _KNOWN[name] for short, name in _SHORT.items()}
_KNOWN |= {short.upper(): _KNOWN[name] for short, name in _SHORT.items()}


def get(identifier: Any) -> Any:
    """A loss (a function or an object) from its name, configuration, class, or itself."""
    return identifiers.get(identifier, _KNOWN, "loss", registered())


def serialize(loss: Any) -> Any:
    """The configuration of a loss."""
    return identifiers.describe(loss, "keras.losses")


def deserialize(name: Any, custom_objects: Any = None) -> Any:
    """The loss that ``serialize`` described."""
    return identifiers.get(name, _KNOWN, "loss", custom_objects)


def get_for(identifier: Any, target: Any, output: Any) -> Any:
    """A loss object for one output of a model; ``"crossentropy"`` is chosen by the shapes."""
    if isinstance(identifier, str) and identifier in ("crossentropy", "ce"):
        identifier = f"{kind_of_classes(target, output)}crossentropy"
    loss = get(identifier)
    if isinstance(loss, Loss) or not callable(loss):
        return loss
    return LossFunctionWrapper(loss, name=getattr(loss, "__name__", None))


def kind_of_classes(target: Any, output: Any) -> str:
    """``"binary_"``, ``"categorical_"`` or ``"sparse_categorical_"``: what the shapes say."""
    classes = output.shape[-1] if output.shape.rank else None
    if classes == 1:
        return "binary_"
    same_rank = target is None or target.shape.rank == output.shape.rank
    sparse = not same_rank or (target is not None and target.shape[-1] == 1)
    return "sparse_categorical_" if sparse else "categorical_"
