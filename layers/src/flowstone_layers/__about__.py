"""The version of flowstone-layers."""

__version__ = "0.1.0"
