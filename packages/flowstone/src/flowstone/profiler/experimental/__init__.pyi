"""``tf.profiler.experimental``; written by ``nox -s api``."""

from . import client as client
from . import server as server
from flowstone_summary.profiler import Profile as Profile
from flowstone_summary.profiler import ProfilerOptions as ProfilerOptions
from flowstone_summary.profiler import Trace as Trace
from flowstone_summary.profiler import start as start
from flowstone_summary.profiler import stop as stop
