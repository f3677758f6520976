"""``tf.compat.v1.math``; written by ``nox -s api``."""

