"""Recurrent layers: cells, which take one step, and layers, which take a sequence."""
