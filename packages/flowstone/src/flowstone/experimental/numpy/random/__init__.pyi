"""``tf.experimental.numpy.random``; written by ``nox -s api``."""

from flowstone_core.tnp.random import poisson as poisson
from flowstone_core.tnp.random import rand as rand
from flowstone_core.tnp.random import randint as randint
from flowstone_core.tnp.random import randn as randn
from flowstone_core.tnp.random import random as random
from flowstone_core.tnp.random import seed as seed
from flowstone_core.tnp.random import standard_normal as standard_normal
from flowstone_core.tnp.random import uniform as uniform
