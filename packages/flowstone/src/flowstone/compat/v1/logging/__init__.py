"""``tf.compat.v1.logging``."""

from flowstone._compose import namespace

__getattr__, __dir__ = namespace(__name__)
