"""tf.image: resizing, colour, flips, crops, boxes, quality measures, and files of images.

The functions are those of ``tf.image``, under the same names::

    import flowstone_image as image

    small = image.resize(pixels, [32, 32])

Nothing is imported until it is touched.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from flowstone_image._api import PUBLIC

_TARGETS = {name.removeprefix("image."): target for name, target in PUBLIC.items() if name.startswith("image.")}


def __getattr__(name: str) -> Any:
    """The public name, imported now and kept."""
    if name not in _TARGETS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, _, attribute = _TARGETS[name].partition(":")
    value = getattr(import_module(module), attribute)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *_TARGETS])
