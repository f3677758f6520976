"""Layers that act while training: dropout and noise."""
