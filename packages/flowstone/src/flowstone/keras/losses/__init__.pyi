"""``tf.keras.losses``; written by ``nox -s api``."""

from flowstone_layers.losses import BinaryCrossentropy as BinaryCrossentropy
from flowstone_layers.losses import BinaryFocalCrossentropy as BinaryFocalCrossentropy
from flowstone_layers.losses import CategoricalCrossentropy as CategoricalCrossentropy
from flowstone_layers.losses import CategoricalFocalCrossentropy as CategoricalFocalCrossentropy
from flowstone_layers.losses import CategoricalHinge as CategoricalHinge
from flowstone_layers.losses import CosineSimilarity as CosineSimilarity
from flowstone_layers.losses import Dice as Dice
from flowstone_layers.losses import Hinge as Hinge
from flowstone_layers.losses import Huber as Huber
from flowstone_layers.losses.functions import kl_divergence as _kl_divergence_KLD
from flowstone_layers.losses import KLDivergence as KLDivergence
from flowstone_layers.losses import LogCosh as LogCosh
from flowstone_layers.losses import Loss as Loss
from flowstone_layers.losses.functions import mean_absolute_error as _mean_absolute_error_MAE
from flowstone_layers.losses.functions import mean_absolute_percentage_error as _mean_absolute_percentage_error_MAPE
from flowstone_layers.losses.functions import mean_squared_error as _mean_squared_error_MSE
from flowstone_layers.losses.functions import mean_squared_logarithmic_error as _mean_squared_logarithmic_error_MSLE
from flowstone_layers.losses import MeanAbsoluteError as MeanAbsoluteError
from flowstone_layers.losses import MeanAbsolutePercentageError as MeanAbsolutePercentageError
from flowstone_layers.losses import MeanSquaredError as MeanSquaredError
from flowstone_layers.losses import MeanSquaredLogarithmicError as MeanSquaredLogarithmicError
from flowstone_layers.losses import Poisson as Poisson
from flowstone_layers.losses.loss import Reduction as Reduction
from flowstone_layers.losses import SparseCategoricalCrossentropy as SparseCategoricalCrossentropy
from flowstone_layers.losses import SquaredHinge as SquaredHinge
from flowstone_layers.losses import Tversky as Tversky
from flowstone_layers.losses.functions import binary_crossentropy as binary_crossentropy
from flowstone_layers.losses.functions import binary_focal_crossentropy as binary_focal_crossentropy
from flowstone_layers.losses.functions import categorical_crossentropy as categorical_crossentropy
from flowstone_layers.losses.functions import categorical_focal_crossentropy as categorical_focal_crossentropy
from flowstone_layers.losses.functions import categorical_hinge as categorical_hinge
from flowstone_layers.losses.functions import cosine_similarity as cosine_similarity
from flowstone_layers.losses import deserialize as deserialize
from flowstone_layers.losses.functions import dice as dice
from flowstone_layers.losses import get as get
from flowstone_layers.losses.functions import hinge as hinge
from flowstone_layers.losses.functions import huber as huber
from flowstone_layers.losses.functions import kl_divergence as kl_divergence
from flowstone_layers.losses.functions import kl_divergence as _kl_divergence_kld
from flowstone_layers.losses.functions import log_cosh as log_cosh
from flowstone_layers.losses.functions import log_cosh as _log_cosh_logcosh
from flowstone_layers.losses.functions import mean_absolute_error as _mean_absolute_error_mae
from flowstone_layers.losses.functions import mean_absolute_percentage_error as _mean_absolute_percentage_error_mape
from flowstone_layers.losses.functions import mean_absolute_error as mean_absolute_error
from flowstone_layers.losses.functions import mean_absolute_percentage_error as mean_absolute_percentage_error
from flowstone_layers.losses.functions import mean_squared_error as mean_squared_error
from flowstone_layers.losses.functions import mean_squared_logarithmic_error as mean_squared_logarithmic_error
from flowstone_layers.losses.functions import mean_squared_error as _mean_squared_error_mse
from flowstone_layers.losses.functions import mean_squared_logarithmic_error as _mean_squared_logarithmic_error_msle
from flowstone_layers.losses.functions import poisson as poisson
from flowstone_layers.losses import serialize as serialize
from flowstone_layers.losses.functions import sparse_categorical_crossentropy as sparse_categorical_crossentropy
from flowstone_layers.losses.functions import squared_hinge as squared_hinge
from flowstone_layers.losses.functions import tversky as tversky

KLD = _kl_divergence_KLD
MAE = _mean_absolute_error_MAE
MAPE = _mean_absolute_percentage_error_MAPE
MSE = _mean_squared_error_MSE
MSLE = _mean_squared_logarithmic_error_MSLE
kld = _kl_divergence_kld
logcosh = _log_cosh_logcosh
mae = _mean_absolute_error_mae
mape = _mean_absolute_percentage_error_mape
mse = _mean_squared_error_mse
msle = _mean_squared_logarithmic_error_msle
