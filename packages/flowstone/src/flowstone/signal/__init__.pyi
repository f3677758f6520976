"""``tf.signal``; written by ``nox -s api``."""

