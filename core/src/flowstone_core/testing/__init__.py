"""``tf.test``: what tests of programs need. The test case builds on absl-py (``pip install flowstone-core[testing]``)."""
