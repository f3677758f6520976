"""``tf.compat.v1.flags``; written by ``nox -s api``."""

