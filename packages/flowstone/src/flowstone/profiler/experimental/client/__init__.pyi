"""``tf.profiler.experimental.client``; written by ``nox -s api``."""

