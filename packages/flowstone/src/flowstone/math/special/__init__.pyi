"""``tf.math.special``; written by ``nox -s api``."""

