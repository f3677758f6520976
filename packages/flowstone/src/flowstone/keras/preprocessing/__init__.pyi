"""``tf.keras.preprocessing``; written by ``nox -s api``."""

from . import image as image
from . import sequence as sequence
from . import text as text
