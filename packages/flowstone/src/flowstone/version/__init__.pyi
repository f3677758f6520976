"""``tf.version``; written by ``nox -s api``."""

from flowstone._versions import COMPILER_VERSION as COMPILER_VERSION
from flowstone._versions import GIT_VERSION as GIT_VERSION
from flowstone._versions import GRAPH_DEF_VERSION as GRAPH_DEF_VERSION
from flowstone._versions import GRAPH_DEF_VERSION_MIN_CONSUMER as GRAPH_DEF_VERSION_MIN_CONSUMER
from flowstone._versions import GRAPH_DEF_VERSION_MIN_PRODUCER as GRAPH_DEF_VERSION_MIN_PRODUCER
from flowstone._versions import VERSION as VERSION
