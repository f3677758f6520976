"""What flowstone-signal offers through the hooks: its ops, their kernels, gradients and conformance cases."""

from __future__ import annotations

from collections.abc import Mapping

from flowstone_core.hookspecs import KernelProvider, hookimpl

_FAMILIES = {
    "fft": """
        FFT IFFT FFT2D IFFT2D FFT3D IFFT3D FFTND IFFTND
        RFFT IRFFT RFFT2D IRFFT2D RFFT3D IRFFT3D RFFTND IRFFTND
    """,
    "sound": "DecodeWav AudioSpectrogram Mfcc",
}
_FAMILY_OF = {op: family for family, names in _FAMILIES.items() for op in names.split()}

GRADIENTS = {op: f"flowstone_signal.rules.{family}" for op, family in _FAMILY_OF.items()}
"""Where the gradient of each op is; flowstone-autodiff asks."""

CASES = {f"signal_{family}": f"flowstone_signal.cases.{family}:CASES" for family in _FAMILIES}
"""Where the conformance cases of each family are; flowstone-conformance asks."""


@hookimpl
def flowstone_ops() -> Mapping[str, str]:
    """Where each op is defined."""
    return {op: f"flowstone_signal.ops.{family}" for op, family in _FAMILY_OF.items()}


@hookimpl
def flowstone_kernels() -> KernelProvider:
    """The numpy kernels of exactly these ops."""
    return KernelProvider(
        "signal",
        priority=0,
        kernels={op: f"flowstone_signal.kernels.{family}:KERNELS" for op, family in _FAMILY_OF.items()},
        description="Fourier transforms and sound, on numpy.",
        own_ops=True,
    )
