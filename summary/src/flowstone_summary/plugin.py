"""What flowstone-summary offers through core's hooks: its ops, their kernels, and event files for Keras."""

from __future__ import annotations

from collections.abc import Mapping

from flowstone_core.hookspecs import KernelProvider, hookimpl

_FAMILIES = {
    "summary": """
        SummaryWriter CreateSummaryFileWriter FlushSummaryWriter CloseSummaryWriter WriteSummary WriteRawProtoSummary
        WriteGraphSummary ImportEvent WriteScalarSummary WriteHistogramSummary WriteImageSummary WriteAudioSummary
        ScalarSummary HistogramSummary AudioSummary AudioSummaryV2 TensorSummaryV2 MergeSummary
    """,
}
_FAMILY_OF = {op: family for family, names in _FAMILIES.items() for op in names.split()}


@hookimpl
def flowstone_ops() -> Mapping[str, str]:
    """Where each op is defined."""
    return {op: f"flowstone_summary.ops.{family}" for op, family in _FAMILY_OF.items()}


@hookimpl
def flowstone_kernels() -> KernelProvider:
    """Kernels for exactly these ops."""
    return KernelProvider(
        "summary",
        priority=0,
        kernels={op: f"flowstone_summary.kernels.{family}:KERNELS" for op, family in _FAMILY_OF.items()},
        description="Event files for TensorBoard.",
        own_ops=True,
    )


@hookimpl
def flowstone_services() -> Mapping[str, str]:
    """Event files for ``tf.keras.callbacks.TensorBoard``."""
    return {"summaries": "flowstone_summary.service:SUMMARIES"}
