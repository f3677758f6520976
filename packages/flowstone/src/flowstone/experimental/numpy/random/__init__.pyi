"""``tf.experimental.numpy.random``; written by ``nox -s api``."""

