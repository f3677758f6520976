"""Every code sample of the page "Effective TensorFlow 2", one test a sample, as the page prints it.

Only the import line differs, and what the page leaves blank is filled in.
"""

from __future__ import annotations

import gc
import pdb
import weakref
from pathlib import Path

import flowstone as tf
import numpy as np
import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

hidden_size = 4
n = 5


@pytest.fixture
def dataset():
    generator = np.random.default_rng(0)
    x = generator.normal(size=(64, 3)).astype(np.float32)
    y = (x.sum(axis=1) > 0).astype(np.int64)
    return tf.data.Dataset.from_tensor_slices((x, y)).batch(16)


@pytest.fixture
def model():
    tf.random.set_seed(1)
    return tf.keras.Sequential([tf.keras.layers.Dense(8, activation="relu"), tf.keras.layers.Dense(2)])


@pytest.fixture(autouse=True)
def not_eagerly():
    yield
    tf.config.run_functions_eagerly(False)


loss_fn = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def tags(folder: Path) -> dict[str, list[int]]:
    """The steps at which each tag was logged."""
    events = EventAccumulator(str(folder), size_guidance={"tensors": 0}).Reload()
    return {tag: [event.step for event in events.Tensors(tag)] for tag in events.Tags()["tensors"]}


def test_functions_not_sessions():
    @tf.function
    def f(x):
        return x * 2.0

    input = tf.constant([1.0, 2.0])
    outputs = f(input)
    np.testing.assert_array_equal(outputs.numpy(), [2.0, 4.0])


def test_dense_and_multilayer_perceptron():
    def dense(x, W, b):
        return tf.nn.sigmoid(tf.matmul(x, W) + b)

    @tf.function
    def multilayer_perceptron(x, w0, b0, w1, b1, w2, b2):
        x = dense(x, w0, b0)
        x = dense(x, w1, b1)
        x = dense(x, w2, b2)
        return x

    weights = [tf.Variable(tf.random.normal([3, 3])) if i % 2 == 0 else tf.Variable(tf.zeros([3])) for i in range(6)]
    y = multilayer_perceptron(tf.ones([2, 3]), *weights)
    expected = np.ones([2, 3], np.float32)
    for w, b in zip(weights[::2], weights[1::2], strict=True):
        expected = 1 / (1 + np.exp(-(expected @ w.numpy() + b.numpy())))
    np.testing.assert_allclose(y.numpy(), expected, rtol=1e-5)


def test_keras_layers_manage_variables():
    layers = [tf.keras.layers.Dense(hidden_size, activation=tf.nn.sigmoid) for _ in range(n)]
    perceptron = tf.keras.Sequential(layers)
    perceptron(tf.ones([2, 3]))

    w3, b3 = layers[3].trainable_variables
    assert (w3 is layers[3].kernel) and (b3 is layers[3].bias)
    expected = [variable for layer in layers for variable in (layer.kernel, layer.bias)]
    assert [id(v) for v in perceptron.trainable_variables] == [id(v) for v in expected]


def test_transfer_learning_with_two_heads(dataset, tmp_path):
    trunk = tf.keras.Sequential([tf.keras.layers.Dense(8, activation="relu")])
    head1 = tf.keras.Sequential([tf.keras.layers.Dense(2)])
    head2 = tf.keras.Sequential([tf.keras.layers.Dense(2)])

    path1 = tf.keras.Sequential([trunk, head1])
    path2 = tf.keras.Sequential([trunk, head2])
    main_dataset, small_dataset = dataset, dataset.take(1)
    optimizer = tf.keras.optimizers.SGD(0.1)

    def loss_fn_head1(prediction, y):
        return loss_fn(y, prediction)

    loss_fn_head2 = loss_fn_head1

    # Train on primary dataset
    for x, y in main_dataset:
        with tf.GradientTape() as tape:
            prediction = path1(x, training=True)
            loss = loss_fn_head1(prediction, y)
        # Simultaneously optimize trunk and head1 weights.
        gradients = tape.gradient(loss, path1.trainable_variables)
        optimizer.apply_gradients(zip(gradients, path1.trainable_variables))
    trained = [v.numpy() for v in trunk.trainable_variables]

    # Fine-tune second head, reusing the trunk
    optimizer = tf.keras.optimizers.SGD(0.1)
    for x, y in small_dataset:
        with tf.GradientTape() as tape:
            prediction = path2(x, training=True)
            loss = loss_fn_head2(prediction, y)
        before = [v.numpy() for v in head2.trainable_variables]
        # Only optimize head2 weights, not trunk weights
        gradients = tape.gradient(loss, head2.trainable_variables)
        optimizer.apply_gradients(zip(gradients, head2.trainable_variables))

    assert all(np.array_equal(a, v.numpy()) for a, v in zip(trained, trunk.trainable_variables, strict=True))
    assert any(not np.array_equal(a, v.numpy()) for a, v in zip(before, head2.trainable_variables, strict=True))

    # You can publish just the trunk computation for other people to reuse.
    output_path = str(tmp_path / "trunk")
    tf.saved_model.save(trunk, output_path)
    x = tf.ones([2, 3])
    np.testing.assert_allclose(tf.saved_model.load(output_path)(x).numpy(), trunk(x).numpy(), rtol=1e-6)


