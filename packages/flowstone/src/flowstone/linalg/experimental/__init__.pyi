"""``tf.linalg.experimental``; written by ``nox -s api``."""

