"""``tf.config``; written by ``nox -s api``."""

from . import experimental as experimental
from . import optimizer as optimizer
from . import threading as threading
from flowstone_graphfn.eagerly import functions_run_eagerly as _functions_run_eagerly_experimental_functions_run_eagerly
from flowstone_graphfn.eagerly import run_functions_eagerly as _run_functions_eagerly_experimental_run_functions_eagerly
from flowstone_graphfn.eagerly import functions_run_eagerly as functions_run_eagerly
from flowstone_core.providers import get_kernel_providers as get_kernel_providers
from flowstone_core.providers import kernel_providers as kernel_providers
from flowstone_graphfn.eagerly import run_functions_eagerly as run_functions_eagerly
from flowstone_core.providers import set_kernel_providers as set_kernel_providers

experimental_functions_run_eagerly = _functions_run_eagerly_experimental_functions_run_eagerly
experimental_run_functions_eagerly = _run_functions_eagerly_experimental_run_functions_eagerly
