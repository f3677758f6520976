"""``tf.xla.experimental``; written by ``nox -s api``."""

