"""``tf.quantization.experimental``; written by ``nox -s api``."""

