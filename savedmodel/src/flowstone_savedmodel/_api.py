"""The public names that flowstone-savedmodel gives to ``tf.*``, as ``module:attribute``."""

_CHECKPOINT = "flowstone_savedmodel.checkpoint"

_TRAIN = {
    "Checkpoint": f"{_CHECKPOINT}.checkpoint:Checkpoint",
    "CheckpointManager": f"{_CHECKPOINT}.manager:CheckpointManager",
    "CheckpointOptions": f"{_CHECKPOINT}.options:CheckpointOptions",
    "CheckpointView": f"{_CHECKPOINT}.views:CheckpointView",
    "TrackableView": f"{_CHECKPOINT}.views:TrackableView",
    "checkpoints_iterator": f"{_CHECKPOINT}.state:checkpoints_iterator",
    "experimental.PythonState": f"{_CHECKPOINT}.python_state:PythonState",
    "get_checkpoint_state": f"{_CHECKPOINT}.state:get_checkpoint_state",
    "latest_checkpoint": f"{_CHECKPOINT}.state:latest_checkpoint",
    "list_variables": f"{_CHECKPOINT}.reader:list_variables",
    "load_checkpoint": f"{_CHECKPOINT}.reader:load_checkpoint",
    "load_variable": f"{_CHECKPOINT}.reader:load_variable",
}

PUBLIC: dict[str, str] = {
    **{f"train.{name}": target for name, target in _TRAIN.items()},
    # TensorFlow 2.0's guides still say Checkpointable; it became Trackable, which it did not publish.
    "train.Checkpointable": "flowstone_core.trackable:AutoTrackable",
    "compat.v1.train.CheckpointState": "flowstone_protos.checkpoint_state_pb2:CheckpointState",
    "compat.v1.train.checkpoint_exists": f"{_CHECKPOINT}.state:checkpoint_exists",
    "make_ndarray": "flowstone_savedmodel.tensorproto:make_ndarray",
    "make_tensor_proto": "flowstone_savedmodel.tensorproto:make_tensor_proto",
}
