"""``tf.compat.v1.test``; written by ``nox -s api``."""

