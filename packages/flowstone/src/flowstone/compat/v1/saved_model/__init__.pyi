"""``tf.compat.v1.saved_model``; written by ``nox -s api``."""

from . import signature_constants as signature_constants
from . import tag_constants as tag_constants
