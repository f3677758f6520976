"""The kernels of the ops that write summaries, one module a family."""
