"""Datasets: elements, specs, cardinalities, order."""

import threading

import numpy as np
import pytest
from flowstone_core.api import tf
from flowstone_core.type_spec import TensorSpec
from flowstone_data.dataset import AUTOTUNE, INFINITE_CARDINALITY, UNKNOWN_CARDINALITY, DatasetV2
from flowstone_data.iterator import OwnedIterator
from flowstone_data.optional import Optional
from hypothesis import given
from hypothesis import strategies as st


def numbers(dataset):
    return [int(x) for x in dataset.as_numpy_iterator()]


def test_slices_of_a_structure():
    dataset = DatasetV2.from_tensor_slices({"a": np.arange(6.0).reshape(3, 2), "b": (["x", "y", "z"],)})
    assert dataset.element_spec == {"a": TensorSpec([2], "float64"), "b": (TensorSpec([], "string"),)}
    assert len(dataset) == 3
    last = list(dataset)[-1]
    np.testing.assert_array_equal(last["a"].numpy(), [4.0, 5.0])
    assert last["b"][0].numpy() == b"z"


def test_a_dataset_is_iterated_any_number_of_times():
    dataset = DatasetV2.range(3)
    assert numbers(dataset) == numbers(dataset) == [0, 1, 2]


def test_elements_do_not_change_with_their_source():
    source = np.zeros(3)
    dataset = DatasetV2.from_tensor_slices(source)
    source[:] = 1
    assert [float(x) for x in dataset] == [0.0, 0.0, 0.0]


def test_from_tensors_is_one_element():
    (element,) = DatasetV2.from_tensors([1, 2])
    np.testing.assert_array_equal(element.numpy(), [1, 2])


@given(st.integers(-5, 5), st.integers(-5, 9), st.integers(-3, 3).filter(bool))
def test_range_is_pythons(start, stop, step):
    dataset = DatasetV2.range(start, stop, step)
    assert numbers(dataset) == list(range(start, stop, step))
    assert int(dataset.cardinality()) == len(range(start, stop, step))


@given(st.integers(0, 20), st.integers(1, 7), st.booleans())
def test_batches(count, size, drop):
    dataset = DatasetV2.range(count).batch(size, drop_remainder=drop)
    expected = [list(range(i, min(i + size, count))) for i in range(0, count, size)]
    if drop:
        expected = [group for group in expected if len(group) == size]
    assert [batch.tolist() for batch in dataset.as_numpy_iterator()] == expected
    assert int(dataset.cardinality()) == len(expected)
    assert dataset.element_spec == TensorSpec([size if drop else None], "int64")


@given(st.integers(0, 20), st.integers(-1, 25), st.integers(-1, 25))
def test_take_and_skip(count, taken, skipped):
    values = list(range(count))
    expected = values if taken == -1 else values[:taken]
    assert numbers(DatasetV2.range(count).take(taken)) == expected
    rest = DatasetV2.range(count).skip(skipped)
    assert numbers(rest) == ([] if skipped == -1 else values[skipped:])
    assert len(rest) == len(numbers(rest))


def test_repeat_and_cardinalities():
    three = DatasetV2.range(3)
    assert numbers(three.repeat(2)) == [0, 1, 2, 0, 1, 2]
    assert int(three.repeat().cardinality()) == INFINITE_CARDINALITY
    assert numbers(three.repeat().take(5)) == [0, 1, 2, 0, 1]
    assert numbers(three.repeat(0)) == []
    assert numbers(DatasetV2.range(0).repeat()) == []  # an empty dataset does not repeat for ever
    assert int(three.filter(lambda x: x > 0).cardinality()) == UNKNOWN_CARDINALITY
    with pytest.raises(TypeError, match="infinite"):
        len(three.repeat())
    with pytest.raises(TypeError, match="unknown"):
        len(three.filter(lambda x: x > 0))


def test_map_keeps_order_whatever_the_number_of_workers():
    serial = numbers(DatasetV2.range(50).map(lambda x: x * x))
    assert serial == [x * x for x in range(50)]
    for workers in (1, 2, 8, AUTOTUNE):
        assert numbers(DatasetV2.range(50).map(lambda x: x * x, num_parallel_calls=workers)) == serial


def test_map_takes_tuples_as_arguments_and_structures_as_one():
    pairs = DatasetV2.zip(DatasetV2.range(3), DatasetV2.range(10, 13))
    assert numbers(pairs.map(lambda a, b: a + b)) == [10, 12, 14]
    named = DatasetV2.from_tensor_slices({"a": [1, 2]})
    assert numbers(named.map(lambda element: element["a"] * 2)) == [2, 4]


