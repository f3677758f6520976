"""The version of flowstone-image."""

__version__ = "0.1.0"