@pytest.mark.parametrize("as_graph", [False, True], ids=["eager", "tf.function"])
def test_train_on_a_dataset(model, dataset, as_graph):
    optimizer = tf.keras.optimizers.Adam(0.05)

    def train(model, dataset, optimizer):
        for x, y in dataset:
            with tf.GradientTape() as tape:
                # training=True is only needed if there are layers with different
                # behavior during training versus inference (e.g. Dropout).
                prediction = model(x, training=True)
                loss = loss_fn(y, prediction)
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.apply_gradients(zip(gradients, model.trainable_variables))

    if as_graph:
        train = tf.function(train)
    x, y = next(iter(dataset.unbatch().batch(64)))
    before = float(loss_fn(y, model(x)))
    for _ in range(10):
        train(model, dataset, optimizer)
    assert float(loss_fn(y, model(x))) < before / 2
    assert int(optimizer.iterations) == 40


def test_compile_and_fit(model, dataset):
    optimizer = tf.keras.optimizers.Adam(0.05)
    model.compile(optimizer=optimizer, loss=loss_fn)
    history = model.fit(dataset, epochs=5, verbose=0).history
    assert len(history["loss"]) == 5
    assert history["loss"][-1] < history["loss"][0] / 1.5


@pytest.mark.parametrize("as_graph", [False, True], ids=["eager", "tf.function"])
def test_dynamic_rnn(as_graph):
    class DynamicRNN(tf.keras.Model):
        def __init__(self, rnn_cell):
            super(DynamicRNN, self).__init__(self)
            self.cell = rnn_cell

        def call(self, input_data):
            # [batch, time, features] -> [time, batch, features]
            input_data = tf.transpose(input_data, [1, 0, 2])
            outputs = tf.TensorArray(tf.float32, input_data.shape[0])
            state = self.cell.zero_state(input_data.shape[1], dtype=tf.float32)
            for i in tf.range(input_data.shape[0]):
                output, state = self.cell(input_data[i], state)
                outputs = outputs.write(i, output)
            return tf.transpose(outputs.stack(), [1, 0, 2]), state

    cell = tf.keras.layers.LSTMCell(4)
    rnn = DynamicRNN(cell)
    input_data = tf.random.normal([2, 6, 3])
    outputs, state = (tf.function(rnn) if as_graph else rnn)(input_data)
    expected, h, c = tf.keras.layers.RNN(cell, return_sequences=True, return_state=True)(input_data)
    np.testing.assert_allclose(outputs.numpy(), expected.numpy(), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(state[0].numpy(), h.numpy(), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(state[1].numpy(), c.numpy(), rtol=1e-5, atol=1e-6)


def test_summary_writer(tmp_path):
    summary_writer = tf.summary.create_file_writer(str(tmp_path / "summaries"))
    with summary_writer.as_default():
        tf.summary.scalar("loss", 0.1, step=42)
    assert tf.summary.scalar("loss", 0.2, step=43) is not True  # without the context manager nothing happens
    summary_writer.close()
    assert tags(tmp_path / "summaries") == {"loss": [42]}


@pytest.mark.parametrize("as_graph", [False, True], ids=["eager", "tf.function"])
def test_metrics_and_writers(model, dataset, tmp_path, as_graph):
    optimizer = tf.keras.optimizers.SGD(0.1)
    avg_loss = tf.keras.metrics.Mean(name="loss", dtype=tf.float32)

    def train_step(model, optimizer, images, labels):
        with tf.GradientTape() as tape:
            loss = loss_fn(labels, model(images, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        return loss

    def train(model, optimizer, dataset, log_freq=10):
        for images, labels in dataset:
            loss = train_step(model, optimizer, images, labels)
            avg_loss.update_state(loss)
            if tf.equal(optimizer.iterations % log_freq, 0):
                tf.summary.scalar("loss", avg_loss.result(), step=optimizer.iterations)
                avg_loss.reset_state()

    def test(model, test_x, test_y, step_num):
        # training=False is only needed if there are layers with different
        # behavior during training versus inference (e.g. Dropout).
        loss = loss_fn(test_y, model(test_x, training=False))
        tf.summary.scalar("loss", loss, step=step_num)

    train_summary_writer = tf.summary.create_file_writer(str(tmp_path / "train"))
    test_summary_writer = tf.summary.create_file_writer(str(tmp_path / "test"))
    test_x, test_y = next(iter(dataset))
    if as_graph:
        train = tf.function(train)

    with train_summary_writer.as_default():
        train(model, optimizer, dataset.repeat(6))

    with test_summary_writer.as_default():
        test(model, test_x, test_y, optimizer.iterations)

    for writer in (train_summary_writer, test_summary_writer):
        writer.close()
    assert tags(tmp_path / "train") == {"loss": [10, 20]}
    assert tags(tmp_path / "test") == {"loss": [24]}


def test_metrics_are_cleared_by_reset_states(model, dataset):
    model.compile(optimizer="sgd", loss=loss_fn, metrics=["accuracy"])
    model.fit(dataset, verbose=0)
    assert float(model.get_metrics_result()["loss"]) > 0
    model.reset_states()
    assert float(model.get_metrics_result()["loss"]) == 0


def test_run_functions_eagerly_reaches_a_breakpoint(monkeypatch):
    seen = []
    monkeypatch.setattr(pdb, "set_trace", lambda: seen.append("stopped"))

    @tf.function
    def f(x):
        if x > 0:
            pdb.set_trace()
            x = x + 1
            seen.append(int(x))
        return x

    tf.config.run_functions_eagerly(True)
    assert f(tf.constant(1)).numpy() == 2
    assert f(tf.constant(-1)).numpy() == -1
    assert seen == ["stopped", 2]


def custom_model():
    class CustomModel(tf.keras.models.Model):
        def call(self, input_data):
            if tf.reduce_mean(input_data) > 0:
                return input_data
            else:
                return input_data // 2

    return CustomModel()


@pytest.mark.parametrize("mode", ["eager", "tf.function", "predict", "run_functions_eagerly"])
def test_custom_model(mode):
    model = custom_model()
    tf.config.run_functions_eagerly(mode == "run_functions_eagerly")
    if mode == "predict":
        call = lambda x: tf.constant(model.predict(x, verbose=0))
    else:
        call = model if mode != "tf.function" else tf.function(model)
    np.testing.assert_array_equal(call(tf.constant([-2, -4])).numpy(), [-1, -2])
    np.testing.assert_array_equal(call(tf.constant([2, 4])).numpy(), [2, 4])


def test_variables_are_collected_when_the_last_reference_goes():
    variable = tf.Variable(1.0)
    reference = weakref.ref(variable)

    @tf.function
    def read():
        return reference()

    del variable
    gc.collect()
    assert reference() is None

    owner = tf.keras.layers.Dense(2)
    owner(tf.ones([1, 2]))
    reference = weakref.ref(owner.kernel)
    del owner
    gc.collect()
    assert reference() is None


def test_order_without_control_dependencies(capfd):
    v = tf.Variable(1.0)

    @tf.function
    def f():
        first = v.read_value()
        v.assign_add(1.0)
        second = v.read_value()
        v.assign(v * 10.0)
        return first, second, v.read_value()

    assert [float(x) for x in f()] == [1.0, 2.0, 20.0]


def test_checkpointable_is_an_alias():
    assert isinstance(tf.keras.layers.Dense(1), tf.train.Checkpointable)
