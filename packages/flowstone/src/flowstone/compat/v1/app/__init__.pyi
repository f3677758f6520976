"""``tf.compat.v1.app``; written by ``nox -s api``."""

