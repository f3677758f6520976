"""What can go wrong while a function is converted."""

from __future__ import annotations


class AutoGraphError(Exception):
    """The base of conversion errors."""


class ConversionError(AutoGraphError):
    """A function cannot be converted."""


class SourceError(ConversionError):
    """The source of a function cannot be found, or is not what was compiled."""


class UnsupportedError(ConversionError, NotImplementedError):
    """A function uses something that AutoGraph leaves alone, such as ``yield``."""
