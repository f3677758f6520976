"""Tensors, ops, dispatch, variables and numpy kernels of flowstone."""

from flowstone_core import operators as operators
