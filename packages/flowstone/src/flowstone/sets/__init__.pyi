"""``tf.sets``; written by ``nox -s api``."""

