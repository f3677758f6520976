"""Layers that rearrange elements."""
