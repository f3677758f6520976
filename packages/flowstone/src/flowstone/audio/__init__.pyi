"""``tf.audio``; written by ``nox -s api``."""

from flowstone_signal.audio import decode_wav as decode_wav
from flowstone_signal.audio import encode_wav as encode_wav
