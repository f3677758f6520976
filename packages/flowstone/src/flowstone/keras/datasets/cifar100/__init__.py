"""``tf.keras.datasets.cifar100``."""

from flowstone._compose import namespace

__getattr__, __dir__ = namespace(__name__)
