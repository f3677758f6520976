"""The version of flowstone-summary."""

__version__ = "0.1.0"
