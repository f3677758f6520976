"""``tf.dtypes.experimental``; written by ``nox -s api``."""

