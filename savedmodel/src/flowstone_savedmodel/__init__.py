"""SavedModels and checkpoints that travel between flowstone and TensorFlow.

The names are those of ``tf.saved_model`` and, for checkpoints, of ``tf.train``::

    import flowstone_savedmodel as saved_model

    model = saved_model.load("model")

Nothing is imported until it is touched.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from flowstone_savedmodel._api import PUBLIC

if TYPE_CHECKING:
    from flowstone_core.asset import Asset as Asset

    from flowstone_savedmodel.checkpoint.checkpoint import Checkpoint as Checkpoint
    from flowstone_savedmodel.checkpoint.manager import CheckpointManager as CheckpointManager
    from flowstone_savedmodel.checkpoint.options import CheckpointOptions as CheckpointOptions
    from flowstone_savedmodel.checkpoint.reader import list_variables as list_variables
    from flowstone_savedmodel.checkpoint.reader import load_checkpoint as load_checkpoint
    from flowstone_savedmodel.checkpoint.reader import load_variable as load_variable
    from flowstone_savedmodel.checkpoint.state import get_checkpoint_state as get_checkpoint_state
    from flowstone_savedmodel.checkpoint.state import latest_checkpoint as latest_checkpoint
    from flowstone_savedmodel.loading import contains_saved_model as contains_saved_model
    from flowstone_savedmodel.loading import load as load
    from flowstone_savedmodel.options import LoadOptions as LoadOptions
    from flowstone_savedmodel.options import SaveOptions as SaveOptions
    from flowstone_savedmodel.saving import save as save

_PREFIXES = ("saved_model.", "train.")
_TARGETS = {
    name.removeprefix(prefix): target
    for name, target in PUBLIC.items()
    for prefix in _PREFIXES
    if name.startswith(prefix) and name.count(".") == 1
}


def __getattr__(name: str) -> Any:
    """The public name, imported now and kept."""
    if name not in _TARGETS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, _, attribute = _TARGETS[name].partition(":")
    value: Any = getattr(import_module(module), attribute)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *_TARGETS])