def test_map_uses_what_is_around_it():
    offset = tf.Variable(5, dtype="int64")
    dataset = DatasetV2.range(2).map(lambda x: x + offset)
    assert numbers(dataset) == [5, 6]
    offset.assign(7)
    assert numbers(dataset) == [7, 8]


def test_filter_and_take_while():
    assert numbers(DatasetV2.range(8).filter(lambda x: x % 2 == 0)) == [0, 2, 4, 6]
    assert numbers(DatasetV2.range(8).take_while(lambda x: x < 3)) == [0, 1, 2]
    with pytest.raises(TypeError, match="scalar boolean"):
        DatasetV2.range(3).filter(lambda x: x)


def test_zip_enumerate_concatenate_shard():
    zipped = DatasetV2.zip((DatasetV2.range(3), DatasetV2.range(9)))
    assert [tuple(map(int, pair)) for pair in zipped] == [(0, 0), (1, 1), (2, 2)]
    assert [tuple(map(int, pair)) for pair in DatasetV2.range(5, 7).enumerate(start=1)] == [(1, 5), (2, 6)]
    assert numbers(DatasetV2.range(2).concatenate(DatasetV2.range(5, 7))) == [0, 1, 5, 6]
    assert numbers(DatasetV2.range(10).shard(3, 1)) == [1, 4, 7]
    with pytest.raises(TypeError, match="Incompatible types"):
        DatasetV2.range(2).concatenate(DatasetV2.from_tensors(1.0))


def test_flat_map_and_interleave():
    assert numbers(DatasetV2.range(4).flat_map(lambda x: DatasetV2.range(x))) == [0, 0, 1, 0, 1, 2]
    dataset = DatasetV2.range(1, 6).interleave(
        lambda x: DatasetV2.from_tensors(x).repeat(6), cycle_length=2, block_length=4
    )
    assert numbers(dataset) == [1] * 4 + [2] * 4 + [1] * 2 + [2] * 2 + [3] * 4 + [4] * 4 + [3] * 2 + [4] * 2 + [5] * 6
    with pytest.raises(TypeError, match="must return a `Dataset`"):
        DatasetV2.range(2).flat_map(lambda x: x)


def test_unbatch():
    batches = DatasetV2.from_tensor_slices([[1, 2], [3, 4]])
    assert numbers(batches.unbatch()) == [1, 2, 3, 4]


def test_cache_reads_its_source_once():
    reads = []

    def generator():
        reads.append(1)
        yield from range(3)

    dataset = DatasetV2.from_generator(generator, output_signature=TensorSpec([], "int64")).cache()
    assert numbers(dataset) == numbers(dataset) == [0, 1, 2]
    assert len(reads) == 1


def test_an_iteration_that_stops_early_does_not_fill_the_cache():
    dataset = DatasetV2.range(5).cache()
    assert numbers(dataset.take(2)) == [0, 1]
    assert numbers(dataset) == [0, 1, 2, 3, 4]


@given(st.integers(0, 30), st.integers(1, 40), st.integers(0, 1000))
def test_shuffle_is_a_permutation_within_the_buffer(count, size, seed):
    shuffled = numbers(DatasetV2.range(count).shuffle(size, seed=seed))
    assert sorted(shuffled) == list(range(count))
    assert all(value < position + size for position, value in enumerate(shuffled))


def test_shuffle_by_seed():
    once = DatasetV2.range(100).shuffle(100, seed=3, reshuffle_each_iteration=False)
    assert numbers(once) == numbers(once)
    again = DatasetV2.range(100).shuffle(100, seed=3)
    first, second = numbers(again), numbers(again)
    assert first != second
    assert first == numbers(DatasetV2.range(100).shuffle(100, seed=3))
    assert numbers(DatasetV2.range(100).shuffle(100)) != numbers(DatasetV2.range(100).shuffle(100))


def test_prefetch_passes_elements_and_failures_on():
    assert numbers(DatasetV2.range(20).prefetch(3)) == list(range(20))

    def generator():
        yield 1
        raise KeyError("broken")

    dataset = DatasetV2.from_generator(generator, output_signature=TensorSpec([], "int64")).prefetch(2)
    iterator = iter(dataset)
    assert int(next(iterator)) == 1
    with pytest.raises(KeyError, match="broken"):
        next(iterator)


