"""``tf.linalg.experimental``; written by ``nox -s api``."""

from flowstone_core.ops.conjugate_gradient import conjugate_gradient as conjugate_gradient
