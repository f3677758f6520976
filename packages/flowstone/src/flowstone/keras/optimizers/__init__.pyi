"""``tf.keras.optimizers``; written by ``nox -s api``."""

from . import legacy as legacy
from . import schedules as schedules
from flowstone_layers.optimizers import Adagrad as Adagrad
from flowstone_layers.optimizers import Adam as Adam
from flowstone_layers.optimizers import AdamW as AdamW
from flowstone_layers.optimizers import LossScaleOptimizer as LossScaleOptimizer
from flowstone_layers.optimizers import Optimizer as Optimizer
from flowstone_layers.optimizers import RMSprop as RMSprop
from flowstone_layers.optimizers import SGD as SGD
from flowstone_layers.optimizers import deserialize as deserialize
from flowstone_layers.optimizers import get as get
from flowstone_layers.optimizers import serialize as serialize
