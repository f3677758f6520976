"""The numpy kernels of flowstone-image."""
