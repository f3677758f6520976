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

_CONSTANTS = """
    ASSETS_DIRECTORY ASSETS_KEY CLASSIFY_INPUTS CLASSIFY_METHOD_NAME CLASSIFY_OUTPUT_CLASSES CLASSIFY_OUTPUT_SCORES
    DEBUG_DIRECTORY DEBUG_INFO_FILENAME_PB DEFAULT_SERVING_SIGNATURE_DEF_KEY GPU PREDICT_INPUTS PREDICT_METHOD_NAME
    PREDICT_OUTPUTS REGRESS_INPUTS REGRESS_METHOD_NAME REGRESS_OUTPUTS SAVED_MODEL_FILENAME_PB
    SAVED_MODEL_FILENAME_PBTXT SAVED_MODEL_SCHEMA_VERSION SERVING TPU TRAINING VARIABLES_DIRECTORY VARIABLES_FILENAME
"""

_SAVED_MODEL = {
    "Asset": "flowstone_core.asset:Asset",
    "LoadOptions": "flowstone_savedmodel.options:LoadOptions",
    "SaveOptions": "flowstone_savedmodel.options:SaveOptions",
    "contains_saved_model": "flowstone_savedmodel.loading:contains_saved_model",
    "experimental.Fingerprint": "flowstone_savedmodel.fingerprint:Fingerprint",
    "experimental.VariablePolicy": "flowstone_savedmodel.options:VariablePolicy",
    "experimental.read_fingerprint": "flowstone_savedmodel.fingerprint:read_fingerprint",
    "load": "flowstone_savedmodel.loading:load",
    "save": "flowstone_savedmodel.saving:save",
    **{name: f"flowstone_savedmodel.constants:{name}" for name in _CONSTANTS.split()},
}

PUBLIC: dict[str, str] = {
    **{f"train.{name}": target for name, target in _TRAIN.items()},
    **{f"saved_model.{name}": target for name, target in _SAVED_MODEL.items()},
    # TensorFlow 2.0's guides still say Checkpointable; it became Trackable, which it did not publish.
    "train.Checkpointable": "flowstone_core.trackable:AutoTrackable",
    "compat.v1.train.CheckpointState": "flowstone_protos.checkpoint_state_pb2:CheckpointState",
    "compat.v1.train.checkpoint_exists": f"{_CHECKPOINT}.state:checkpoint_exists",
    "io.parse_tensor": "flowstone_savedmodel.tensor_ops:parse_tensor",
    "io.serialize_tensor": "flowstone_savedmodel.tensor_ops:serialize_tensor",
    "make_ndarray": "flowstone_savedmodel.tensorproto:make_ndarray",
    "make_tensor_proto": "flowstone_savedmodel.tensorproto:make_tensor_proto",
}
