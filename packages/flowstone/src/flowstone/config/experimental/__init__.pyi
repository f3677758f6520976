"""``tf.config.experimental``; written by ``nox -s api``."""

