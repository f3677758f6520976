"""``tf.keras.regularizers``; written by ``nox -s api``."""

from flowstone_layers.regularizers import L1 as L1
from flowstone_layers.regularizers import L1L2 as L1L2
from flowstone_layers.regularizers import L2 as L2
from flowstone_layers.regularizers import OrthogonalRegularizer as OrthogonalRegularizer
from flowstone_layers.regularizers import Regularizer as Regularizer
from flowstone_layers.regularizers import deserialize as deserialize
from flowstone_layers.regularizers import get as get
from flowstone_layers.regularizers import l1 as l1
from flowstone_layers.regularizers import l1_l2 as l1_l2
from flowstone_layers.regularizers import l2 as l2
from flowstone_layers.regularizers import serialize as serialize
