"""``tf.autodiff``; written by ``nox -s api``."""

from flowstone_autodiff.accumulator import ForwardAccumulator as ForwardAccumulator
from flowstone_autodiff.tape import GradientTape as GradientTape
