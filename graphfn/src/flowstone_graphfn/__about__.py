"""The version of flowstone-graphfn."""

__version__ = "0.1.0"
