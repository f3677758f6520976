"""``tf.compat.v1.losses``; written by ``nox -s api``."""

