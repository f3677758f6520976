"""``tf.compat.v1.random``; written by ``nox -s api``."""

