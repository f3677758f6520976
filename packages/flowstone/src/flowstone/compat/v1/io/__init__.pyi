"""``tf.compat.v1.io``; written by ``nox -s api``."""

