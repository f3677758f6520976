"""``tf.audio``; written by ``nox -s api``."""

