"""``tf.autograph.experimental``; written by ``nox -s api``."""

from flowstone_graphfn.autograph.options import Feature as Feature
from flowstone_graphfn.autograph.api import do_not_convert as do_not_convert
from flowstone_graphfn.autograph.api import set_loop_options as set_loop_options
