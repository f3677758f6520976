"""``tf.io.gfile``; written by ``nox -s api``."""

