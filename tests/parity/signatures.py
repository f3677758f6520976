"""The signatures of public names: ``python tests/parity/signatures.py`` records TensorFlow's; ``test_signatures.py`` compares.

A line of the golden file is a public name, or a class and a method, with its parameters: names, order, kinds, defaults.
"""

from __future__ import annotations

import enum
import inspect
import json
import os
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

GOLDEN = Path(__file__).parent / "goldens" / "signatures.json"

ELSEWHERE = ("compat.", "distribute.", "lite.", "tpu.", "raw_ops.", "mlir.", "experimental.dtensor.", "keras.ops.")
"""Namespaces that other checks or later issues cover."""

ALIASES = ("initializers.", "losses.", "metrics.", "optimizers.")
"""Namespaces that Keras has as well."""

UNKNOWN = "?"


def text_of(function: Any) -> str:
    """The parameters of a callable as text, without annotations."""
    try:
        signature = inspect.signature(function)
    except (ValueError, TypeError):
        return UNKNOWN
    parts: list[str] = []
    previous: Any = None
    for parameter in signature.parameters.values():
        kind = parameter.kind
        if previous is parameter.POSITIONAL_ONLY and kind is not parameter.POSITIONAL_ONLY:
            parts.append("/")
        if kind is parameter.KEYWORD_ONLY and previous not in (parameter.KEYWORD_ONLY, parameter.VAR_POSITIONAL):
            parts.append("*")
        star = {parameter.VAR_POSITIONAL: "*", parameter.VAR_KEYWORD: "**"}.get(kind, "")
        default = "" if parameter.default is parameter.empty else f"={_default(parameter.default)}"
        parts.append(f"{star}{parameter.name}{default}")
        previous = kind
    return f"({', '.join(parts)})"


def constructor_of(cls: type) -> str:
    """The parameters of a class's constructor, ``self`` first."""
    if cls.__init__ is not object.__init__:  # type: ignore[misc]
        return text_of(cls.__init__)  # type: ignore[misc]
    inside = text_of(cls).removeprefix("(").removesuffix(")")
    return UNKNOWN if inside == UNKNOWN else f"({', '.join(filter(None, ['self', inside]))})"


def _default(value: Any) -> str:
    if value is None or isinstance(value, (bool, int, str, bytes)):
        return repr(value.value if isinstance(value, enum.Enum) else value)
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, enum.Enum):
        return f"{type(value).__name__}.{value.name}"
    if isinstance(value, (list, tuple)):
        return str([*map(_default, value)])
    if isinstance(value, type) or callable(value):
        return str(getattr(value, "__name__", "function"))
    if hasattr(value, "as_numpy_dtype"):
        return str(value.name)
    return type(value).__name__


PUBLIC_MODULES = ("tensorflow._api", "tensorflow.keras", "keras.api", "keras._tf_keras", "flowstone")


def public_names(module: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """The public names of a namespace and of those below it."""
    for name in sorted(dir(module)):
        if name.startswith("_") or (prefix + name).startswith(ELSEWHERE + ALIASES):
            continue
        try:
            value = getattr(module, name)
        except Exception:  # noqa: BLE001 - a name that needs what is not installed
            continue
        if isinstance(value, types.ModuleType):
            if value.__name__.startswith(PUBLIC_MODULES):
                yield from public_names(value, f"{prefix}{name}.")
        else:
            yield prefix + name, value


def signatures_of(name: str, value: Any) -> Iterator[tuple[str, str]]:
    """The signature of a function, or of a class's constructor and methods."""
    if not isinstance(value, type):
        if callable(value):
            yield name, text_of(value)
        return
    if issubclass(value, enum.Enum):
        return
    yield name, constructor_of(value)
    if name.startswith("keras.") and name not in ("keras.Model", "keras.Sequential", "keras.layers.Layer"):
        return
    for method in sorted(dir(value)):
        if not method.startswith("_") or method in ("__call__", "__getitem__", "__array__"):
            found = getattr(value, method, None)
            if callable(found) and not isinstance(found, type):
                yield f"{name}.{method}", text_of(found)


def main() -> None:
    """Record TensorFlow's."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import tensorflow as tf  # noqa: PLC0415 - the test imports this file without TensorFlow

    found = {}
    for name, value in public_names(tf):
        found.update(signatures_of(name, value))
    found = {name: text for name, text in sorted(found.items()) if text != UNKNOWN}
    raw_ops = {name: text_of(function) for name, function in public_names(tf.raw_ops)}
    golden = {"tensorflow": tf.__version__, "signatures": found, "raw_ops": raw_ops}
    GOLDEN.write_text(json.dumps(golden, indent=0) + "\n")
    print(f"{len(found)} signatures")


if __name__ == "__main__":
    main()
