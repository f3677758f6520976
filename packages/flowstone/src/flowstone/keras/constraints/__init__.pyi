"""``tf.keras.constraints``; written by ``nox -s api``."""

from flowstone_layers.constraints import Constraint as Constraint
from flowstone_layers.constraints import MaxNorm as MaxNorm
from flowstone_layers.constraints import MinMaxNorm as MinMaxNorm
from flowstone_layers.constraints import NonNeg as NonNeg
from flowstone_layers.constraints import UnitNorm as UnitNorm
from flowstone_layers.constraints import deserialize as deserialize
from flowstone_layers.constraints import get as get
from flowstone_layers.constraints import MaxNorm as _MaxNorm_max_norm
from flowstone_layers.constraints import MinMaxNorm as _MinMaxNorm_min_max_norm
from flowstone_layers.constraints import NonNeg as _NonNeg_non_neg
from flowstone_layers.constraints import serialize as serialize
from flowstone_layers.constraints import UnitNorm as _UnitNorm_unit_norm

max_norm = _MaxNorm_max_norm
min_max_norm = _MinMaxNorm_min_max_norm
non_neg = _NonNeg_non_neg
unit_norm = _UnitNorm_unit_norm
