"""``tf.image``; written by ``nox -s api``."""

