"""``tf.autodiff``; written by ``nox -s api``."""

