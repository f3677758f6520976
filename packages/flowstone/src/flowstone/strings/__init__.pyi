"""``tf.strings``; written by ``nox -s api``."""

