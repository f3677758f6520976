"""``tf.keras.datasets.cifar100``; written by ``nox -s api``."""

