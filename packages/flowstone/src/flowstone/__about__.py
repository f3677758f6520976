"""The version of flowstone."""

__version__ = "0.1.0"
