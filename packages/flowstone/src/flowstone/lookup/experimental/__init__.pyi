"""``tf.lookup.experimental``; written by ``nox -s api``."""

