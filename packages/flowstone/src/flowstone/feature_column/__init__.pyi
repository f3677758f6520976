"""``tf.feature_column``; written by ``nox -s api``."""

