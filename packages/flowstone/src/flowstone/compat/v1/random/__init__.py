"""``tf.compat.v1.random``."""

from flowstone._compose import namespace

__getattr__, __dir__ = namespace(__name__)
