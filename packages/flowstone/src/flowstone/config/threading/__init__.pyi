"""``tf.config.threading``; written by ``nox -s api``."""

