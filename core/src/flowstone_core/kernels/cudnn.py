"""What runs ``flowstone_core.ops.cudnn`` without a GPU: an error that says so."""

from __future__ import annotations

from typing import Any

from flowstone_core.errors import NotFoundError
from flowstone_core.kernel import KernelSet
from flowstone_core.op import Op
from flowstone_core.ops import cudnn as ops

KERNELS = KernelSet()


def _register(op: Op) -> None:
    @KERNELS.add(op)
    def refuse(*operands: Any, **attrs: Any) -> Any:
        raise NotFoundError(
            None,
            None,
            f"{op.name} runs on NVIDIA GPUs only, by cuDNN; there is no kernel of it for this machine, nor has TensorFlow "
            "one for CPUs. Keras's LSTM and GRU save a general form beside it, which runs everywhere: save the model "
            "again with layers made with use_cudnn=False, or without a GPU.",
        )


for _op in vars(ops).copy().values():
    if isinstance(_op, Op):
        _register(_op)
