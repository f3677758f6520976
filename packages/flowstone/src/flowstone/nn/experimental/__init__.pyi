"""``tf.nn.experimental``; written by ``nox -s api``."""

