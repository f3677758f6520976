"""``tf.random``; written by ``nox -s api``."""

from . import experimental as experimental
from flowstone_core.random_algorithm import Algorithm as Algorithm
from flowstone_core.random_generator import Generator as Generator
from flowstone_core.ops.candidates import all_candidate_sampler as all_candidate_sampler
from flowstone_core.ops.random import categorical as categorical
from flowstone_core.random_generator import create_rng_state as create_rng_state
from flowstone_core.ops.candidates import fixed_unigram_candidate_sampler as fixed_unigram_candidate_sampler
from flowstone_core.ops.stateless_sampling import stateless_fold_in as _stateless_fold_in_fold_in
from flowstone_core.ops.random import gamma as gamma
from flowstone_core.random_generator import get_global_generator as get_global_generator
from flowstone_core.ops.candidates import learned_unigram_candidate_sampler as learned_unigram_candidate_sampler
from flowstone_core.ops.candidates import log_uniform_candidate_sampler as log_uniform_candidate_sampler
from flowstone_core.ops.random import normal as normal
from flowstone_core.ops.random import poisson as poisson
from flowstone_core.random_generator import set_global_generator as set_global_generator
from flowstone_core.random_seed import set_seed as set_seed
from flowstone_core.ops.random import shuffle as shuffle
from flowstone_core.ops.stateless_sampling import stateless_split as _stateless_split_split
from flowstone_core.ops.stateless_sampling import stateless_binomial as stateless_binomial
from flowstone_core.ops.stateless_sampling import stateless_categorical as stateless_categorical
from flowstone_core.ops.stateless_sampling import stateless_gamma as stateless_gamma
from flowstone_core.ops.stateless_random import stateless_normal as stateless_normal
from flowstone_core.ops.stateless_sampling import stateless_parameterized_truncated_normal as stateless_parameterized_truncated_normal
from flowstone_core.ops.stateless_sampling import stateless_poisson as stateless_poisson
from flowstone_core.ops.stateless_random import stateless_truncated_normal as stateless_truncated_normal
from flowstone_core.ops.stateless_random import stateless_uniform as stateless_uniform
from flowstone_core.ops.random import truncated_normal as truncated_normal
from flowstone_core.ops.random import uniform as uniform
from flowstone_core.ops.candidates import uniform_candidate_sampler as uniform_candidate_sampler

fold_in = _stateless_fold_in_fold_in
split = _stateless_split_split
