"""The version of flowstone-conformance."""

__version__ = "0.1.0"
