"""What ``fit``, ``evaluate`` and ``predict`` take as data, as batches of ``(x, y, sample_weight)``."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from flowstone_core import nest
from flowstone_core.conversion import convert_to_tensor
from flowstone_core.tensor import EagerTensor, Tensor
from flowstone_core.variable import Variable


def unpack_x_y_sample_weight(data: Any) -> tuple[Any, Any, Any]:
    """``data`` as ``(x, y, sample_weight)``, None for what is missing.

    >>> tf.keras.utils.unpack_x_y_sample_weight((1, 2))
    (1, 2, None)
    """
    if isinstance(data, list):
        data = tuple(data)
    if not isinstance(data, tuple):
        return data, None, None
    if 1 <= len(data) <= 3:
        x, y, weight = (*data, None, None)[:3]
        return x, y, weight
    raise ValueError(
        f"Data is expected to be in format `x`, `(x,)`, `(x, y)`, or `(x, y, sample_weight)`, found: {data}"
    )


def pack_x_y_sample_weight(x: Any, y: Any = None, sample_weight: Any = None) -> Any:
    """The opposite of ``unpack_x_y_sample_weight``, as short as possible."""
    if y is None:
        return (x,) if nest.is_nested(x) else x
    return (x, y) if sample_weight is None else (x, y, sample_weight)


class Batches:
    """Data in batches, for any number of epochs.

    Attributes:
        steps: Batches in an epoch, or None if unknown.
        batch_size: Elements in a batch, or None if unknown.
    """

    steps: int | None = None
    batch_size: int | None = None

    def epoch(self) -> Iterator[Any]:
        """The batches of the next epoch."""
        raise NotImplementedError

    def on_epoch_end(self) -> None:
        """Called after each epoch."""


class ArrayBatches(Batches):
    """Arrays or tensors with one first axis, cut into batches.

    Args:
        data: A structure of arrays, None for missing parts.
        batch_size: Elements in a batch.
        shuffle: Whether each epoch takes them in a new order (``"batch"``: whole batches).
    """

    def __init__(self, data: Any, batch_size: int | None, shuffle: Any) -> None:
        self.data = nest.map_structure(_as_array, data)
        sizes = {len(leaf) for leaf in nest.flatten(self.data) if leaf is not None}
        if len(sizes) > 1:
            raise ValueError(
                f"Data cardinality is ambiguous. Make sure all arrays contain the same number of samples: {sizes}"
            )
        self.size = sizes.pop() if sizes else 0
        self.batch_size = int(batch_size or 32)
        self.steps = math.ceil(self.size / self.batch_size)
        self.shuffle = shuffle

    def epoch(self) -> Iterator[Any]:
        """The batches of the next epoch."""
        order = None
        if self.shuffle and self.shuffle != "batch":
            order = np.random.permutation(self.size)
        for start in self._starts():
            stop = min(start + self.batch_size, self.size)
            index = slice(start, stop) if order is None else order[start:stop]
            yield nest.map_structure(lambda leaf, index=index: _cut(leaf, index), self.data)

    def _starts(self) -> Any:
        starts = np.arange(0, self.size, self.batch_size)
        return np.random.permutation(starts) if self.shuffle == "batch" else starts


def _as_array(value: Any) -> Any:
    """An array whose floats have the default float type; other tensors as they are."""
    if value is None:
        return None
    if isinstance(value, Variable):
        value = value.numpy()
    if isinstance(value, EagerTensor):
        return value._array
    if hasattr(value, "to_numpy"):  # pandas
        value = value.to_numpy()
    array = np.asarray(value)
    if array.dtype == np.float64:
        array = array.astype(np.float32)
    if array.ndim == 0:
        raise ValueError(f"Expected data with a first axis of samples, got the scalar {value!r}.")
    return array


def _cut(leaf: Any, index: Any) -> Any:
    return None if leaf is None else convert_to_tensor(leaf[index])


class IterableBatches(Batches):
    """A dataset or another iterable of batches.

    Args:
        source: The iterable.
        steps: Batches in an epoch; None: until the end.
    """

    def __init__(self, source: Any, steps: int | None = None) -> None:
        self.source = source
        self.limit = steps
        self.steps = steps if steps is not None else _known_length(source)
        self._running: Iterator[Any] | None = None

    def epoch(self) -> Iterator[Any]:
        """The batches of the next epoch; with a fixed number of steps, the iteration goes on where it stopped."""
        if self.limit is None:
            if self._running is None and iter(self.source) is self.source:
                self._running = iter(self.source)
            yield from map(_as_tensors, self._running if self._running is not None else iter(self.source))
            return
        if self._running is None:
            self._running = iter(self.source)
        for _ in range(self.limit):
            try:
                batch = next(self._running)
            except StopIteration:
                self._running = iter(self.source)
                if self._running is self.source:  # a generator cannot start anew
                    return
                try:
                    batch = next(self._running)
                except StopIteration:
                    return
            yield _as_tensors(batch)

    def on_epoch_end(self) -> None:
        """Tell sequences that an epoch has ended."""
        if hasattr(self.source, "on_epoch_end"):
            self.source.on_epoch_end()


def _as_tensors(batch: Any) -> Any:
    if isinstance(batch, list):
        batch = tuple(batch)
    return nest.map_structure(_as_tensor, batch)


def _as_tensor(value: Any) -> Any:
    if value is None or isinstance(value, Tensor) or nest.is_composite(value):
        return value
    array = np.asarray(value)
    return convert_to_tensor(array.astype(np.float32) if array.dtype == np.float64 else array)


def _known_length(source: Any) -> int | None:
    """The number of batches, where the iterable knows it and it is finite."""
    if hasattr(source, "cardinality"):
        length = int(source.cardinality())
        return length if length >= 0 else None
    try:
        return len(source)
    except TypeError:
        return None


class SequenceBatches(IterableBatches):
    """Batches by index: ``keras.utils.Sequence`` and ``PyDataset``."""

    def __init__(self, source: Any, steps: int | None, shuffle: Any) -> None:
        super().__init__(source, steps)
        self.shuffle = shuffle
        self.steps = steps if steps is not None else len(source)

    def epoch(self) -> Iterator[Any]:
        """The batches of the next epoch."""
        order = np.random.permutation(len(self.source)) if self.shuffle else np.arange(len(self.source))
        for index in order[: self.steps]:
            yield _as_tensors(self.source[int(index)])


def make_batches(
    x: Any,
    y: Any = None,
    sample_weight: Any = None,
    batch_size: int | None = None,
    steps: int | None = None,
    shuffle: Any = False,
    class_weight: Any = None,
) -> Batches:
    """The batches of whatever ``fit`` takes.

    Raises:
        ValueError: If ``y`` or ``sample_weight`` is given with data that brings its own.
    """
    weigh = None if class_weight is None else _class_weigher(class_weight)
    batches: Batches
    if _is_arrays(x):
        data = pack_x_y_sample_weight(x, y, sample_weight)
        batches = ArrayBatches(data if isinstance(data, tuple) else (data,), batch_size, shuffle)
        if steps is not None:
            batches = IterableBatches(_Repeated(batches), steps)
    else:
        if y is not None or sample_weight is not None:
            raise ValueError(
                f"When providing `x` as {type(x).__name__}, `y` and `sample_weight` should not be passed: the data "
                "brings its own targets."
            )
        if hasattr(x, "__getitem__") and hasattr(x, "__len__") and not hasattr(x, "element_spec"):
            batches = SequenceBatches(x, steps, shuffle)
        else:
            batches = IterableBatches(x, steps)
    return batches if weigh is None else _Weighted(batches, weigh)


class _Repeated:
    """The batches of arrays as an iterable of many epochs."""

    def __init__(self, batches: Batches) -> None:
        self.batches = batches

    def __iter__(self) -> Iterator[Any]:
        while True:
            yield from self.batches.epoch()


class _Weighted(Batches):
    """Batches whose sample weights come from their classes."""

    def __init__(self, batches: Batches, weigh: Callable[[Any], Any]) -> None:
        self.batches = batches
        self.weigh = weigh
        self.steps = batches.steps
        self.batch_size = batches.batch_size

    def epoch(self) -> Iterator[Any]:
        """The batches of the next epoch."""
        return map(self.weigh, self.batches.epoch())

    def on_epoch_end(self) -> None:
        """Called after each epoch."""
        self.batches.on_epoch_end()


def _class_weigher(class_weight: Any) -> Callable[[Any], Any]:
    table = np.ones(max(int(key) for key in class_weight) + 1, np.float32)
    for key, value in class_weight.items():
        table[int(key)] = value

    def weigh(batch: Any) -> Any:
        x, y, weight = unpack_x_y_sample_weight(batch)
        classes = np.asarray(y)
        if classes.ndim > 1 and classes.shape[-1] > 1:
            classes = classes.argmax(-1)
        classes = classes.reshape(classes.shape[0], -1)[:, 0].astype(np.int64)
        own = np.where(classes < len(table), table[np.minimum(classes, len(table) - 1)], 1.0).astype(np.float32)
        return x, y, convert_to_tensor(own if weight is None else own * np.asarray(weight))

    return weigh


def _is_arrays(x: Any) -> bool:
    if hasattr(x, "element_spec"):
        return False
    leaves = nest.flatten(x)
    return bool(leaves) and all(
        isinstance(leaf, (np.ndarray, Tensor, Variable, float, int)) or hasattr(leaf, "to_numpy") or leaf is None
        for leaf in leaves
    )


def train_validation_split(arrays: Any, validation_split: float) -> tuple[Any, Any]:
    """The first part of each array for training and the last for validation.

    Raises:
        ValueError: If one part would be empty.
    """
    size = next(len(leaf) for leaf in nest.flatten(arrays) if leaf is not None)
    at = math.floor(size * (1.0 - validation_split))
    if at in (0, size):
        raise ValueError(
            f"Training data contains {size} samples, which is not sufficient to split it into a validation and training "
            f"set as specified by `validation_split={validation_split}`."
        )
    first = nest.map_structure(lambda leaf: None if leaf is None else leaf[:at], arrays)
    last = nest.map_structure(lambda leaf: None if leaf is None else leaf[at:], arrays)
    return first, last
