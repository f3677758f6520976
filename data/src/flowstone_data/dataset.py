"""``tf.data.Dataset``: pipelines of elements, built step by step."""

from __future__ import annotations

import glob
import random
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from flowstone_core import dtypes, nest
from flowstone_core.api import tf
from flowstone_core.conversion import convert_to_tensor
from flowstone_core.dtypes import as_dtype
from flowstone_core.errors import InvalidArgumentError
from flowstone_core.interpreter import building_graph
from flowstone_core.ops.cast import cast
from flowstone_core.shapes import TensorShape, as_shape
from flowstone_core.tensor import EagerTensor
from flowstone_core.type_spec import TensorSpec, TypeSpec

from flowstone_data import value as values
from flowstone_data.components import (
    from_components,
    leaf_specs,
    normalize,
    shapes_of,
    spec_of,
    to_components,
    types_of,
)
from flowstone_data.functions import PipelineFunction, trace
from flowstone_data.iterator import IteratorIteration, OwnedIterator
from flowstone_data.packing import divided, needs_packing, packed, packed_slices, packed_spec, unpacked
from flowstone_data.reducing import CARDINALITY, REDUCE
from flowstone_data.sources import generator as generator_source
from flowstone_data.sources import range as range_source
from flowstone_data.sources import tensors as tensor_sources
from flowstone_data.specs import VARIANT
from flowstone_data.transforms.batch import BATCH
from flowstone_data.transforms.cache import CACHE
from flowstone_data.transforms.filter import FILTER, TAKE_WHILE
from flowstone_data.transforms.flat_map import FLAT_MAP, INTERLEAVE
from flowstone_data.transforms.map import MAP, PARALLEL_MAP, workers_for
from flowstone_data.transforms.prefetch import PREFETCH
from flowstone_data.transforms.repeat import REPEAT
from flowstone_data.transforms.shuffle import SHUFFLE
from flowstone_data.transforms.take_skip import SHARD, SKIP, TAKE
from flowstone_data.transforms.unbatch import UNBATCH
from flowstone_data.transforms.zip import CONCATENATE, ZIP

AUTOTUNE = -1
"""Let the pipeline choose how much to do at once."""

INFINITE_CARDINALITY = values.INFINITE
UNKNOWN_CARDINALITY = values.UNKNOWN


