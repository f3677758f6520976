"""``tf.compat.v1.gfile``; written by ``nox -s api``."""

