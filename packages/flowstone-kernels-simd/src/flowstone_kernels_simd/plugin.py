"""What flowstone-kernels-simd offers through hooks: kernels, a compiler, a command."""

from __future__ import annotations

from collections.abc import Mapping

from flowstone_core.hookspecs import CompilerProvider, KernelProvider, hookimpl

OPS = """
    Tanh Erf Erfc Sigmoid Softplus Exp Log Sin Cos Expm1 Log1p Elu Selu Softmax LogSoftmax SoftmaxCrossEntropyWithLogits
    SparseSoftmaxCrossEntropyWithLogits Conv2D Conv2DBackpropInput Conv2DBackpropFilter Conv3D Conv3DBackpropFilterV2
    DepthwiseConv2dNative DepthwiseConv2dNativeBackpropInput DepthwiseConv2dNativeBackpropFilter MaxPool MaxPoolGrad
    AvgPool AvgPoolGrad
"""
"""The ops whose kernels beat numpy's, for large float32 operands."""

RANDOM = """
    RandomUniform RandomStandardNormal TruncatedNormal StatelessRandomUniformV2 StatelessRandomNormalV2
    StatelessTruncatedNormalV2 StatelessRandomUniformFullIntV2
"""
"""The ops of random numbers, of which float32 ones and bits are drawn natively."""


@hookimpl
def flowstone_kernels() -> KernelProvider:
    """Kernels of single ops, where they beat numpy's."""
    return KernelProvider(
        "simd",
        priority=10,
        kernels=dict.fromkeys(OPS.split(), "flowstone_kernels_simd.eager:KERNELS")
        | dict.fromkeys(RANDOM.split(), "flowstone_kernels_simd.philox:KERNELS"),
        description="Vector kernels, compiled by LLVM.",
    )


@hookimpl
def flowstone_compilers() -> CompilerProvider:
    """The compiler of traced functions."""
    return CompilerProvider(
        "simd",
        priority=10,
        compiler="flowstone_kernels_simd.compiler:COMPILER",
        description="Traced functions as vector code, compiled by LLVM.",
    )


@hookimpl
def flowstone_commands() -> Mapping[str, str]:
    """``flowstone cache``."""
    return {"cache": "flowstone_kernels_simd.commands:cache_command"}
