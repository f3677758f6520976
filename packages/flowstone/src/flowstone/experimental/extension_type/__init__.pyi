"""``tf.experimental.extension_type``; written by ``nox -s api``."""

from flowstone_core.extension_type import as_dict as as_dict
