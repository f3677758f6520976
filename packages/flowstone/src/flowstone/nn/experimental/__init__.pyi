"""``tf.nn.experimental``; written by ``nox -s api``."""

from flowstone_core.ops.dropout import general_dropout as general_dropout
from flowstone_core.ops.dropout import stateless_dropout as stateless_dropout
