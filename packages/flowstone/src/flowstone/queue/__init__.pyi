"""``tf.queue``; written by ``nox -s api``."""

