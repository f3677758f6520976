"""``tf.optimizers.legacy``; written by ``nox -s api``."""

from flowstone.keras.optimizers.legacy import *
from flowstone_layers.optimizers import Adagrad as Adagrad
from flowstone_layers.optimizers import Adam as Adam
from flowstone_layers.optimizers import AdamW as AdamW
from flowstone_layers.optimizers import LossScaleOptimizer as LossScaleOptimizer
from flowstone_layers.optimizers import Optimizer as Optimizer
from flowstone_layers.optimizers import RMSprop as RMSprop
from flowstone_layers.optimizers import SGD as SGD
