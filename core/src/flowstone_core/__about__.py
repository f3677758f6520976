"""The version of flowstone-core."""

__version__ = "0.1.0"
