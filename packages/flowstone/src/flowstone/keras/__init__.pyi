"""``tf.keras``; written by ``nox -s api``."""

from . import activations as activations
from . import applications as applications
from . import backend as backend
from . import callbacks as callbacks
from . import config as config
from . import constraints as constraints
from . import datasets as datasets
from . import distillation as distillation
from . import distribution as distribution
from . import dtype_policies as dtype_policies
from . import export as export
from . import initializers as initializers
from . import layers as layers
from . import legacy as legacy
from . import losses as losses
from . import metrics as metrics
from . import mixed_precision as mixed_precision
from . import models as models
from . import ops as ops
from . import optimizers as optimizers
from . import preprocessing as preprocessing
from . import quantizers as quantizers
from . import random as random
from . import regularizers as regularizers
from . import saving as saving
from . import tree as tree
from . import utils as utils
from . import visualization as visualization
from . import wrappers as wrappers
from flowstone._versions import KERAS_VERSION as _KERAS_VERSION___version__

__version__ = _KERAS_VERSION___version__
