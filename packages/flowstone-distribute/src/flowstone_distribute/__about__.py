"""The version of flowstone-distribute."""

__version__ = "0.1.0"
