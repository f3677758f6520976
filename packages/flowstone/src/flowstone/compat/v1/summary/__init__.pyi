"""``tf.compat.v1.summary``; written by ``nox -s api``."""

from flowstone_protos.event_pb2 import Event as Event
from flowstone_protos.event_pb2 import SessionLog as SessionLog
from flowstone_protos.summary_pb2 import Summary as Summary
from flowstone_protos.summary_pb2 import SummaryDescription as SummaryDescription
from flowstone_protos.event_pb2 import TaggedRunMetadata as TaggedRunMetadata
