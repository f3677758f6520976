"""The version of flowstone-data."""

__version__ = "0.1.0"
