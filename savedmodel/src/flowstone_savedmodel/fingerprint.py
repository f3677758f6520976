"""``fingerprint.pb``: numbers by which two SavedModels can be told apart without reading them."""

from __future__ import annotations

import hashlib
import uuid
from pathlib import Path

from flowstone_core.errors import DataLossError
from flowstone_core.files import tensorflow_errors
from flowstone_protos.fingerprint_pb2 import FingerprintDef
from flowstone_protos.meta_graph_pb2 import MetaGraphDef
from google.protobuf.message import DecodeError

from flowstone_savedmodel.constants import FINGERPRINT_FILENAME

_VERSION = 4


class Fingerprint:
    """What identifies a SavedModel.

    The numbers of flowstone are the first eight bytes of SHA-256 sums; TensorFlow's are its own. Compare those
    of one writer only.

    Args:
        saved_model_checksum: Of the whole ``saved_model.pb``.
        graph_def_program_hash: Of the graph and its functions.
        signature_def_hash: Of the signatures.
        saved_object_graph_hash: Of the object graph.
        checkpoint_hash: Of the index of the variables.
        version: The version of the format.
    """

    def __init__(
        self,
        saved_model_checksum: int | None = None,
        graph_def_program_hash: int | None = None,
        signature_def_hash: int | None = None,
        saved_object_graph_hash: int | None = None,
        checkpoint_hash: int | None = None,
        version: int | None = None,
    ) -> None:
        self.saved_model_checksum = saved_model_checksum
        self.graph_def_program_hash = graph_def_program_hash
        self.signature_def_hash = signature_def_hash
        self.saved_object_graph_hash = saved_object_graph_hash
        self.checkpoint_hash = checkpoint_hash
        self.version = version

    @classmethod
    def from_proto(cls, proto: FingerprintDef) -> Fingerprint:
        """The fingerprint that a message holds."""
        return cls(
            proto.saved_model_checksum,
            proto.graph_def_program_hash,
            proto.signature_def_hash,
            proto.saved_object_graph_hash,
            proto.checkpoint_hash,
            proto.version.producer,
        )

    def singleprint(self) -> str:
        """All numbers but the checksum in one string."""
        return "/".join(
            str(each)
            for each in (
                self.graph_def_program_hash,
                self.signature_def_hash,
                self.saved_object_graph_hash,
                self.checkpoint_hash,
            )
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Fingerprint) and vars(self) == vars(other)

    def __hash__(self) -> int:
        return hash(tuple(vars(self).values()))

    def __repr__(self) -> str:
        fields = "".join(f"  {name}: {value}\n" for name, value in vars(self).items())
        return f"SavedModel Fingerprint\n{fields}"


def fingerprint_of(saved_model: bytes, graph: MetaGraphDef, index: bytes) -> FingerprintDef:
    """The fingerprint of a model.

    Args:
        saved_model: The content of ``saved_model.pb``.
        graph: The message in it.
        index: The content of the variables' index.
    """
    signatures = b"".join(
        key.encode() + graph.signature_def[key].SerializeToString(deterministic=True)
        for key in sorted(graph.signature_def)
    )
    message = FingerprintDef(
        saved_model_checksum=_hash(saved_model),
        graph_def_program_hash=_hash(graph.graph_def.SerializeToString(deterministic=True)),
        signature_def_hash=_hash(signatures),
        saved_object_graph_hash=_hash(graph.object_graph_def.SerializeToString(deterministic=True)),
        checkpoint_hash=_hash(index),
        uuid=str(uuid.uuid4().int),
    )
    message.version.producer = _VERSION
    return message


def _hash(content: bytes) -> int:
    return int.from_bytes(hashlib.sha256(content).digest()[:8], "little")


def read_fingerprint(export_dir: str) -> Fingerprint:
    """The fingerprint of the SavedModel in a folder.

    Raises:
        FileNotFoundError: If it has none.
        DataLossError: If it is damaged.
    """
    path = Path(export_dir) / FINGERPRINT_FILENAME
    if not path.is_file():
        raise FileNotFoundError(f"SavedModel Fingerprint Error: there is no {path}.")
    with tensorflow_errors(f"read {str(path)!r}"):
        content = path.read_bytes()
    try:
        return Fingerprint.from_proto(FingerprintDef.FromString(content))
    except DecodeError as error:
        raise DataLossError(None, None, f"{path} is damaged: {error}") from None
