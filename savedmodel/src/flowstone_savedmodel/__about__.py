"""The version of flowstone-savedmodel."""

__version__ = "0.1.0"
