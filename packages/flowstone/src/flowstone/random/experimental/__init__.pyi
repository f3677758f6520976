"""``tf.random.experimental``; written by ``nox -s api``."""

from flowstone_core.random_algorithm import Algorithm as Algorithm
from flowstone_core.random_generator import Generator as Generator
from flowstone_core.random_generator import create_rng_state as create_rng_state
from flowstone_core.random_generator import get_global_generator as get_global_generator
from flowstone_core.ops.stateless_sampling import index_shuffle as index_shuffle
from flowstone_core.random_generator import set_global_generator as set_global_generator
from flowstone_core.ops.stateless_sampling import stateless_fold_in as stateless_fold_in
from flowstone_core.ops.stateless_sampling import stateless_shuffle as stateless_shuffle
from flowstone_core.ops.stateless_sampling import stateless_split as stateless_split
