"""The numpy kernels, in modules that mirror ``flowstone_core.ops``; offered by the hook any provider uses."""