class DatasetV2:
    """A sequence of elements: structures of tensors that are made as they are needed.

    >>> ds = tf.data.Dataset.from_tensor_slices([1, 2, 3]).map(lambda x: x * 2).batch(2)
    >>> [batch.numpy().tolist() for batch in ds]
    [[2, 4], [6]]

    Args:
        variant_tensor: The tensor that holds the pipeline.
        element_spec: The structure of ``TypeSpec`` of the elements.
    """

    __flowstone_composite__ = True

    def __init__(self, variant_tensor: Any, element_spec: Any) -> None:
        self._variant_tensor = variant_tensor
        self._element_spec = element_spec

    # -- what it is ----------------------------------------------------------------------------------------

    @property
    def element_spec(self) -> Any:
        """The structure of ``TypeSpec`` of the elements."""
        return self._element_spec

    @property
    def _type_spec(self) -> DatasetSpec:
        return DatasetSpec(self._element_spec)

    def cardinality(self) -> Any:
        """The number of elements: an int64 tensor; -1 for no end, -2 if it cannot be told."""
        return CARDINALITY(self._variant_tensor)

    def __len__(self) -> int:
        """The number of elements.

        Raises:
            TypeError: If there is no end, it cannot be told, or a function is being traced.
        """
        if building_graph():
            raise TypeError("`tf.data.Dataset` only supports `len` in eager mode. Use `tf.data.Dataset.cardinality()`.")
        count = self._value().cardinality()
        if count == values.INFINITE:
            raise TypeError("The dataset is infinite.")
        if count == values.UNKNOWN:
            raise TypeError("The dataset length is unknown.")
        return count

    def __bool__(self) -> bool:
        return True

    def _value(self) -> values.DatasetValue:
        held: values.DatasetValue = self._variant_tensor._array
        return held

    def __repr__(self) -> str:
        return f"<{type(self).__name__} element_spec={self._element_spec!r}>"

    # -- iteration -------------------------------------------------------------------------------------------

    def __iter__(self) -> OwnedIterator:
        return OwnedIterator(self)

    def __flowstone_iteration__(self) -> IteratorIteration:
        """How AutoGraph walks over the elements."""
        return OwnedIterator(self).__flowstone_iteration__()

    def as_numpy_iterator(self) -> Iterator[Any]:
        """The elements as numpy arrays.

        Raises:
            RuntimeError: While a function is traced.
        """
        if building_graph():
            raise RuntimeError("`tf.data.Dataset.as_numpy_iterator()` is only supported in eager mode.")

        def elements() -> Iterator[Any]:
            for element in self:
                yield nest.map_structure(lambda leaf: leaf.numpy() if hasattr(leaf, "numpy") else leaf, element)

        return elements()

    def get_single_element(self, name: str | None = None) -> Any:
        """The only element.

        Raises:
            InvalidArgumentError: If there is none or more than one.
        """
        found = list(self.take(2))
        if len(found) != 1:
            raise InvalidArgumentError(
                None, None, "Dataset was empty." if not found else "Dataset had more than one element."
            )
        return found[0]

    # -- sources ---------------------------------------------------------------------------------------------

    @staticmethod
    def from_tensors(tensors: Any, name: str | None = None) -> DatasetV2:
        """A dataset of one element."""
        return _from_tensors(tensors, name)

    @staticmethod
    def from_tensor_slices(tensors: Any, name: str | None = None) -> DatasetV2:
        """The slices of tensors along their first axis.

        Raises:
            ValueError: If a tensor has no first axis or first sizes differ.
        """
        return _from_tensor_slices(tensors, name)

    @staticmethod
    def range(*args: Any, **kwargs: Any) -> DatasetV2:
        """The numbers ``range(stop)``, ``range(start, stop)`` or ``range(start, stop, step)``.

        >>> list(tf.data.Dataset.range(1, 6, 2).as_numpy_iterator())
        [np.int64(1), np.int64(3), np.int64(5)]
        """
        return _range(*args, **kwargs)

    @staticmethod
    def from_generator(
        generator: Callable[..., Any],
        output_types: Any = None,
        output_shapes: Any = None,
        args: Any = None,
        output_signature: Any = None,
        name: str | None = None,
    ) -> DatasetV2:
        """What a Python generator yields.

        Args:
            generator: A function that returns an iterable; called for each iteration.
            output_types: The types of the elements (or use ``output_signature``).
            output_shapes: The shapes of the elements.
            args: Tensors passed to the function, as numpy arrays.
            output_signature: The structure of ``TypeSpec`` of the elements.
            name: A name.

        Raises:
            TypeError: If ``generator`` is not callable, or neither or both ways are used.
        """
        return _from_generator(generator, output_types, output_shapes, args, output_signature)

    @staticmethod
    def zip(*args: Any, datasets: Any = None, name: str | None = None) -> DatasetV2:
        """The elements of several datasets side by side, until the shortest ends."""
        return _zip(args, datasets, name)

    @staticmethod
    def list_files(file_pattern: Any, shuffle: Any = None, seed: Any = None, name: str | None = None) -> DatasetV2:
        """The names of the files that match patterns, in random order unless ``shuffle`` is False.

        Raises:
            InvalidArgumentError: If no file matches.
        """
        return _list_files(file_pattern, shuffle, seed)

    # -- transformations ---------------------------------------------------------------------------------------

    def map(
        self,
        map_func: Callable[..., Any],
        num_parallel_calls: Any = None,
        deterministic: bool | None = None,
        synchronous: Any = None,
        use_unbounded_threadpool: bool = False,
        name: str | None = None,
    ) -> DatasetV2:
        """``map_func`` of every element; a tuple element is passed as several arguments.

        Args:
            map_func: The function; it is traced.
            num_parallel_calls: How many elements are worked on at once; ``tf.data.AUTOTUNE`` for all processors.
            deterministic: Accepted; the order is always kept.
            synchronous: Accepted.
            use_unbounded_threadpool: Accepted.
            name: A name.
        """
        function = trace(map_func, self._element_spec, "map")
        if num_parallel_calls is None:
            return self._apply(MAP, function.captured, function.output_spec, f=function.function,
                               preserve_cardinality=True, name=name)  # fmt: skip
        return self._apply(
            PARALLEL_MAP,
            function.captured,
            function.output_spec,
            _int64(num_parallel_calls),
            f=function.function,
            preserve_cardinality=True,
            deterministic="default" if deterministic is None else str(bool(deterministic)).lower(),
            name=name,
        )

    def filter(self, predicate: Callable[..., Any], name: str | None = None) -> DatasetV2:
        """The elements for which ``predicate`` is true.

        Raises:
            TypeError: If it does not return a scalar bool.
        """
        function = self._predicate(predicate, "filter")
        return self._apply(FILTER, function.captured, self._element_spec, predicate=function.function, name=name)

    def take_while(self, predicate: Callable[..., Any], name: str | None = None) -> DatasetV2:
        """The elements before the first for which ``predicate`` is false."""
        function = self._predicate(predicate, "take_while")
        return self._apply(TAKE_WHILE, function.captured, self._element_spec, predicate=function.function, name=name)

    def _predicate(self, predicate: Callable[..., Any], name: str) -> PipelineFunction:
        function = trace(predicate, self._element_spec, name)
        specs = leaf_specs(function.output_spec)
        if len(specs) != 1 or specs[0].dtype is not dtypes.bool or not specs[0].shape.is_compatible_with(()):
            raise TypeError(
                f"Invalid `predicate`. `predicate` must return a scalar boolean tensor, but returned {function.output_spec}."
            )
        return function

    def batch(
        self,
        batch_size: Any,
        drop_remainder: Any = False,
        num_parallel_calls: Any = None,
        deterministic: bool | None = None,
        name: str | None = None,
    ) -> DatasetV2:
        """``batch_size`` consecutive elements stacked; the last batch may be smaller.

        Raises:
            InvalidArgumentError: When elements of different shapes meet, or the size is not positive.
        """
        static = int(batch_size) if drop_remainder is True and isinstance(batch_size, (int, np.integer)) else None
        spec = nest.map_structure(lambda leaf: _batched(leaf, static), self._element_spec)
        if needs_packing(self._element_spec):
            stacked = self._repacked(packed, self._element_spec).batch(batch_size, drop_remainder)
            return stacked._repacked(unpacked, spec)
        return self._apply(BATCH, None, spec, _int64(batch_size), convert_to_tensor(drop_remainder), name=name)

    def ragged_batch(
        self,
        batch_size: Any,
        drop_remainder: Any = False,
        row_splits_dtype: Any = dtypes.int64,
        name: str | None = None,
    ) -> DatasetV2:
        """Consecutive elements as ragged tensors, where their sizes may differ; tensors of known shape are stacked.

        Args:
            batch_size: How many elements.
            drop_remainder: Whether to leave out a smaller last batch.
            row_splits_dtype: The type of the row splits.
            name: A name.
        """
        spec = nest.map_structure(lambda leaf: _ragged(leaf, as_dtype(row_splits_dtype)), self._element_spec)
        return DatasetV2(self._repacked(divided, spec)._variant_tensor, spec).batch(batch_size, drop_remainder)

    def unbatch(self, name: str | None = None) -> DatasetV2:
        """The slices of every element along its first axis."""
        spec = nest.map_structure(_unbatched, self._element_spec)
        if needs_packing(self._element_spec):
            return self._repacked(packed_slices, self._element_spec).unbatch()._repacked(unpacked, spec)
        return self._apply(UNBATCH, None, spec, name=name)

    def _repacked(self, form: Callable[[Any, Any], Any], spec: Any) -> DatasetV2:
        """The elements in another form (see ``packing``), which is one of elements of type ``spec``."""
        own = self._element_spec
        function = trace(
            lambda *parts: form(nest.pack_sequence_as(own, nest.flatten(parts)), spec),
            own,
            "map",
            returned=packed_spec(spec) if form in (packed, packed_slices) else spec,
        )
        made = self._apply(MAP, function.captured, function.output_spec, f=function.function, preserve_cardinality=True)
        # a ragged tensor without ragged dimensions is a plain one to functions, but not to batches
        return made if form is not unpacked else DatasetV2(made._variant_tensor, spec)

    def repeat(self, count: Any = None, name: str | None = None) -> DatasetV2:
        """The elements ``count`` times; without end for None or -1."""
        return self._apply(REPEAT, None, self._element_spec, _int64(-1 if count is None else count), name=name)

    def take(self, count: Any, name: str | None = None) -> DatasetV2:
        """The first ``count`` elements."""
        return self._apply(TAKE, None, self._element_spec, _int64(count), name=name)

    def skip(self, count: Any, name: str | None = None) -> DatasetV2:
        """All but the first ``count`` elements."""
        return self._apply(SKIP, None, self._element_spec, _int64(count), name=name)

    def shard(self, num_shards: Any, index: Any, name: str | None = None) -> DatasetV2:
        """Every ``num_shards``-th element, from ``index``."""
        return self._apply(SHARD, None, self._element_spec, _int64(num_shards), _int64(index), name=name)

    def shuffle(
        self,
        buffer_size: Any,
        seed: Any = None,
        reshuffle_each_iteration: bool | None = True,
        name: str | None = None,
    ) -> DatasetV2:
        """The elements in random order: each is drawn from the next ``buffer_size``.

        Args:
            buffer_size: How many elements are held; a whole data set for a uniform order.
            seed: The seed.
            reshuffle_each_iteration: Whether each iteration has another order (True).
            name: A name.
        """
        first, second = _seeds(seed)
        return self._apply(
            SHUFFLE,
            None,
            self._element_spec,
            _int64(buffer_size),
            _int64(first),
            _int64(second),
            reshuffle_each_iteration=reshuffle_each_iteration is not False,
            name=name,
        )

    def prefetch(self, buffer_size: Any, name: str | None = None) -> DatasetV2:
        """The same elements, made ahead by a thread, up to ``buffer_size`` of them."""
        return self._apply(
            PREFETCH, None, self._element_spec, _int64(-1 if buffer_size is None else buffer_size), name=name
        )

    def cache(self, filename: Any = "", name: str | None = None) -> DatasetV2:
        """The same elements, kept in memory after the first iteration."""
        return self._apply(CACHE, None, self._element_spec, convert_to_tensor(filename, dtypes.string), name=name)

    def concatenate(self, dataset: DatasetV2, name: str | None = None) -> DatasetV2:
        """The elements of this dataset, then those of another.

        Raises:
            TypeError: If their types differ.
        """
        if types_of(self._element_spec) != types_of(dataset._element_spec):
            raise TypeError(f"Incompatible types of input datasets: {self._element_spec} vs. {dataset._element_spec}.")
        spec = nest.map_structure(
            lambda a, b: a.most_specific_common_supertype([b]), self._element_spec, dataset._element_spec
        )
        return self._apply(CONCATENATE, None, spec, dataset._variant_tensor, name=name)

    def flat_map(self, map_func: Callable[..., Any], name: str | None = None) -> DatasetV2:
        """The elements of the dataset that ``map_func`` gives for each element."""
        function = self._dataset_function(map_func, "flat_map")
        return self._apply(
            FLAT_MAP, function.captured, function.output_spec.element_spec, f=function.function, name=name
        )

    def interleave(
        self,
        map_func: Callable[..., Any],
        cycle_length: Any = None,
        block_length: Any = None,
        num_parallel_calls: Any = None,
        deterministic: bool | None = None,
        name: str | None = None,
    ) -> DatasetV2:
        """``block_length`` elements at a time from ``cycle_length`` of the datasets of ``map_func``, in turn."""
        function = self._dataset_function(map_func, "interleave")
        if cycle_length is None or (isinstance(cycle_length, int) and cycle_length == AUTOTUNE):
            cycle_length = workers_for(-1)
        return self._apply(
            INTERLEAVE,
            function.captured,
            function.output_spec.element_spec,
            _int64(cycle_length),
            _int64(1 if block_length is None else block_length),
            f=function.function,
            name=name,
        )

    def _dataset_function(self, function: Callable[..., Any], name: str) -> PipelineFunction:
        traced = trace(function, self._element_spec, name)
        if not isinstance(traced.output_spec, DatasetSpec):
            raise TypeError(f"The `map_func` argument must return a `Dataset` object. Got {traced.output_spec!r}.")
        return traced

    def enumerate(self, start: Any = 0, name: str | None = None) -> DatasetV2:
        """Pairs of a number, from ``start``, and an element."""
        return _zip((_range(start, np.iinfo(np.int64).max), self), None, name)

    def apply(self, transformation_func: Callable[[DatasetV2], Any]) -> Any:
        """``transformation_func`` of this dataset.

        Raises:
            TypeError: If it does not return a dataset.
        """
        dataset = transformation_func(self)
        if not isinstance(dataset, DatasetV2):
            raise TypeError(f"`transformation_func` must return a `tf.data.Dataset` object. Got {type(dataset)}.")
        return dataset

    def reduce(self, initial_state: Any, reduce_func: Callable[..., Any], name: str | None = None) -> Any:
        """Fold the elements: ``state = reduce_func(state, element)``, from ``initial_state``.

        >>> tf.data.Dataset.range(5).reduce(np.int64(0), lambda state, x: state + x).numpy()
        np.int64(10)
        """
        state = normalize(initial_state)
        state_spec = spec_of(state)
        while True:
            function = trace(reduce_func, None, "reduce", [state_spec, self._element_spec])
            merged = nest.map_structure(_common, state_spec, function.output_spec)
            if merged == state_spec:
                break
            state_spec = merged
        components = REDUCE(
            self._variant_tensor,
            to_components(state, state_spec),
            function.captured,
            f=function.function,
            output_types=types_of(state_spec),
            output_shapes=shapes_of(state_spec),
            name=name,
        )
        return from_components(components, state_spec)

    def options(self) -> Any:
        """The options of this dataset."""
        return self.__dict__.get("_options") or Options()

    def with_options(self, options: Any, name: str | None = None) -> DatasetV2:
        """The same dataset with options; they do not change the elements."""
        same = DatasetV2(self._variant_tensor, self._element_spec)
        same.__dict__["_options"] = options
        return same

    def _apply(
        self, op: Any, captured: Any, element_spec: Any, *inputs: Any, name: str | None = None, **attrs: Any
    ) -> DatasetV2:
        """This dataset through an op."""
        others = [] if captured is None else [captured]
        variant = op(
            self._variant_tensor,
            *others,
            *inputs,
            output_types=types_of(element_spec),
            output_shapes=shapes_of(element_spec),
            name=name,
            **attrs,
        )
        return DatasetV2(variant, element_spec)


