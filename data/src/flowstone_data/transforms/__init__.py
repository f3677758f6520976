"""Transformations of datasets, one a file: its op, what runs, its kernel."""
