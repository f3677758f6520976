"""``tf.raw_ops``; written by ``nox -s api``."""