Dataset = DatasetV2


class Options:
    """Settings of a pipeline, accepted for compatibility: they do not change elements."""

    def __init__(self) -> None:
        self.deterministic: bool | None = None
        self.autotune = Settings()
        self.distribute = Settings()
        self.experimental_distribute = Settings()
        self.experimental_optimization = Settings()
        self.experimental_deterministic: bool | None = None
        self.threading = Settings()
        self.experimental_threading = Settings()

    def merge(self, options: Options) -> Options:
        """These options with those of another where they are set."""
        merged = Options()
        merged.__dict__.update(self.__dict__)
        merged.__dict__.update({key: value for key, value in options.__dict__.items() if value is not None})
        return merged


class Settings:
    """A group of settings of a pipeline."""


class DatasetSpec(TypeSpec):
    """The type of a dataset, for signatures and traces.

    Args:
        element_spec: The structure of ``TypeSpec`` of the elements.
        dataset_shape: The shape of the tensor of datasets: a scalar.
    """

    __slots__ = ("_dataset_shape", "_element_spec")

    def __init__(self, element_spec: Any, dataset_shape: Any = ()) -> None:
        self._element_spec = element_spec
        self._dataset_shape = as_shape(dataset_shape)

    @property
    def element_spec(self) -> Any:
        """The structure of ``TypeSpec`` of the elements."""
        return self._element_spec

    @property
    def value_type(self) -> Any:
        """``tf.data.Dataset``."""
        return DatasetV2

    def _serialize(self) -> tuple[Any, ...]:
        return self._element_spec, self._dataset_shape

    @property
    def _component_specs(self) -> Any:
        return [VARIANT]

    def _to_components(self, value: Any) -> Any:
        return [value._variant_tensor]

    def _from_components(self, components: Any) -> Any:
        return DatasetV2(nest.flatten(components)[0], self._element_spec)


