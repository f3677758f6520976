"""``flowstone graph``: draws a traced function, or one of a SavedModel, as a picture."""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
from flowstone_core import profiling
from flowstone_core.dtypes import as_dtype
from flowstone_core.errors import OpError
from flowstone_core.files import tensorflow_errors, write_whole
from flowstone_core.services import MODEL_FILES, MissingServiceError, get_service
from flowstone_core.tensor import EagerTensor
from flowstone_core.type_spec import TensorSpec

from flowstone_graphfn.concrete import ConcreteFunction
from flowstone_graphfn.function import Function, function
from flowstone_graphfn.picture import function_picture
from flowstone_graphfn.text import describe


class WrongUseError(ValueError):
    """What was asked for cannot be drawn; the text says why and what to do."""


def graph_command(arguments: Sequence[str]) -> int:
    """Draw a traced function, or one of a SavedModel, as an SVG picture."""
    parser = argparse.ArgumentParser(prog="flowstone graph", description=graph_command.__doc__)
    parser.add_argument("what", help="a SavedModel's folder, package.module:function, or file.py:function")
    parser.add_argument("-o", "--output", metavar="FILE", help="where the picture goes (by default NAME.svg)")
    parser.add_argument("--signature", default="serving_default", help="which signature of a SavedModel")
    parser.add_argument(
        "--spec",
        action="append",
        default=[],
        metavar="TYPE[SIZES]",
        help='what the function is traced for, one for each argument, such as "float32[?,784]" or "int32[]"',
    )
    parser.add_argument("--traced", action="store_true", help="as it was traced, not as it is after the optimizer")
    parser.add_argument("--text", action="store_true", help="print the function as text instead")
    parser.add_argument(
        "--time",
        type=int,
        default=0,
        metavar="N",
        help="run it N times on zeros (sizes ?: 1), and write the nodes' times",
    )
    options = parser.parse_args(arguments)
    try:
        return _draw(options)
    except (OpError, OSError, ValueError, TypeError, ImportError, MissingServiceError) as error:
        print(f"flowstone graph: {error}", file=sys.stderr)
        return 1


def _draw(options: argparse.Namespace) -> int:
    if options.traced and options.time:
        raise WrongUseError("--time tells how long nodes take after the optimizer; leave out --traced.")
    name, concrete = _found(options)
    function = concrete.graph_function
    if options.text:
        print(describe(function))
        return 0
    times = _times(concrete, options.time) if options.time > 0 else {}
    target = Path(options.output or f"{name}.svg")
    with tensorflow_errors(f"write {target}"):
        write_whole(target, function_picture(function, options.traced, times).encode())
    print(f"{target}: {len(function.optimized().graph.nodes)} nodes")
    return 0


# -- finding the function ----------------------------------------------------------------------------------------------


def _found(options: argparse.Namespace) -> tuple[str, ConcreteFunction]:
    """The function that is meant, and what to call it."""
    what: str = options.what
    if Path(what).is_dir():
        return Path(what).resolve().name, _signature(what, options.signature)
    place, colon, attribute = what.rpartition(":")
    if not colon:
        raise WrongUseError(
            f"{what!r} is no folder. Expected a SavedModel's folder, package.module:function or file.py:function."
        )
    value: Any = _module(place)
    for part in attribute.split("."):
        if not hasattr(value, part):
            raise WrongUseError(f"{place!r} has no {attribute!r}.")
        value = getattr(value, part)
    return attribute.rpartition(".")[2], _traced(value, attribute, [_spec(text) for text in options.spec])


def _signature(folder: str, name: str) -> ConcreteFunction:
    signatures = get_service(MODEL_FILES).load(folder).signatures
    if name not in signatures:
        raise WrongUseError(f"{folder} has no signature {name!r}; it has: {', '.join(sorted(signatures)) or 'none'}.")
    found: ConcreteFunction = signatures[name]
    return found


def _module(place: str) -> Any:
    if not place.endswith(".py"):
        sys.path.insert(0, "")
        return importlib.import_module(place)
    spec = importlib.util.spec_from_file_location(Path(place).stem, place)
    if spec is None or spec.loader is None or not Path(place).exists():
        raise WrongUseError(f"There is no file {place!r}.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def _traced(value: Any, name: str, specs: Sequence[TensorSpec]) -> ConcreteFunction:
    """A concrete function of what the user named."""
    if isinstance(value, ConcreteFunction):
        return value
    if not callable(value):
        raise WrongUseError(f"{name!r} is {type(value).__name__}, no function.")
    traceable: Any = value if isinstance(value, Function) else function(value)
    try:
        found: ConcreteFunction = traceable.get_concrete_function(*specs)
    except (TypeError, ValueError) as error:
        raise WrongUseError(
            f"{name!r} cannot be traced for {list(specs) or 'no arguments'}; give --spec for each.\n{error}"
        ) from error
    return found


def _spec(text: str) -> TensorSpec:
    """``float32[?,784]`` as a spec."""
    match = re.fullmatch(r"(\w+)\[([\d?,\s]*)\]", text.strip())
    if match is None:
        raise WrongUseError(f"--spec {text}: expected a type and sizes, such as float32[?,784] or int32[].")
    sizes = [size.strip() for size in match[2].split(",") if size.strip()]
    return TensorSpec([None if size == "?" else int(size) for size in sizes], as_dtype(match[1]))


# -- timing ------------------------------------------------------------------------------------------------------------


def _times(concrete: ConcreteFunction, count: int) -> dict[tuple[str, str], str]:
    """How long each node took in the mean of some calls, and how often it ran in one."""
    graph = concrete.graph_function.graph
    own = len(graph.inputs) - len(concrete.captured_inputs)
    inputs = [EagerTensor(_zeros(tensor), tensor.dtype) for tensor in graph.inputs[:own]]

    def run() -> None:
        captured = [cast(EagerTensor, tensor)._array for tensor in concrete.captured_inputs]
        concrete.graph_function.plan.run(*[tensor._array for tensor in inputs], *captured)

    for _ in range(3):
        run()  # compilers wait for a second call
    session = profiling.start(profiling.OPS)
    if session is None:
        raise WrongUseError("Another profile is being recorded.")
    try:
        for _ in range(count):
            run()
    finally:
        profiling.stop()
    spent: dict[tuple[str, str], list[int]] = {}
    for event in session.events:
        if event.label.kind == "op" and event.label.function:
            spent.setdefault((event.label.function, event.label.name), []).append(event.end - event.start)
    return {key: _told(each, count) for key, each in spent.items()}


def _told(spent: Sequence[int], count: int) -> str:
    times = len(spent) / count
    return f"{sum(spent) / len(spent) / 1e3:.1f} µs" + (f" × {times:g}" if times != 1 else "")


def _zeros(tensor: Any) -> Any:
    shape = tensor._spec.shape
    if shape is None or tensor.dtype.is_handle:
        raise WrongUseError(
            f"--time: the argument {tensor.node.name!r} ({tensor.dtype.name}) has no known rank to make zeros of."
        )
    sizes = [1 if size is None else size for size in shape]
    if tensor.dtype.name == "string":
        return np.full(sizes, b"", object)
    return np.zeros(sizes, tensor.dtype.numpy_dtype)
