"""``tf.train.experimental``; written by ``nox -s api``."""
