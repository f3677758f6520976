"""Which positions of a query may attend to which positions of a value: the masks of both, and those that time gives."""

from __future__ import annotations

import functools
from typing import Any

from flowstone_core.api import tf


def causal(queries: Any, keys: Any) -> Any:
    """``[1, queries, keys]``: no position attends to a later one."""
    return tf.range(queries)[:, None] >= tf.range(keys)[None, None, :]


def band(queries: Any, keys: Any, width: int) -> Any:
    """``[1, queries, keys]``: positions less than ``width`` apart."""
    return tf.abs(tf.range(queries)[:, None] - tf.range(keys)[None, None, :]) < width


def merged(*masks: Any) -> Any:
    """What all of the masks allow, with those that are None left out; None if none is left."""
    given = [tf.cast(mask, "bool") for mask in masks if mask is not None]
    return functools.reduce(tf.logical_and, given) if given else None


def of_positions(query: Any, value: Any, key: Any = None) -> Any:
    """``[batch, queries, keys]`` from the masks ``[batch, positions]`` of the tensors."""
    rows = None if query is None else tf.expand_dims(query, -1)
    columns = (None if mask is None else tf.expand_dims(mask, -2) for mask in (value, key))
    return merged(rows, *columns)


def length(x: Any) -> Any:
    """The size of the second axis, as a number where it is known."""
    return tf.shape(x)[1] if x.shape[1] is None else x.shape[1]
