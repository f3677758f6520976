"""The version of flowstone-signal."""

__version__ = "0.1.0"
