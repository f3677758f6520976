"""The numpy kernels of flowstone-signal."""
