"""``tf.initializers``; written by ``nox -s api``."""

from flowstone.keras.initializers import *
from flowstone_layers.initializers import Constant as Constant
from flowstone_layers.initializers import GlorotNormal as GlorotNormal
from flowstone_layers.initializers import GlorotUniform as GlorotUniform
from flowstone_layers.initializers import HeNormal as HeNormal
from flowstone_layers.initializers import HeUniform as HeUniform
from flowstone_layers.initializers import Identity as Identity
from flowstone_layers.initializers import Initializer as Initializer
from flowstone_layers.initializers import LecunNormal as LecunNormal
from flowstone_layers.initializers import LecunUniform as LecunUniform
from flowstone_layers.initializers import Ones as Ones
from flowstone_layers.initializers import Orthogonal as Orthogonal
from flowstone_layers.initializers import RandomNormal as RandomNormal
from flowstone_layers.initializers import RandomUniform as RandomUniform
from flowstone_layers.initializers import TruncatedNormal as TruncatedNormal
from flowstone_layers.initializers import VarianceScaling as VarianceScaling
from flowstone_layers.initializers import Zeros as Zeros
from flowstone_layers.initializers import Constant as _Constant_constant
from flowstone_layers.initializers import deserialize as deserialize
from flowstone_layers.initializers import get as get
from flowstone_layers.initializers import GlorotNormal as _GlorotNormal_glorot_normal
from flowstone_layers.initializers import GlorotUniform as _GlorotUniform_glorot_uniform
from flowstone_layers.initializers import HeNormal as _HeNormal_he_normal
from flowstone_layers.initializers import HeUniform as _HeUniform_he_uniform
from flowstone_layers.initializers import Identity as _Identity_identity
from flowstone_layers.initializers import LecunNormal as _LecunNormal_lecun_normal
from flowstone_layers.initializers import LecunUniform as _LecunUniform_lecun_uniform
from flowstone_layers.initializers import Ones as _Ones_ones
from flowstone_layers.initializers import Orthogonal as _Orthogonal_orthogonal
from flowstone_layers.initializers import RandomNormal as _RandomNormal_random_normal
from flowstone_layers.initializers import RandomUniform as _RandomUniform_random_uniform
from flowstone_layers.initializers import serialize as serialize
from flowstone_layers.initializers import TruncatedNormal as _TruncatedNormal_truncated_normal
from flowstone_layers.initializers import VarianceScaling as _VarianceScaling_variance_scaling
from flowstone_layers.initializers import Zeros as _Zeros_zeros

constant = _Constant_constant
glorot_normal = _GlorotNormal_glorot_normal
glorot_uniform = _GlorotUniform_glorot_uniform
he_normal = _HeNormal_he_normal
he_uniform = _HeUniform_he_uniform
identity = _Identity_identity
lecun_normal = _LecunNormal_lecun_normal
lecun_uniform = _LecunUniform_lecun_uniform
ones = _Ones_ones
orthogonal = _Orthogonal_orthogonal
random_normal = _RandomNormal_random_normal
random_uniform = _RandomUniform_random_uniform
truncated_normal = _TruncatedNormal_truncated_normal
variance_scaling = _VarianceScaling_variance_scaling
zeros = _Zeros_zeros
