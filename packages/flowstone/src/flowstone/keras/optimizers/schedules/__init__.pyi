"""``tf.keras.optimizers.schedules``; written by ``nox -s api``."""

from flowstone_layers.optimizers.schedules import CosineDecay as CosineDecay
from flowstone_layers.optimizers.schedules import CosineDecayRestarts as CosineDecayRestarts
from flowstone_layers.optimizers.schedules import ExponentialDecay as ExponentialDecay
from flowstone_layers.optimizers.schedules import InverseTimeDecay as InverseTimeDecay
from flowstone_layers.optimizers.schedules import LearningRateSchedule as LearningRateSchedule
from flowstone_layers.optimizers.schedules import PiecewiseConstantDecay as PiecewiseConstantDecay
from flowstone_layers.optimizers.schedules import PolynomialDecay as PolynomialDecay
from flowstone_layers.optimizers.schedules import deserialize as deserialize
from flowstone_layers.optimizers.schedules import schedule_config as _schedule_config_serialize

serialize = _schedule_config_serialize
