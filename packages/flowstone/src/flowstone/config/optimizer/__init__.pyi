"""``tf.config.optimizer``; written by ``nox -s api``."""

