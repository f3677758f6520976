"""Helpers of Keras: progress bars, data helpers."""
