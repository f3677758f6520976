"""``tf.test.experimental``; written by ``nox -s api``."""

