"""``tf.distribute.cluster_resolver``; written by ``nox -s api``."""

