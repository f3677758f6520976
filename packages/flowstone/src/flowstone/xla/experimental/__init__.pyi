"""``tf.xla.experimental``; written by ``nox -s api``."""

from flowstone_graphfn.xla import compile as compile
from flowstone_graphfn.xla import jit_scope as jit_scope
