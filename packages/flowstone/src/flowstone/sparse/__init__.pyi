"""``tf.sparse``; written by ``nox -s api``."""

