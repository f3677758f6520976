"""``tf.config.optimizer``; written by ``nox -s api``."""

from flowstone_graphfn.passes.options import get_experimental_options as get_experimental_options
from flowstone_graphfn.passes.options import get_jit as get_jit
from flowstone_graphfn.passes.options import set_experimental_options as set_experimental_options
from flowstone_graphfn.passes.options import set_jit as set_jit
