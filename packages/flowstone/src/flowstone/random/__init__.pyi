"""``tf.random``; written by ``nox -s api``."""

from . import experimental as experimental
from flowstone_core.ops.random import categorical as categorical
from flowstone_core.ops.random import gamma as gamma
from flowstone_core.ops.random import normal as normal
from flowstone_core.ops.random import poisson as poisson
from flowstone_core.random_seed import set_seed as set_seed
from flowstone_core.ops.random import shuffle as shuffle
from flowstone_core.ops.stateless_random import stateless_normal as stateless_normal
from flowstone_core.ops.stateless_random import stateless_truncated_normal as stateless_truncated_normal
from flowstone_core.ops.stateless_random import stateless_uniform as stateless_uniform
from flowstone_core.ops.random import truncated_normal as truncated_normal
from flowstone_core.ops.random import uniform as uniform
