"""Version numbers: TensorFlow's, which programs ask for, and whether the installed components fit together."""

from __future__ import annotations

import warnings
from importlib import import_module
from typing import TYPE_CHECKING, Any

from flowstone.__about__ import __version__

if TYPE_CHECKING:
    from flowstone_core.plugins import Plugin

VERSION = "2.21.0"
"""``tf.__version__``: the TensorFlow whose interface this is. Programs compare it to decide what they may use;
flowstone's own version is ``tf.flowstone_version``."""

KERAS_VERSION = "3.15.1"
"""``tf.keras.__version__``: the Keras whose interface this is."""


def keras_version() -> str:
    """``tf.keras.version()``: the Keras whose interface this is."""
    return KERAS_VERSION


GIT_VERSION = f"flowstone-{__version__}"
COMPILER_VERSION = "none"
GRAPH_DEF_VERSION = 2474
GRAPH_DEF_VERSION_MIN_CONSUMER = 0
GRAPH_DEF_VERSION_MIN_PRODUCER = 0
FLOWSTONE_VERSION = __version__

_checked: set[str] = set()


def check_version(plugin: Plugin[Any]) -> None:
    """Warn, once for each component, if its version is outside the range that this facade was made for."""
    if plugin.name in _checked:
        return
    _checked.add(plugin.name)
    bounds = declared_range(plugin.distribution)
    if not within(plugin.version, bounds):
        warnings.warn(
            f"flowstone {__version__} works with {plugin.distribution} {bounds}, but {plugin.version} is installed. "
            f'Install a matching pair with: pip install --upgrade flowstone "{plugin.distribution}{bounds}"',
            RuntimeWarning,
            stacklevel=4,  # the line that touched the name
        )


def declared_range(distribution: str) -> str:
    """The versions of a distribution that this facade's own metadata ask for; empty if any will do.

    >>> declared_range("flowstone-core")
    '<0.2,>=0.1'
    """
    for requirement in import_module("importlib.metadata").requires("flowstone") or ():
        text = requirement.partition(";")[0].replace(" ", "")
        bounds = text.removeprefix(distribution)
        if bounds != text and bounds[:1] in ("[", "<", ">"):
            return bounds[bounds.find("]") + 1 :]
    return ""


def within(version: str, bounds: str) -> bool:
    """Whether a version lies in a range of this project's form.

    >>> within("0.1.4", ">=0.1,<0.2"), within("0.2.0", ">=0.1,<0.2")
    (True, False)
    """
    number = _numbers(version)
    return all(
        number >= _numbers(bound[2:]) if bound.startswith(">=") else number < _numbers(bound[1:])
        for bound in filter(None, bounds.split(","))
    )


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())
