"""``tf.ragged``; written by ``nox -s api``."""

