"""``tf.random.experimental``; written by ``nox -s api``."""

