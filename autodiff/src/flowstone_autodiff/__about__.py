"""The version of flowstone-autodiff."""

__version__ = "0.1.0"
