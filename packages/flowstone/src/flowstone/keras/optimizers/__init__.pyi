"""``tf.keras.optimizers``; written by ``nox -s api``."""

from . import legacy as legacy
from . import schedules as schedules
