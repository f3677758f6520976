"""``tf.test``; written by ``nox -s api``."""

from . import experimental as experimental
from flowstone_autodiff.check import compute_gradient as compute_gradient
