"""``tf.train``; written by ``nox -s api``."""

from . import experimental as experimental
from flowstone_protos.feature_pb2 import BytesList as BytesList
from flowstone_core.trackable import Trackable as _Trackable_Checkpointable
from flowstone_protos.example_pb2 import Example as Example
from flowstone_protos.feature_pb2 import Feature as Feature
from flowstone_protos.feature_pb2 import FeatureList as FeatureList
from flowstone_protos.feature_pb2 import FeatureLists as FeatureLists
from flowstone_protos.feature_pb2 import Features as Features
from flowstone_protos.feature_pb2 import FloatList as FloatList
from flowstone_protos.feature_pb2 import Int64List as Int64List
from flowstone_protos.example_pb2 import SequenceExample as SequenceExample

Checkpointable = _Trackable_Checkpointable
