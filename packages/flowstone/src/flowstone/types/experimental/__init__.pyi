"""``tf.types.experimental``; written by ``nox -s api``."""

