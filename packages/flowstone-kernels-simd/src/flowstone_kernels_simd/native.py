"""From IR text to callable machine code."""

from __future__ import annotations

import ctypes
import functools
import threading
from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any

import llvmlite.binding as llvm  # type: ignore[import-untyped]

from flowstone_kernels_simd import cache
from flowstone_kernels_simd.cpu import cpu, machine

_lock = threading.Lock()
_numbers = count(1)
_kept: list[Any] = []


class _MethodDef(ctypes.Structure):
    _fields_ = [
        ("name", ctypes.c_char_p),
        ("function", ctypes.c_void_p),
        ("flags", ctypes.c_int),
        ("doc", ctypes.c_char_p),
    ]


_FASTCALL = 0x0080


def compile_ir(text: str) -> bytes:
    """The object code of a module. Vectors are explicit in the text, so few of LLVM's passes have anything to do."""
    target = machine()
    head = f'target triple = "{llvm.get_default_triple()}"\ntarget datalayout = "{target.target_data}"\n'
    module = llvm.parse_assembly(head + text)
    module.verify()
    builder = llvm.create_pass_builder(target, llvm.create_pipeline_tuning_options(speed_level=1))
    passes = llvm.create_new_module_pass_manager()
    inlined = "alwaysinline" in text
    if inlined:
        passes.add_always_inliner_pass()
    for _ in range(2 if inlined else 1):  # the second finds the variables whose addresses were in tables
        passes.add_sroa_pass()
        passes.add_simplify_cfg_pass()
        passes.add_instruction_combine_pass()
    passes.run(module, builder)
    code: bytes = target.emit_object(module)
    return code


@functools.cache
def _jit() -> Any:
    near = cpu().isa == "neon"  # where code and what it refers to may be too far apart for the older linker
    return llvm.create_lljit_compiler(machine(), use_jit_link=near, suppress_errors=False)


def object_name(text: str) -> str:
    """Under which name the cache keeps the object of an IR text."""
    return cache.name_of(cpu().key, text)


def load(
    text: str, exports: Sequence[str], imports: Mapping[str, int] | None = None, label: str = ""
) -> dict[str, int]:
    """The addresses of a module's functions; they stay valid for the life of the process.

    Args:
        text: The IR.
        exports: The functions.
        imports: The addresses of symbols that the module declares. Symbols of the process are found without it.
        label: What it is, for who looks into the cache.
    """
    code = cache.get(object_name(text), lambda: compile_ir(text), label or exports[0])
    with _lock:
        library = llvm.JITLibraryBuilder()
        library.add_object_img(code)
        library.add_current_process()
        for name, address in (imports or {}).items():
            library.import_symbol(name, address)
        for name in exports:
            library.export_symbol(name)
        tracker = library.link(_jit(), f"flowstone{next(_numbers)}")
        _kept.append(tracker)
        return {name: tracker[name] for name in exports}


def python_function(address: int, name: str) -> Any:
    """The machine code at an address, of the form ``PyObject *(self, PyObject *const *args, Py_ssize_t n)``,
    as a Python function."""
    definition = _MethodDef(name.encode(), address, _FASTCALL, None)
    _kept.append(definition)
    make = ctypes.pythonapi.PyCFunction_NewEx
    make.restype = ctypes.py_object
    make.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p]
    return make(ctypes.addressof(definition), None, None)


def python_symbols() -> dict[str, int]:
    """The addresses of what the entry functions use of Python itself."""

    def address(function: str) -> int:
        found = ctypes.cast(getattr(ctypes.pythonapi, function), ctypes.c_void_p).value
        if found is None:
            raise OSError(f"Python has no {function}")
        return found

    return {
        "flowstone_none": id(None),
        "flowstone_true": id(True),
        "flowstone_false": id(False),
        "flowstone_save_thread": address("PyEval_SaveThread"),
        "flowstone_restore_thread": address("PyEval_RestoreThread"),
    }
