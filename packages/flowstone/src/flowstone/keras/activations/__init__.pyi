"""``tf.keras.activations``; written by ``nox -s api``."""

from flowstone_layers.activations import celu as celu
from flowstone_layers.activations import deserialize as deserialize
from flowstone_layers.activations import elu as elu
from flowstone_layers.activations import exponential as exponential
from flowstone_layers.activations import gelu as gelu
from flowstone_layers.activations import get as get
from flowstone_layers.activations import glu as glu
from flowstone_layers.activations import hard_shrink as hard_shrink
from flowstone_layers.activations import hard_sigmoid as hard_sigmoid
from flowstone_layers.activations import hard_silu as hard_silu
from flowstone_layers.activations import hard_silu as _hard_silu_hard_swish
from flowstone_layers.activations import hard_tanh as hard_tanh
from flowstone_layers.activations import leaky_relu as leaky_relu
from flowstone_layers.activations import linear as linear
from flowstone_layers.activations import log_sigmoid as log_sigmoid
from flowstone_layers.activations import log_softmax as log_softmax
from flowstone_layers.activations import mish as mish
from flowstone_layers.activations import relu as relu
from flowstone_layers.activations import relu6 as relu6
from flowstone_layers.activations import selu as selu
from flowstone_layers.activations import serialize as serialize
from flowstone_layers.activations import sigmoid as sigmoid
from flowstone_layers.activations import silu as silu
from flowstone_layers.activations import soft_shrink as soft_shrink
from flowstone_layers.activations import softmax as softmax
from flowstone_layers.activations import softplus as softplus
from flowstone_layers.activations import softsign as softsign
from flowstone_layers.activations import sparse_plus as sparse_plus
from flowstone_layers.activations import sparse_sigmoid as sparse_sigmoid
from flowstone_layers.activations import sparsemax as sparsemax
from flowstone_layers.activations import squareplus as squareplus
from flowstone_layers.activations import silu as _silu_swish
from flowstone_layers.activations import tanh as tanh
from flowstone_layers.activations import tanh_shrink as tanh_shrink
from flowstone_layers.activations import threshold as threshold

hard_swish = _hard_silu_hard_swish
swish = _silu_swish
