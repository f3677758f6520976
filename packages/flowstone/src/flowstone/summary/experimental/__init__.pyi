"""``tf.summary.experimental``; written by ``nox -s api``."""

from flowstone_summary.context import get_step as get_step
from flowstone_summary.context import set_step as set_step
from flowstone_summary.writing import summary_scope as summary_scope
from flowstone_summary.writing import write_raw_pb as write_raw_pb
