"""Recurrent layers by cuDNN: ops of graphs that were made to run on an NVIDIA GPU, which no kernel here runs."""

from __future__ import annotations

from typing import Any, Final

from flowstone_core import infer
from flowstone_core.dtypes import int8
from flowstone_core.op import Effects, Op
from flowstone_core.spec import Spec

_INPUTS: Final = ("input: T", "input_h: T", "input_c: T", "params: T")
_OUTPUTS: Final = ("output: T", "output_h: T", "output_c: T")
_ATTRS: Final = (
    "T: {bfloat16, half, float, double}",
    "rnn_mode: {'rnn_relu', 'rnn_tanh', 'lstm', 'gru'} = 'lstm'",
    "input_mode: {'linear_input', 'skip_input', 'auto_select'} = 'linear_input'",
    "direction: {'unidirectional', 'bidirectional'} = 'unidirectional'",
    "dropout: float = 0.0",
    "seed: int = 0",
    "seed2: int = 0",
)
_BACK: Final = tuple(each.replace(":", "_backprop:") for each in _OUTPUTS)
_SPACE: Final = "reserve_space: T"
_HOST: Final = "host_reserved: int8"


def _infer_forward(x: Spec, h: Spec, c: Spec, params: Spec, *lengths: Spec, **attrs: Any) -> tuple[Spec, ...]:
    infer.with_rank(x, 3, "CudnnRNN: input")
    return (Spec((None, None, None), x.dtype), Spec(h.shape, x.dtype), Spec(c.shape, x.dtype), Spec(None, x.dtype))


def _infer_with_host(*operands: Spec, **attrs: Any) -> tuple[Spec, ...]:
    return *_infer_forward(*operands, **attrs), Spec(None, int8)


def _infer_back(*operands: Spec, **attrs: Any) -> tuple[Spec, ...]:
    return tuple(Spec(each.shape, each.dtype) for each in operands[:4])


def _forward(name: str, inputs: tuple[str, ...], host: bool, attrs: tuple[str, ...]) -> Op:
    return Op(
        name,
        (*_INPUTS, *inputs),
        (*_OUTPUTS, _SPACE, *((_HOST,) if host else ())),
        (*_ATTRS, *attrs),
        infer=_infer_with_host if host else _infer_forward,
        effects=Effects(stateful=True),
    )


def _backprop(name: str, inputs: tuple[str, ...], host: bool, attrs: tuple[str, ...]) -> Op:
    return Op(
        name,
        (*_INPUTS, *inputs, *_OUTPUTS, *_BACK, _SPACE, *((_HOST,) if host else ())),
        tuple(each.replace(":", "_backprop:") for each in _INPUTS),
        (*_ATTRS, *attrs),
        infer=_infer_back,
        effects=Effects(stateful=True),
    )


_LENGTHS: Final = ("sequence_lengths: int32",)
_TRAINING: Final = "is_training: bool = true"

CUDNN_RNN = _forward("CudnnRNN", (), False, (_TRAINING,))
CUDNN_RNN_V2 = _forward("CudnnRNNV2", (), True, (_TRAINING,))
CUDNN_RNN_V3 = _forward("CudnnRNNV3", _LENGTHS, True, ("num_proj: int = 0", _TRAINING, "time_major: bool = true"))
CUDNN_RNN_BACKPROP = _backprop("CudnnRNNBackprop", (), False, ())
CUDNN_RNN_BACKPROP_V2 = _backprop("CudnnRNNBackpropV2", (), True, ())
CUDNN_RNN_BACKPROP_V3 = _backprop(
    "CudnnRNNBackpropV3", _LENGTHS, True, ("num_proj: int = 0", "time_major: bool = true")
)
