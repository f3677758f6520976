"""``tf.saved_model.experimental``; written by ``nox -s api``."""