# -- helpers -------------------------------------------------------------------------------------------------------


def _int64(value: Any) -> Any:
    if isinstance(value, (int, np.integer)):
        return convert_to_tensor(int(value), dtypes.int64)
    return cast(convert_to_tensor(value), dtypes.int64)


def _seeds(seed: Any) -> tuple[Any, Any]:
    """The two seeds of an op: (0, 0) draws anew; the global seed joins in if it is set."""
    return (0, 0) if seed is None else (seed, 0x5EED)


def _batched(spec: Any, size: int | None) -> Any:
    if hasattr(spec, "_batch"):
        return spec._batch(size)
    raise TypeError(f"Elements of type {spec!r} cannot be batched.")


def _ragged(spec: Any, row_splits_dtype: Any) -> Any:
    """The spec of elements that become rows: ragged up to the last dimension of unknown size."""
    if not isinstance(spec, TensorSpec) or spec.shape.rank is None or spec.shape.is_fully_defined():
        return spec
    last = max(axis for axis, size in enumerate(spec.shape) if size is None)
    return tf.RaggedTensorSpec(spec.shape, spec.dtype, last, row_splits_dtype)


def _unbatched(spec: Any) -> Any:
    if isinstance(spec, TensorSpec):
        if spec.shape.rank == 0:
            raise ValueError("Cannot unbatch an input with scalar components.")
        return TensorSpec(spec.shape[1:], spec.dtype)
    if hasattr(spec, "_unbatch"):
        return spec._unbatch()
    raise TypeError(f"Elements of type {spec!r} cannot be unbatched.")


