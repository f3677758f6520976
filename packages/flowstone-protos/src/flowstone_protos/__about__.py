"""The version of flowstone-protos."""

__version__ = "0.1.0"
