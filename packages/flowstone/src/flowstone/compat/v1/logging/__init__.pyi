"""``tf.compat.v1.logging``; written by ``nox -s api``."""

