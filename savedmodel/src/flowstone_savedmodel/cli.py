"""``flowstone saved-model``: what is in a SavedModel, and what its signatures compute."""

from __future__ import annotations

import argparse
import ast
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from flowstone_core.conversion import convert_to_tensor
from flowstone_core.dtypes import as_dtype
from flowstone_core.errors import OpError
from flowstone_core.shapes import TensorShape
from flowstone_core.tables import print_table
from flowstone_graphfn.concrete import ConcreteFunction
from flowstone_protos.meta_graph_pb2 import MetaGraphDef, TensorInfo
from flowstone_protos.saved_object_graph_pb2 import SavedObjectGraph

from flowstone_savedmodel.constants import DEFAULT_SERVING_SIGNATURE_DEF_KEY
from flowstone_savedmodel.function_loading import parameters_of
from flowstone_savedmodel.loading import load, meta_graph
from flowstone_savedmodel.tensorproto import proto_to_shape


def saved_model_command(arguments: Sequence[str]) -> int:
    """Show what is in a SavedModel, or run one of its signatures."""
    parser = argparse.ArgumentParser(prog="flowstone saved-model", description=saved_model_command.__doc__)
    actions = parser.add_subparsers(dest="action", required=True)
    show = actions.add_parser("show", help="list signatures, functions, variables, assets and ops")
    run = actions.add_parser("run", help="compute a signature's results")
    for action in (show, run):
        action.add_argument("folder", help="the SavedModel's folder")
        action.add_argument("--tags", help="the meta graph's tags, with commas between them")
    show.add_argument("--ops", action="store_true", help="list each op with the number of its nodes")
    run.add_argument("--signature", default=DEFAULT_SERVING_SIGNATURE_DEF_KEY, help="its name (serving_default)")
    run.add_argument(
        "--input",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a tensor: a Python literal such as [[1.0, 2.0]], or the path of a .npy file",
    )
    run.add_argument("--output", metavar="FOLDER", help="also write each result as a .npy file into this folder")
    options = parser.parse_args(arguments)
    try:
        return _show(options) if options.action == "show" else _run(options)
    except (OpError, OSError, ValueError, TypeError) as error:
        print(f"flowstone saved-model: {error}", file=sys.stderr)
        return 1


# -- show ----------------------------------------------------------------------------------------------------------


def _show(options: argparse.Namespace) -> int:
    message = meta_graph(Path(options.folder), _tags(options))
    info = message.meta_info_def
    print(f"{options.folder}: tags {', '.join(info.tags)}; of TensorFlow {info.tensorflow_version or '?'}'s format\n")
    objects = message.object_graph_def
    print_table("Signatures", ["signature", "", "tensor", "type", "shape"], _signature_rows(message))
    print_table("Functions", ["object", "parameters", "traces"], _function_rows(objects))
    print_table("Variables", ["object", "name", "type", "shape", "trainable"], _variable_rows(objects))
    if message.asset_file_def:
        print_table("Assets", ["file"], [[asset.filename] for asset in message.asset_file_def])
    counts = _op_counts(message)
    if options.ops:
        print_table("Ops", ["op", "nodes"], [[op, str(count)] for op, count in sorted(counts.items())])
    else:
        print(f"{counts.total()} nodes of {len(counts)} ops in {len(message.graph_def.library.function)} functions")
    return 0


def _signature_rows(message: MetaGraphDef) -> list[list[str]]:
    rows = []
    for key, signature in sorted(message.signature_def.items()):
        if key.startswith("__"):
            continue
        for direction, tensors in (("takes", signature.inputs), ("gives", signature.outputs)):
            rows += [[key, direction, name, *_described(info)] for name, info in sorted(tensors.items())]
    return rows


def _described(info: TensorInfo) -> tuple[str, str]:
    return _dtype_name(info.dtype), str(proto_to_shape(info.tensor_shape))


def _dtype_name(number: int) -> str:
    try:
        return as_dtype(number).name
    except TypeError:
        return f"type {number}"


def _function_rows(objects: SavedObjectGraph) -> list[list[str]]:
    rows = []
    for number, path in sorted(_paths(objects).items(), key=lambda item: item[1]):
        node = objects.nodes[number]
        if node.HasField("function"):
            parameters = str(parameters_of(node.function.function_spec))
            rows.append([path, parameters, str(len(node.function.concrete_functions))])
    return rows


def _variable_rows(objects: SavedObjectGraph) -> list[list[str]]:
    rows = []
    for number, path in sorted(_paths(objects).items(), key=lambda item: item[1]):
        node = objects.nodes[number]
        if node.HasField("variable"):
            variable = node.variable
            shape = TensorShape(proto_to_shape(variable.shape))
            row = [path, variable.name, _dtype_name(variable.dtype), str(shape)]
            rows.append([*row, "yes" if variable.trainable else "no"])
    return rows


def _paths(objects: SavedObjectGraph) -> dict[int, str]:
    """The shortest path of names to each object that the root reaches."""
    paths = {0: ""} if objects.nodes else {}
    order = list(paths)
    for number in order:
        for child in objects.nodes[number].children:
            if child.node_id not in paths and 0 <= child.node_id < len(objects.nodes):
                paths[child.node_id] = f"{paths[number]}.{child.local_name}".lstrip(".")
                order.append(child.node_id)
    return paths


def _op_counts(message: MetaGraphDef) -> Counter[str]:
    counts = Counter(node.op for node in message.graph_def.node)
    for function in message.graph_def.library.function:
        counts.update(node.op for node in function.node_def)
    return counts


# -- run -----------------------------------------------------------------------------------------------------------


def _run(options: argparse.Namespace) -> int:
    signatures = load(options.folder, _tags(options)).signatures
    if options.signature not in signatures:
        raise ValueError(
            f"{options.folder} has no signature {options.signature!r}, only: {', '.join(sorted(signatures)) or 'none'}."
        )
    function = signatures[options.signature]
    results = function(**_inputs(function, options.input))
    rows = []
    for name, tensor in sorted(results.items()):
        rows.append([name, tensor.dtype.name, str(tensor.shape), str(tensor.numpy())])
        if options.output:
            folder = Path(options.output)
            folder.mkdir(parents=True, exist_ok=True)
            np.save(folder / f"{Path(name).name}.npy", tensor.numpy(), allow_pickle=False)
    print_table(f"Results of {options.signature}", ["tensor", "type", "shape", "value"], rows)
    return 0


def _inputs(function: ConcreteFunction, given: Sequence[str]) -> dict[str, Any]:
    """The tensors that the command line gives, of the types that the signature takes."""
    specs = function.structured_input_signature[1]
    tensors = {}
    for argument in given:
        name, equals, text = argument.partition("=")
        if not equals or name not in specs:
            raise ValueError(f"--input {argument}: expected NAME=VALUE with one of the names {sorted(specs)}.")
        tensors[name] = _tensor(text, specs[name].dtype)
    if missing := sorted(specs.keys() - tensors.keys()):
        raise ValueError(f"The signature also needs --input for {', '.join(missing)}.")
    return tensors


def _tensor(text: str, dtype: Any) -> Any:
    if text.endswith(".npy"):
        return convert_to_tensor(np.load(text, allow_pickle=False).astype(dtype.numpy_dtype), dtype)
    try:
        value = ast.literal_eval(text)
    except (SyntaxError, ValueError):
        raise ValueError(f"{text!r} is neither a Python literal nor the path of a .npy file.") from None
    return convert_to_tensor(value, dtype)


def _tags(options: argparse.Namespace) -> set[str] | None:
    return set(options.tags.split(",")) if options.tags else None
