"""``tf.train``; written by ``nox -s api``."""

from . import experimental as experimental
from flowstone_protos.feature_pb2 import BytesList as BytesList
from flowstone_savedmodel.checkpoint.checkpoint import Checkpoint as Checkpoint
from flowstone_savedmodel.checkpoint.manager import CheckpointManager as CheckpointManager
from flowstone_savedmodel.checkpoint.options import CheckpointOptions as CheckpointOptions
from flowstone_savedmodel.checkpoint.views import CheckpointView as CheckpointView
from flowstone_core.trackable import AutoTrackable as _AutoTrackable_Checkpointable
from flowstone_protos.example_pb2 import Example as Example
from flowstone_protos.feature_pb2 import Feature as Feature
from flowstone_protos.feature_pb2 import FeatureList as FeatureList
from flowstone_protos.feature_pb2 import FeatureLists as FeatureLists
from flowstone_protos.feature_pb2 import Features as Features
from flowstone_protos.feature_pb2 import FloatList as FloatList
from flowstone_protos.feature_pb2 import Int64List as Int64List
from flowstone_protos.example_pb2 import SequenceExample as SequenceExample
from flowstone_savedmodel.checkpoint.views import TrackableView as TrackableView
from flowstone_savedmodel.checkpoint.state import checkpoints_iterator as checkpoints_iterator
from flowstone_savedmodel.checkpoint.state import get_checkpoint_state as get_checkpoint_state
from flowstone_savedmodel.checkpoint.state import latest_checkpoint as latest_checkpoint
from flowstone_savedmodel.checkpoint.reader import list_variables as list_variables
from flowstone_savedmodel.checkpoint.reader import load_checkpoint as load_checkpoint
from flowstone_savedmodel.checkpoint.reader import load_variable as load_variable

Checkpointable = _AutoTrackable_Checkpointable
