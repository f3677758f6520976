"""``tf.experimental.extension_type``; written by ``nox -s api``."""

