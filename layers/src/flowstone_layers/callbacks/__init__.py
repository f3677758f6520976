"""Callbacks: what is told about the course of training."""
