"""``tf.compat.v1.saved_model.signature_constants``."""

from flowstone._compose import namespace

__getattr__, __dir__ = namespace(__name__)
