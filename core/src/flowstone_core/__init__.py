"""Tensors, ops, dispatch, variables and numpy kernels of flowstone."""
