"""Where datasets begin: tensors, ranges, generators, files."""