def test_reduce():
    assert int(DatasetV2.range(5).reduce(np.int64(0), lambda state, x: state + x)) == 10
    total, count = DatasetV2.range(5).reduce((np.int64(0), 0), lambda state, x: (state[0] + x, state[1] + 1))
    assert (int(total), int(count)) == (10, 5)
    with pytest.raises(TypeError, match="must match the initial state"):
        DatasetV2.range(5).reduce(0.0, lambda state, x: x)


class TestFromGenerator:
    def test_structure_and_types(self):
        def generator():
            yield [1, 2], {"a": 3.0}

        spec = (TensorSpec([2], "int32"), {"a": TensorSpec([], "float32")})
        ((first, second),) = DatasetV2.from_generator(generator, output_signature=spec)
        np.testing.assert_array_equal(first.numpy(), np.array([1, 2], np.int32))
        assert second["a"].dtype == "float32"

    def test_types_and_shapes(self):
        dataset = DatasetV2.from_generator(lambda: [(1, [2.0])], ("int64", "float32"), ([], [None]))
        assert dataset.element_spec == (TensorSpec([], "int64"), TensorSpec([None], "float32"))

    def test_arguments(self):
        dataset = DatasetV2.from_generator(lambda stop: range(stop), args=[3], output_signature=TensorSpec([], "int64"))
        assert numbers(dataset) == [0, 1, 2]

    @pytest.mark.parametrize("item", ["text", [1, 2, 3], {"a": 1}, None])
    def test_what_does_not_fit_is_named(self, item):
        dataset = DatasetV2.from_generator(lambda: [item], output_signature=TensorSpec([2], "int32"))
        with pytest.raises(tf.errors.InvalidArgumentError, match="generator"):
            list(dataset)

    def test_misuse(self):
        with pytest.raises(TypeError, match="callable"):
            DatasetV2.from_generator([1], output_signature=TensorSpec([], "int32"))
        with pytest.raises(TypeError, match="Either"):
            DatasetV2.from_generator(lambda: [1])


class TestMisuse:
    def test_slices(self):
        with pytest.raises(ValueError, match="rank >= 1"):
            DatasetV2.from_tensor_slices(1)
        with pytest.raises(ValueError, match="not compatible"):
            DatasetV2.from_tensor_slices(([1, 2], [1, 2, 3]))

    def test_batch(self):
        with pytest.raises(tf.errors.InvalidArgumentError, match="greater than zero"):
            DatasetV2.range(3).batch(0)
        ragged = DatasetV2.range(1, 3).map(lambda n: tf.zeros([n]))
        with pytest.raises(tf.errors.InvalidArgumentError, match="different shapes"):
            list(ragged.batch(2))

    def test_shuffle_and_shard(self):
        with pytest.raises(tf.errors.InvalidArgumentError, match="buffer_size"):
            DatasetV2.range(3).shuffle(0)
        with pytest.raises(tf.errors.InvalidArgumentError, match="Index must be"):
            DatasetV2.range(3).shard(2, 2)

    def test_no_file(self, tmp_path):
        with pytest.raises(tf.errors.InvalidArgumentError, match="No files matched"):
            DatasetV2.list_files(str(tmp_path / "*.txt"))


def test_iterators():
    iterator = iter(DatasetV2.range(2))
    assert isinstance(iterator, OwnedIterator)
    assert int(iterator.get_next()) == 0
    assert int(iterator.get_next_as_optional().get_value()) == 1
    assert not bool(iterator.get_next_as_optional().has_value())
    with pytest.raises(tf.errors.OutOfRangeError):
        iterator.get_next()
    with pytest.raises(StopIteration):
        next(iterator)


def test_optionals():
    assert Optional.from_value((1, "a")).get_value()[1].numpy() == b"a"
    empty = Optional.empty(TensorSpec([], "int32"))
    assert not bool(empty.has_value())
    with pytest.raises(tf.errors.InvalidArgumentError, match="does not have a value"):
        empty.get_value()


def test_get_single_element_and_apply():
    assert int(DatasetV2.from_tensors(7).get_single_element()) == 7
    with pytest.raises(tf.errors.InvalidArgumentError, match="empty"):
        DatasetV2.range(0).get_single_element()
    assert numbers(DatasetV2.range(4).apply(lambda dataset: dataset.skip(2))) == [2, 3]


def test_threads_share_an_iterator():
    iterator, seen = iter(DatasetV2.range(400)), []

    def take():
        for element in iterator:
            seen.append(int(element))

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(seen) == list(range(400))
