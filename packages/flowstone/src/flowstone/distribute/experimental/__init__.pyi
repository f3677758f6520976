"""``tf.distribute.experimental``; written by ``nox -s api``."""

