"""``tf.experimental.extension_type``."""

from flowstone._compose import namespace

__getattr__, __dir__ = namespace(__name__)
