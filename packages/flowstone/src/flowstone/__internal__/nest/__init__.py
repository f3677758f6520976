"""``tf.__internal__.nest``."""

from flowstone._compose import namespace

__getattr__, __dir__ = namespace(__name__)