def _common(state: Any, result: Any) -> Any:
    if isinstance(state, TensorSpec) and isinstance(result, TensorSpec) and state.dtype is not result.dtype:
        raise TypeError(
            f"The element types for the new state must match the initial state. Expected {state.dtype}; got {result.dtype}. "
            "Perhaps the initial state needs a dtype."
        )
    merged = state.most_specific_common_supertype([result])
    if merged is None:
        raise TypeError(f"The state of `reduce` changes its type from {state} to {result}.")
    return merged


def _from_tensors(element: Any, name: str | None) -> DatasetV2:
    element = normalize(element)
    spec = spec_of(element)
    components = to_components(element, spec)
    return DatasetV2(tensor_sources.TENSOR(components, output_shapes=shapes_of(spec), name=name), spec)


def _from_tensor_slices(element: Any, name: str | None) -> DatasetV2:
    element = normalize(element)
    full = spec_of(element)
    if needs_packing(full):
        sliced = nest.map_structure(_unbatched, full)
        return _from_tensor_slices(packed_slices(element, full), name)._repacked(unpacked, sliced)
    components = to_components(element, full)
    sizes = {tensor.shape[0] for tensor in components if tensor.shape.rank}
    if any(tensor.shape.rank == 0 for tensor in components):
        raise ValueError("Unbatching a tensor is only supported for rank >= 1")
    if len(sizes - {None}) > 1:
        raise ValueError(f"Dimensions {' and '.join(map(str, sorted(sizes)))} are not compatible")
    spec = nest.map_structure(_unbatched, full)
    return DatasetV2(tensor_sources.TENSOR_SLICE(components, output_shapes=shapes_of(spec), name=name), spec)


