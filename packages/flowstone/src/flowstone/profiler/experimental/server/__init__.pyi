"""``tf.profiler.experimental.server``; written by ``nox -s api``."""

