"""``tf.keras.callbacks``; written by ``nox -s api``."""

from flowstone_layers.callbacks.callback import Callback as Callback
from flowstone_layers.callbacks.callback_list import CallbackList as CallbackList
from flowstone_layers.callbacks.early_stopping import EarlyStopping as EarlyStopping
from flowstone_layers.callbacks.history import History as History
from flowstone_layers.callbacks.learning_rate_scheduler import LearningRateScheduler as LearningRateScheduler
from flowstone_layers.callbacks.progbar_logger import ProgbarLogger as ProgbarLogger
