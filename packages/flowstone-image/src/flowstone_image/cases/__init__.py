"""Conformance cases for flowstone-image's ops; only flowstone-conformance loads them."""
