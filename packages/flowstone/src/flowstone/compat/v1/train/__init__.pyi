"""``tf.compat.v1.train``; written by ``nox -s api``."""

from flowstone_protos.feature_pb2 import BytesList as BytesList
from flowstone_protos.checkpoint_state_pb2 import CheckpointState as CheckpointState
from flowstone_protos.example_pb2 import Example as Example
from flowstone_protos.feature_pb2 import Feature as Feature
from flowstone_protos.feature_pb2 import FeatureList as FeatureList
from flowstone_protos.feature_pb2 import FeatureLists as FeatureLists
from flowstone_protos.feature_pb2 import Features as Features
from flowstone_protos.feature_pb2 import FloatList as FloatList
from flowstone_protos.feature_pb2 import Int64List as Int64List
from flowstone_protos.saver_pb2 import SaverDef as SaverDef
from flowstone_protos.example_pb2 import SequenceExample as SequenceExample
from flowstone_savedmodel.checkpoint.state import checkpoint_exists as checkpoint_exists
