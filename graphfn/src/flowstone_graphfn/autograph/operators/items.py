"""Item assignment."""

from __future__ import annotations

from typing import Any

from flowstone_graphfn.autograph import backend


def set_item(value: Any, target: Any, key: Any, outer: str | None = None) -> Any:
    """``target[key] = value``; what the variable is afterwards.

    Args:
        value: The new item.
        target: What is indexed.
        key: The index.
        outer: The variable's name, if it belongs to the code around the function.

    Raises:
        TypeError: If a tensor would have to replace a variable around the function.
    """
    graph = backend.current()
    if not graph.is_tensor(target):
        target[key] = value
        return target
    if outer is not None:
        raise TypeError(
            f"'{outer}' is a tensor that belongs to the code around this function, and tensors do not change. Assign "
            "it to a local variable first, or make it a tf.Variable."
        )
    return graph.set_item(target, key, value)


def set_item_of(value: Any, owner: Any, name: str, key: Any) -> None:
    """``owner.name[key] = value``."""
    target = getattr(owner, name)
    graph = backend.current()
    if graph.is_tensor(target):
        setattr(owner, name, graph.set_item(target, key, value))
    else:
        target[key] = value
