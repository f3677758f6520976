"""Conformance cases for flowstone-signal's ops; only flowstone-conformance loads them."""
