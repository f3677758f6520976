"""``tf.graph_util``; written by ``nox -s api``."""

