"""``tf.compat.v1.logging``; written by ``nox -s api``."""

from flowstone_core.v1.logging import DEBUG as DEBUG
from flowstone_core.v1.logging import ERROR as ERROR
from flowstone_core.v1.logging import FATAL as FATAL
from flowstone_core.v1.logging import INFO as INFO
from flowstone_core.v1.logging import TaskLevelStatusMessage as TaskLevelStatusMessage
from flowstone_core.v1.logging import WARN as WARN
from flowstone_core.v1.logging import debug as debug
from flowstone_core.v1.logging import error as error
from flowstone_core.v1.logging import fatal as fatal
from flowstone_core.v1.logging import flush as flush
from flowstone_core.v1.logging import get_verbosity as get_verbosity
from flowstone_core.v1.logging import info as info
from flowstone_core.v1.logging import log as log
from flowstone_core.v1.logging import log_every_n as log_every_n
from flowstone_core.v1.logging import log_first_n as log_first_n
from flowstone_core.v1.logging import log_if as log_if
from flowstone_core.v1.logging import set_verbosity as set_verbosity
from flowstone_core.v1.logging import log as _log_vlog
from flowstone_core.v1.logging import warning as _warning_warn
from flowstone_core.v1.logging import warning as warning

vlog = _log_vlog
warn = _warning_warn
