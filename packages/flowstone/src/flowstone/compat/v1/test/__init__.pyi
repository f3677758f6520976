"""``tf.compat.v1.test``; written by ``nox -s api``."""

from flowstone_core.testing.test_case import TestCase as TestCase
from flowstone_core.testing.program import main as main
