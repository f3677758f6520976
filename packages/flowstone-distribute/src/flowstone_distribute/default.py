"""Where a thread is, for programs that may name no strategy: importing this makes the default one."""

from __future__ import annotations

from flowstone_distribute.context import experimental_set_strategy as experimental_set_strategy
from flowstone_distribute.context import get_replica_context as get_replica_context
from flowstone_distribute.context import get_strategy as get_strategy
from flowstone_distribute.context import has_strategy as has_strategy
from flowstone_distribute.context import in_cross_replica_context as in_cross_replica_context
from flowstone_distribute.strategy import Strategy as Strategy
