"""Fast CPU kernels and a compiler of traced functions, written as LLVM IR; see the package's README."""
