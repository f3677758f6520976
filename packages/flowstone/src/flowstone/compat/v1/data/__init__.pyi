"""``tf.compat.v1.data``; written by ``nox -s api``."""

