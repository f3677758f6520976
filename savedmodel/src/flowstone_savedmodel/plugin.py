"""What flowstone-savedmodel offers through the hooks of flowstone-core; nothing is imported here."""

from __future__ import annotations

from collections.abc import Mapping

from flowstone_core.hookspecs import KernelProvider, hookimpl

_MODULES = {
    "checkpoint.ops": "MergeV2Checkpoints RestoreV2 SaveV2 ShardedFilename ShardedFilespec",
    "tensor_ops": "ParseTensor SerializeTensor",
}
MODULE_OF = {op: f"flowstone_savedmodel.{module}" for module, ops in _MODULES.items() for op in ops.split()}


@hookimpl
def flowstone_ops() -> Mapping[str, str]:
    """The ops that read and write tensors as messages and in checkpoints."""
    return MODULE_OF


@hookimpl
def flowstone_kernels() -> KernelProvider:
    """What runs them."""
    return KernelProvider(
        "savedmodel",
        priority=0,
        kernels={op: f"{module}:KERNELS" for op, module in MODULE_OF.items()},
        description="Tensors as TensorProto messages and in checkpoints.",
        own_ops=True,
    )


@hookimpl
def flowstone_services() -> Mapping[str, str]:
    """Writing and reading models for layers; writing graphs for summary and graphfn."""
    return {
        "model_files": "flowstone_savedmodel.services:MODEL_FILES",
        "tensor_messages": "flowstone_savedmodel.tensor_ops:TENSOR_MESSAGES",
        "graph_export": "flowstone_savedmodel.services:GRAPH_EXPORT",
    }


@hookimpl
def flowstone_commands() -> Mapping[str, str]:
    """``flowstone saved-model``."""
    return {"saved-model": "flowstone_savedmodel.cli:saved_model_command"}
