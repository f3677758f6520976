"""``tf.keras.datasets.cifar10``; written by ``nox -s api``."""

