"""What optimizers do beyond the cases compared with Keras."""

import numpy as np
import pytest
from public import tf


def test_repeated_rows_of_a_sparse_gradient_count_as_their_sum():
    """A gradient is a gradient, however it is written: Keras squares each repeated row by itself."""
    for name in ("Adam", "RMSprop", "Adagrad"):
        results = []
        for sparse in (True, False):
            optimizer = getattr(tf.keras.optimizers, name)(learning_rate=0.1)
            table = tf.Variable(np.ones((3, 2), np.float32))
            slices = tf.IndexedSlices(tf.constant([[1.0, 2.0], [3.0, 4.0]]), tf.constant([1, 1]), tf.constant([3, 2]))
            optimizer.apply_gradients([(slices if sparse else tf.convert_to_tensor(slices), table)])
            results.append(table.numpy())
        np.testing.assert_allclose(results[0], results[1], rtol=1e-6)


def test_unknown_variables_and_missing_gradients():
    optimizer = tf.keras.optimizers.SGD(0.1)
    known, unknown = tf.Variable(1.0), tf.Variable(1.0)
    optimizer.apply_gradients([(tf.constant(1.0), known)])
    with pytest.raises(ValueError, match="Unknown variable"):
        optimizer.apply_gradients([(tf.constant(1.0), unknown)])
    with pytest.raises(ValueError, match="No gradients provided"):
        optimizer.apply_gradients([(None, known)])


def test_a_missing_gradient_is_a_warning():
    optimizer = tf.keras.optimizers.SGD(0.1)
    a, b = tf.Variable(1.0, name="a"), tf.Variable(1.0, name="b")
    with pytest.warns(UserWarning, match="Gradients do not exist for variables"):
        optimizer.apply_gradients([(tf.constant(1.0), a), (None, b)])
    assert float(b) == 1.0


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"clipnorm": 1.0, "clipvalue": 1.0}, "Only one of"),
        ({"clipnorm": -1.0}, "must be positive"),
        ({"use_ema": True, "ema_momentum": 2.0}, "range"),
        ({"gradient_accumulation_steps": 1}, ">= 2"),
        ({"speed": 1}, "not recognized"),
        ({"momentum": 2.0}, "momentum"),
    ],
)
def test_bad_settings(settings, message):
    with pytest.raises(ValueError, match=message):
        tf.keras.optimizers.SGD(0.1, **settings)


def test_the_learning_rate_can_be_changed():
    optimizer = tf.keras.optimizers.SGD(0.1)
    optimizer.learning_rate = 0.5
    assert float(optimizer.learning_rate) == 0.5
    scheduled = tf.keras.optimizers.SGD(tf.keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.5))
    with pytest.raises(TypeError, match="not settable"):
        scheduled.learning_rate = 0.5


def test_minimize():
    v = tf.Variable(3.0)
    optimizer = tf.keras.optimizers.SGD(0.1)
    optimizer.minimize(lambda: v * v, [v])
    assert float(v) == pytest.approx(2.4)


def test_dynamic_loss_scale():
    optimizer = tf.keras.optimizers.LossScaleOptimizer(
        tf.keras.optimizers.SGD(0.5), initial_scale=4.0, dynamic_growth_steps=2
    )
    v = tf.Variable(1.0)
    for _ in range(2):
        optimizer.apply_gradients([(tf.constant(4.0), v)])
    assert float(v) == 0.0
    assert float(optimizer.dynamic_scale) == 8.0
    optimizer.apply_gradients([(tf.constant(float("inf")), v)])
    assert float(v) == 0.0
    assert float(optimizer.dynamic_scale) == 4.0
