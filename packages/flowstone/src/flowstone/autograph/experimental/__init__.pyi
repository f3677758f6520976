"""``tf.autograph.experimental``; written by ``nox -s api``."""

