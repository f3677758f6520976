"""The table that ``model.summary()`` prints."""

from __future__ import annotations

import math
from typing import Any

from flowstone_core import nest

_UNITS = ("B", "KB", "MB", "GB", "TB")


def count_params(variables: Any) -> int:
    """The number of elements of all variables."""
    return sum(math.prod(variable.shape.as_list()) for variable in variables)


def memory(variables: Any) -> str:
    """The bytes of all variables, in readable units."""
    size = float(sum(math.prod(v.shape.as_list()) * v._dtype.size for v in variables))
    unit = 0
    while size >= 1024 and unit < len(_UNITS) - 1:
        size /= 1024
        unit += 1
    return f"{size:.2f} {_UNITS[unit]}"


def output_shape(layer: Any) -> str:
    """The shape of a layer's output as text, ``?`` where it is not known."""
    nodes = layer._inbound_nodes
    if nodes:
        shapes = [str(tensor.shape) for tensor in nodes[-1].outputs]
        return ", ".join(shapes)
    build_shape = layer.__dict__.get("_build_shape")
    if build_shape is None:
        return "?"
    try:
        shapes = layer.compute_output_shape(build_shape)
    except (NotImplementedError, ValueError, TypeError):
        return "?"
    return ", ".join(str(shape) for shape in nest.flatten([str(shapes)]))


def rows(model: Any, expand_nested: bool, depth: int = 0) -> list[tuple[str, str, str, str, bool]]:
    """Name, output shape, parameters, connections and trainability of each layer."""
    found = []
    for layer in model.layers:
        count = count_params(layer.weights) if layer.built else 0
        text = f"{count:,}" if layer.built or count else "0 (unbuilt)"
        name = "  " * depth + f"{layer.name} ({type(layer).__name__})"
        found.append((name, output_shape(layer), text, _connections(model, layer), layer.trainable))
        if expand_nested and hasattr(layer, "layers"):
            found += rows(layer, expand_nested, depth + 1)
    return found


def _connections(model: Any, layer: Any) -> str:
    own = {id(node) for node in getattr(model, "_nodes", ())}
    names = []
    for node in layer._inbound_nodes:
        if not own or id(node) in own:
            for tensor in node.input_tensors:
                history = tensor._keras_history
                names.append(f"{history.operation.name}[{history.node_index}][{history.tensor_index}]")
    return ", ".join(names) or "-"


def print_summary(
    model: Any,
    line_length: int | None = None,
    positions: Any = None,
    print_fn: Any = None,
    expand_nested: bool = False,
    show_trainable: bool = False,
    layer_range: Any = None,
) -> None:
    """Print the layers of ``model``, one a row, and the totals below.

    Args:
        model: The model.
        line_length: The width of the table.
        positions: The ends of the columns, in characters or as parts of the width.
        print_fn: What takes the text instead of ``print``.
        expand_nested: Whether layers of layers get rows of their own.
        show_trainable: Whether a column says which layers are trained.
        layer_range: The names of the first and last layer to show.
    """
    show = print_fn or print
    table = _in_range(rows(model, expand_nested), layer_range)
    branches = getattr(model, "_nodes", None) is not None and any(", " in row[3] or row[3] == "-" for row in table[1:])
    header = ["Layer (type)", "Output Shape", "Param #"]
    if branches:
        header.append("Connected to")
    if show_trainable:
        header.append("Trainable")
    body = []
    for name, shape, count, connected, trainable in table:
        cells = [name, shape, count]
        if branches:
            cells.append(connected)
        if show_trainable:
            cells.append("Y" if trainable else "N")
        body.append(cells)
    lines = [f'Model: "{model.name}"', *_boxed(header, body, line_length), *_totals(model)]
    show("\n".join(lines))


def _in_range(table: list[Any], layer_range: Any) -> list[Any]:
    if not layer_range:
        return table
    first, last = layer_range
    names = [row[0].strip().split(" (")[0] for row in table]
    starts = [i for i, name in enumerate(names) if name == first]
    ends = [i for i, name in enumerate(names) if name == last]
    if not starts or not ends:
        raise ValueError(f"Passed layer_range does not match any layer in the model. Received: {layer_range}")
    return table[starts[0] : ends[-1] + 1]


def _boxed(header: list[str], body: list[list[str]], line_length: int | None) -> list[str]:
    widths = [max(len(row[i]) for row in [header, *body]) + 2 for i in range(len(header))]
    spare = (line_length or 0) - sum(widths) - len(widths) - 1
    widths[0] += max(spare, 0)

    def line(left: str, fill: str, middle: str, right: str) -> str:
        return left + middle.join(fill * width for width in widths) + right

    def cells(values: list[str], bar: str) -> str:
        aligned = [
            f"{value:>{width - 1}} " if i == 2 else f" {value:<{width - 1}}"
            for i, (value, width) in enumerate(zip(values, widths, strict=True))
        ]
        return bar + bar.join(aligned) + bar

    lines = [line("┏", "━", "┳", "┓"), cells(header, "┃"), line("┡", "━", "╇", "┩")]
    for index, row in enumerate(body):
        if index:
            lines.append(line("├", "─", "┼", "┤"))
        lines.append(cells(row, "│"))
    return [*lines, line("└", "─", "┴", "┘")]


def _totals(model: Any) -> list[str]:
    trainable, frozen = model.trainable_weights, model.non_trainable_weights
    lines = []
    optimizer = getattr(model, "optimizer", None)
    extra = optimizer.variables if optimizer is not None and optimizer.built else []
    everything = [*model.weights, *extra]
    lines.append(f" Total params: {count_params(everything):,} ({memory(everything)})")
    lines.append(f" Trainable params: {count_params(trainable):,} ({memory(trainable)})")
    lines.append(f" Non-trainable params: {count_params(frozen):,} ({memory(frozen)})")
    if extra:
        lines.append(f" Optimizer params: {count_params(extra):,} ({memory(extra)})")
    return lines
