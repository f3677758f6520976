"""``tf.compat.v1.nn``; written by ``nox -s api``."""

