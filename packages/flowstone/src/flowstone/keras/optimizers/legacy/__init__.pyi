"""``tf.keras.optimizers.legacy``; written by ``nox -s api``."""

from flowstone_layers.optimizers.adagrad import Adagrad as Adagrad
from flowstone_layers.optimizers.adam import Adam as Adam
from flowstone_layers.optimizers.adam import AdamW as AdamW
from flowstone_layers.optimizers.loss_scale import LossScaleOptimizer as LossScaleOptimizer
from flowstone_layers.optimizers.optimizer import Optimizer as Optimizer
from flowstone_layers.optimizers.rmsprop import RMSprop as RMSprop
from flowstone_layers.optimizers.sgd import SGD as SGD
