"""``tf.debugging.experimental``; written by ``nox -s api``."""