def _range(*args: Any, output_type: Any = dtypes.int64, name: str | None = None) -> DatasetV2:
    if not 1 <= len(args) <= 3:
        raise ValueError(f"Invalid `args`. The length of `args` should be between 1 and 3 but was {len(args)}.")
    start, stop, step = (0, args[0], 1) if len(args) == 1 else (*args, 1)[:3]
    spec = TensorSpec((), as_dtype(output_type))
    variant = range_source.RANGE(
        _int64(start), _int64(stop), _int64(step), output_types=types_of(spec), output_shapes=shapes_of(spec), name=name
    )
    return DatasetV2(variant, spec)


def _from_generator(
    function: Callable[..., Any], output_types: Any, output_shapes: Any, args: Any, output_signature: Any
) -> DatasetV2:
    if not callable(function):
        raise TypeError("`generator` must be a Python callable.")
    if (output_types is None) == (output_signature is None):
        raise TypeError("Either `output_types` or `output_signature` must be specified, and not both.")
    if output_signature is None:
        if output_shapes is None:
            output_signature = nest.map_structure(lambda kind: TensorSpec(None, kind), output_types)
        else:
            flat_shapes = _shapes_like(output_shapes, output_types)
            specs = [TensorSpec(s, t) for s, t in zip(flat_shapes, nest.flatten(output_types), strict=True)]
            output_signature = nest.pack_sequence_as(output_types, specs)
    for leaf in nest.flatten(output_signature):
        if not isinstance(leaf, TypeSpec):
            raise TypeError(
                f"`output_signature` must contain objects that are subclass of `tf.TypeSpec` but found {type(leaf)}."
            )
    arguments = [convert_to_tensor(arg).numpy() for arg in args or ()]  # type: ignore[attr-defined]
    made = generator_source.Generated(function, arguments, output_signature)
    return DatasetV2(EagerTensor(made, dtypes.variant), output_signature)


