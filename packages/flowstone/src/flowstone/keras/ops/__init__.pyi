"""``tf.keras.ops``; written by ``nox -s api``."""

from . import image as image
from . import linalg as linalg
from . import nn as nn
from . import numpy as numpy
