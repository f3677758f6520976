"""``tf.strings``; written by ``nox -s api``."""

from flowstone_core.ops.script import string_format as _string_format_format

format = _string_format_format
