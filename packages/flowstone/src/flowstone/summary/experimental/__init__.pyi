"""``tf.summary.experimental``; written by ``nox -s api``."""
