"""Finding the op of a name that a file gives, and deciding whether a file may name it."""

from __future__ import annotations

from typing import Final

from flowstone_core.errors import NotFoundError, PermissionDeniedError, UnimplementedError
from flowstone_core.op import REGISTRY, Op
from flowstone_core.plugins import OPS, find_op, resolve, why_unavailable

FILE_OPS: Final = frozenset(
    """
    ReadFile WriteFile MatchingFiles Save SaveSlices SaveV2 Restore RestoreSlice RestoreV2 MergeV2Checkpoints
    LoadAndRemapMatrix GenerateVocabRemapping PrintV2ToFile WholeFileReader WholeFileReaderV2 TextLineReader
    TextLineReaderV2 FixedLengthRecordReader FixedLengthRecordReaderV2 TFRecordReader TFRecordReaderV2 LMDBReader
    TextLineDataset FixedLengthRecordDataset FixedLengthRecordDatasetV2 TFRecordDataset TFRecordDatasetV2
    MatchingFilesDataset SqlDataset CSVDataset CSVDatasetV2 LMDBDataset SSTableDataset SaveDataset SaveDatasetV2
    LoadDataset SnapshotDataset SnapshotDatasetV2 CacheDataset CacheDatasetV2 DatasetToTFRecord
    CreateSummaryFileWriter CreateSummaryDbWriter AudioReader InitializeTableFromTextFile InitializeTableFromTextFileV2
    """.split()
)
"""Ops that read or write files which the graph names."""

FILLS_FROM_FILE: Final = "InitializeTableFromTextFileV2"
"""The op by which tables are filled from vocabularies, which may be assets of the model."""

PYTHON_OPS: Final = frozenset({"PyFunc", "PyFuncStateless", "EagerPyFunc"})
"""Ops that run Python code of the process that made the graph."""

OLD_CONTROL_FLOW: Final = frozenset(
    f"{prefix}{name}"
    for prefix in ("", "Ref")
    for name in ("Switch", "Merge", "Enter", "Exit", "NextIteration", "LoopCond")
)


def op_named(name: str) -> Op:
    """The op of that name, from whichever package defines it.

    Raises:
        NotFoundError: If no installed package has it.
        UnimplementedError: If it belongs to TensorFlow 1's control flow.
    """
    found = REGISTRY.get(name)
    if found is None and (target := find_op(name)) is not None:
        resolve(target)  # its module registers it
        found = REGISTRY.get(name)
    if found is not None:
        return found
    if name in OLD_CONTROL_FLOW:
        raise UnimplementedError(
            None,
            None,
            f"The graph holds {name}, an op of TensorFlow 1's control flow, which flowstone does not read yet. "
            "Save it again from TensorFlow 2 (tf.function makes If and While instead).",
        )
    reasons = why_unavailable(OPS)
    raise NotFoundError(
        None,
        None,
        f"The graph holds the op {name!r}, which no installed package of flowstone defines." + f"\n{reasons}".rstrip(),
    )


def check_allowed(name: str, allow_files: bool) -> None:
    """Refuse ops by which a graph from outside would reach beyond itself.

    Raises:
        PermissionDeniedError: If the op runs Python code, or uses files and *allow_files* is False.
    """
    if name in PYTHON_OPS:
        raise PermissionDeniedError(
            None, None, f"The graph holds {name}, which runs Python code of the process that saved it. It cannot run."
        )
    if name in FILE_OPS and not allow_files:
        raise PermissionDeniedError(
            None,
            None,
            f"The graph holds {name}, which uses files that the graph names. If you trust the model, load it with "
            "options=tf.saved_model.LoadOptions(experimental_allow_file_ops=True).",
        )