def _shapes_like(shapes: Any, types: Any) -> list[Any]:
    if not nest.is_nested(types):
        return [TensorShape(shapes)]
    if isinstance(types, dict):
        return [leaf for key in nest.sorted_keys(types) for leaf in _shapes_like(shapes[key], types[key])]
    return [leaf for one, kind in zip(shapes, types, strict=True) for leaf in _shapes_like(one, kind)]


def _zip(args: Any, datasets: Any, name: str | None) -> DatasetV2:
    if not args and datasets is None:
        raise TypeError("Must pass at least one dataset to `zip`.")
    if args and datasets is not None:
        raise TypeError("Both `*args` and `datasets` cannot be set.")
    structure = (
        (args[0] if len(args) == 1 and not isinstance(args[0], DatasetV2) else tuple(args)) if args else datasets
    )
    if isinstance(structure, list):
        structure = tuple(structure)
    members = nest.flatten(structure)
    for member in members:
        if not isinstance(member, DatasetV2):
            raise TypeError(
                f"The argument to `zip` must be a nested structure of `tf.data.Dataset` objects, got {member!r}."
            )
    spec = nest.pack_sequence_as(structure, [member.element_spec for member in members])
    variant = ZIP(
        [member._variant_tensor for member in members],
        output_types=types_of(spec),
        output_shapes=shapes_of(spec),
        name=name,
    )
    return DatasetV2(variant, spec)


def _list_files(file_pattern: Any, shuffle_files: Any, seed: Any) -> DatasetV2:
    patterns = [
        item.decode() for item in np.atleast_1d(np.asarray(convert_to_tensor(file_pattern, dtypes.string))).tolist()
    ]
    names = sorted({name for pattern in patterns for name in glob.glob(pattern)})
    if not names:
        raise InvalidArgumentError(None, None, f"No files matched pattern: {', '.join(patterns)}")
    if shuffle_files is not False:
        random.Random(seed).shuffle(names)
        return _from_tensor_slices(names, None).shuffle(len(names), seed)
    return _from_tensor_slices(names, None)
