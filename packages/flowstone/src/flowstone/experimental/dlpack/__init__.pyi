"""``tf.experimental.dlpack``; written by ``nox -s api``."""

