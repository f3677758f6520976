"""Which processor code is made for: its instruction set, its vector width, LLVM's description of it."""

from __future__ import annotations

import functools
import os
from dataclasses import dataclass
from typing import Any

import llvmlite.binding as llvm  # type: ignore[import-untyped]

ISA_VARIABLE = "FLOWSTONE_SIMD_ISA"
"""The environment variable that chooses a smaller instruction set than the processor's: sse, avx2, avx512, neon."""

llvm.initialize_native_target()
llvm.initialize_native_asmprinter()


@dataclass(frozen=True)
class Cpu:
    """A target of compilation.

    Attributes:
        isa: ``"sse"``, ``"avx2"``, ``"avx512"`` or ``"neon"``.
        vector_bytes: The size of a vector register.
        registers: How many vector registers there are.
        name: LLVM's name of the processor.
        features: LLVM's feature string.
    """

    isa: str
    vector_bytes: int
    registers: int
    name: str
    features: str

    @property
    def lanes(self) -> int:
        """How many float32 a register holds."""
        return self.vector_bytes // 4

    @property
    def key(self) -> str:
        """What object code depends on."""
        return f"{llvm.get_default_triple()}|{self.name}|{self.features}|{self.isa}|{llvm.llvm_version_info}"


_SIZES = {"sse": (16, 16), "avx2": (32, 16), "avx512": (64, 32), "neon": (16, 32)}
_NAMES = {"sse": "x86-64", "avx2": "haswell"}


def available() -> list[str]:
    """The instruction sets that this machine can run, the best first."""
    if not llvm.get_default_triple().startswith(("x86_64", "amd64")):
        return ["neon"]
    host = llvm.get_host_cpu_features()
    found = ["sse"]
    if host.get("avx2") and host.get("fma"):
        found.insert(0, "avx2")
        if all(host.get(feature) for feature in ("avx512f", "avx512vl", "avx512bw", "avx512dq")):
            found.insert(0, "avx512")
    return found


@functools.cache
def cpu() -> Cpu:
    """The target: the best that this machine has, or what the environment variable says.

    Raises:
        ValueError: If the variable names an instruction set that this machine lacks.
    """
    there = available()
    isa = os.environ.get(ISA_VARIABLE) or there[0]
    if isa not in there:
        raise ValueError(f"{ISA_VARIABLE}={isa}: this machine has {', '.join(there)}")
    if isa in _NAMES:
        name, features = _NAMES[isa], "+fma" if isa == "avx2" else ""
    else:
        name, features = llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten()
        if isa == "avx512":
            features += ",-prefer-256-bit"
    return Cpu(isa, *_SIZES[isa], name, features)


@functools.cache
def machine() -> Any:
    """LLVM's target machine."""
    target = llvm.Target.from_default_triple()
    here = cpu()
    return target.create_target_machine(
        cpu=here.name, features=here.features, opt=2, reloc="pic", codemodel="default", jit=True
    )
