"""``tf.sysconfig``; written by ``nox -s api``."""

