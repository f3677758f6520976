"""The test suite that every flowstone kernel and compiler provider can run."""
