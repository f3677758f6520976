"""``tf.config``; written by ``nox -s api``."""

from . import experimental as experimental
from . import optimizer as optimizer
from . import threading as threading
from flowstone_core.providers import get_kernel_providers as get_kernel_providers
from flowstone_core.providers import kernel_providers as kernel_providers
from flowstone_core.providers import set_kernel_providers as set_kernel_providers
