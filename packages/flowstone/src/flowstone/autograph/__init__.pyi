"""``tf.autograph``; written by ``nox -s api``."""

from . import experimental as experimental
from flowstone_graphfn.autograph.log import set_verbosity as set_verbosity
from flowstone_graphfn.autograph.api import to_code as to_code
from flowstone_graphfn.autograph.api import to_graph as to_graph
from flowstone_graphfn.autograph.log import trace as trace
