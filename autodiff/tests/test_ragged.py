"""Gradients through and by ragged tensors."""

from __future__ import annotations

import pytest
from flowstone_autodiff.check import check_gradients
from flowstone_autodiff.tape import GradientTape
from flowstone_core.api import tf
from flowstone_core.ops.ragged_variant import RAGGED_TENSOR_FROM_VARIANT, RAGGED_TENSOR_TO_VARIANT

SPLITS = [0, 2, 2, 5]


def of(values, splits=SPLITS):
    return tf.RaggedTensor.from_row_splits(values, splits)


def test_by_a_ragged_tensor():
    x = tf.ragged.constant([[1.0, 2.0], [3.0]])
    with GradientTape() as tape:
        tape.watch(x.flat_values)
        y = tf.reduce_sum(x * x)
    found = tape.gradient(y, x)
    assert isinstance(found, tf.RaggedTensor)
    assert found.to_list() == [[2.0, 4.0], [6.0]]


def test_of_a_ragged_tensor():
    x = tf.constant([1.0, 2.0, 3.0])
    with GradientTape() as tape:
        tape.watch(x)
        y = tf.ragged.constant([[1.0], [2.0, 3.0]]) * x[0]
    assert tape.gradient(y, x).numpy().tolist() == [6.0, 0.0, 0.0]


@pytest.mark.parametrize(
    "function",
    [
        lambda v: of(v).to_tensor(),
        lambda v: of(v).to_tensor(shape=[None, 2]),
        lambda v: of(v).to_tensor(shape=[2, 4], default_value=7.0),
        lambda v: tf.gather(of(v), [2, 0, 2]).flat_values,
        lambda v: tf.gather(of(v), [[2], [0]]).flat_values,
        lambda v: tf.reduce_sum(of(v), 1),
        lambda v: tf.reduce_mean(of(v, [0, 2, 5]), 1),
        lambda v: tf.reduce_max(of(v, [0, 2, 5]), 0),
        lambda v: tf.nn.softmax(of(v)).flat_values,
        lambda v: (of(v) * tf.constant([[1.0], [2.0], [3.0]], tf.float64)).flat_values,
        lambda v: tf.concat([of(v), of(v * v)], 1).flat_values,
        lambda v: of(v)[:, ::-1].flat_values * v,
        lambda v: of(v).to_sparse().values,
        lambda v: tf.RaggedTensor.from_tensor(tf.reshape(v[:4], [2, 2]), lengths=[1, 2]).flat_values,
    ],
)
def test_through_ragged_tensors(function):
    check_gradients(function, [tf.constant([1.0, -2.0, 3.0, 0.5, 4.0], tf.float64)])


def test_the_default_has_a_gradient():
    rows = tf.RaggedTensor.from_row_splits(tf.ones([5, 2], tf.float64), SPLITS)
    for default in (tf.constant(2.0, tf.float64), tf.constant([1.0, 2.0], tf.float64), tf.constant([3.0], tf.float64)):
        check_gradients(lambda value: rows.to_tensor(value) * 2.0, [default])


@pytest.mark.parametrize("batched", [True, False])
def test_through_variants(batched):
    rank = 0 if batched else 1

    def there_and_back(values):
        x = of(values)
        variant = RAGGED_TENSOR_TO_VARIANT([x.row_splits], x.values, batched_input=batched)
        _, found = RAGGED_TENSOR_FROM_VARIANT(
            variant, input_ragged_rank=rank, output_ragged_rank=1, Tvalues=tf.float64, Tsplits=tf.int64
        )
        return found * found

    check_gradients(there_and_back, [tf.constant([1.0, -2.0, 3.0, 0.5, 4.0], tf.float64)], order=1, forward=False)
