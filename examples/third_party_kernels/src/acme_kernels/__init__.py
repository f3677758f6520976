"""Kernels for flowstone by somebody else: an example to copy."""
