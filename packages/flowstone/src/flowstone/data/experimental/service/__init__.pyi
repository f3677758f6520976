"""``tf.data.experimental.service``; written by ``nox -s api``."""

