"""tf.signal and tf.audio: Fourier and cosine transforms, frames, spectrograms, sound files.

The functions are those of ``tf.signal``, under the same names; those of ``tf.audio`` are in ``audio``::

    import flowstone_signal as signal

    spectrogram = abs(signal.stft(sound, frame_length=256, frame_step=128))

Nothing is imported until it is touched.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from flowstone_signal._api import PUBLIC

_TARGETS = {name.removeprefix("signal."): target for name, target in PUBLIC.items() if name.startswith("signal.")}


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
