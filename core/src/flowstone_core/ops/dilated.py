"""Windows with holes: an op on windows becomes dilated by moving parts of space into the batch, and back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from flowstone_core.conversion import convert_to_tensor
from flowstone_core.ops import array
from flowstone_core.ops.pool import avg_pool1d, avg_pool2d, avg_pool3d, max_pool1d, max_pool2d, max_pool3d
from flowstone_core.ops.rearranging import batch_to_space, required_space_to_batch_paddings, space_to_batch
from flowstone_core.tensor import Tensor, TensorLike

_POOLS = {"MAX": (max_pool1d, max_pool2d, max_pool3d), "AVG": (avg_pool1d, avg_pool2d, avg_pool3d)}


def with_space_to_batch(
    input: TensorLike,
    dilation_rate: Any,
    padding: Any,
    op: Callable[[Tensor, int, Any], Any],
    filter_shape: Any = None,
    spatial_dims: Sequence[int] | None = None,
    data_format: str | None = None,
) -> Any:
    """``op`` with dilated windows: on ``space_to_batch`` of ``input``, and that undone on what comes out.

    >>> x = tf.reshape(tf.range(6.), [1, 6, 1])
    >>> tf.nn.with_space_to_batch(x, [2], "VALID", lambda t, *_: tf.nn.max_pool1d(t, 2, 1, "VALID")).numpy().ravel()
    array([2., 3., 4., 5.], dtype=float32)

    Args:
        input: ``[batch, ..., channels]``.
        dilation_rate: The distance between the elements of a window, one for each spatial dimension.
        padding: ``"VALID"`` or ``"SAME"``.
        op: A function of a tensor, the number of spatial dimensions and the padding, which is ``"VALID"`` unless all
            rates are 1.
        filter_shape: The spatial sizes of a window first; needed for ``"SAME"``.
        spatial_dims: The dimensions of space, from 1 on, increasing; those that come first by default.
        data_format: A layout that begins with "NC" says that channels come second.

    Raises:
        ValueError: If the rates are not a list of positive numbers, if the padding is another, or if dimensions of
            space do not increase from 1 on.
    """
    x = convert_to_tensor(input)
    rates = np.asarray(dilation_rate)
    if rates.ndim != 1 or not rates.size:
        raise ValueError(f"`dilation_rate` must be a list with an entry for each dimension, got {dilation_rate!r}.")
    if (rates < 1).any():
        raise ValueError(f"`dilation_rate` must be positive, got {rates.tolist()}.")
    first = 2 if data_format is not None and data_format.startswith("NC") else 1
    spatial = sorted({int(d) for d in spatial_dims}) if spatial_dims else list(range(first, first + rates.size))
    if spatial[0] < 1 or len(spatial) != rates.size:
        raise ValueError(f"`spatial_dims` must be {rates.size} different numbers from 1 on, got {spatial_dims!r}.")
    if (rates == 1).all():
        return op(x, rates.size, padding)
    blocks = np.ones(spatial[-1], np.int32)
    blocks[np.array(spatial) - 1] = rates
    base = np.zeros((len(blocks), 2), np.int32)
    if padding == "SAME":
        if filter_shape is None:
            raise ValueError("`filter_shape` must be given for `padding='SAME'`.")
        extra = (np.asarray(filter_shape)[: rates.size] - 1) * rates
        base[np.array(spatial) - 1] = np.stack([extra // 2, extra - extra // 2], axis=1)
    elif padding != "VALID":
        raise ValueError(f"`padding` must be 'SAME' or 'VALID', got {padding!r}.")
    sizes = [None] if x.shape.rank is None else x.shape.as_list()[1 : len(blocks) + 1]
    paddings: Any
    crops: Any
    if None in sizes:
        computed = array.shape(x)[1 : len(blocks) + 1]
        paddings, crops = required_space_to_batch_paddings(computed, blocks, base)
    else:
        behind = -(np.array(sizes) + base.sum(axis=1)) % blocks
        paddings, crops = base + np.stack([0 * behind, behind], 1), np.stack([0 * behind, behind], 1)
    result = op(space_to_batch(x, blocks, paddings), rates.size, "VALID")
    return batch_to_space(result, blocks, crops)


def _one_each(values: Any, count: int, name: str) -> list[int]:
    listed = [1] * count if values is None else [int(value) for value in values]
    if len(listed) != count:
        raise ValueError(f"`len({name})` should be {count}. Received: {name}={listed} of length {len(listed)}")
    if min(listed) < 1:
        raise ValueError(f"`{name}` must be positive. Received: {name}={listed}")
    return listed


def pool(
    input: TensorLike,
    window_shape: Sequence[int],
    pooling_type: str,
    strides: Sequence[int] | None = None,
    padding: Any = "VALID",
    data_format: str | None = None,
    dilations: Sequence[int] | None = None,
    name: str | None = None,
) -> Tensor:
    """The largest or the mean element of each window, in one to three dimensions.

    >>> tf.nn.pool(tf.reshape(tf.range(6.), [1, 6, 1]), [2], "MAX", dilations=[2]).numpy().ravel()
    array([2., 3., 4., 5.], dtype=float32)

    Args:
        input: ``[batch, ..., channels]``, or ``[batch, channels, ...]`` for a ``data_format`` beginning with "NC".
        window_shape: The size of the window along each spatial dimension.
        pooling_type: ``"MAX"`` or ``"AVG"``.
        strides: The step of the window, 1 by default.
        padding: ``"VALID"`` or ``"SAME"``.
        data_format: The layout, such as ``"NCHW"``; channels last by default.
        dilations: The distance between the elements of a window, 1 by default.
        name: A name for the op in a graph.

    Raises:
        ValueError: If lengths differ, the kind of pooling is another, strides exceed windows, or dilation is
            asked for together with strides or ``"SAME"``.
    """
    x = convert_to_tensor(input)
    count = len(window_shape)
    if not 1 <= count <= 3:
        raise ValueError(
            f"`len(window_shape)` must be 1, 2, or 3. Received: window_shape={window_shape} of length {count}"
        )
    x.shape.assert_has_rank(count + 2)
    if x.shape.rank is None:
        x = array.ensure_shape(x, [None] * (count + 2))
    steps, rates = _one_each(strides, count, "strides"), _one_each(dilations, count, "dilations")
    if any(step > size for step, size in zip(steps, window_shape, strict=True)):
        raise ValueError(
            "`strides > window_shape` not supported due to inconsistency between CPU and GPU implementations. "
            f"Received: strides={steps} and window_shape={list(window_shape)}"
        )
    dilated = max(rates) > 1
    if dilated and max(steps) > 1:
        raise ValueError(
            "`strides > 1` not supported in conjunction with `dilation_rate > 1`. "
            f"Received: strides={steps} and dilation_rate={rates}"
        )
    if dilated and padding == "SAME":
        raise ValueError(
            "pooling with 'SAME' padding is not implemented for `dilation_rate` > 1. "
            f"Received: padding={padding} and dilation_rate={rates}"
        )
    if pooling_type not in _POOLS:
        raise ValueError(f"{count}-D {pooling_type} pooling is not supported.")
    run: Any = _POOLS[pooling_type][count - 1]
    first = data_format is not None and data_format.startswith("NC")
    layout = {1: ("NWC", "NCW"), 2: ("NHWC", "NCHW"), 3: ("NDHWC", "NCDHW")}[count][first]

    def on_windows(values: Tensor, _count: int, kind: Any) -> Any:
        return run(values, list(window_shape), steps, kind, layout, name)

    result: Tensor = with_space_to_batch(x, rates, padding, on_windows, data_format=data_format)
    return result
