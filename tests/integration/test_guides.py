"""What TensorFlow's guides do, where it needs several packages at once."""

from __future__ import annotations

import subprocess
import sys

import flowstone as tf
import pytest


def test_a_variable_that_is_an_argument_of_a_traced_function_is_watched() -> None:
    @tf.function
    def gradient(w: tf.Variable, x: tf.Tensor) -> list[tf.Tensor]:
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(tf.square(w * x))
        assert tape.watched_variables() == ((w,) if w.trainable else ())
        return tape.gradient(loss, [w])

    x = tf.constant([-1.0])
    assert gradient(tf.Variable(2.0), x)[0].numpy() == 4.0
    assert gradient(tf.Variable(3.0), x)[0].numpy() == 6.0
    assert gradient(tf.Variable(3.0, trainable=False), x) == [None]


def test_an_optimizer_updates_variables_that_are_arguments_and_another_needs_a_function_of_its_own() -> None:
    @tf.function
    def step(a: tf.Variable, b: tf.Variable, optimizer: tf.keras.optimizers.Optimizer) -> None:
        with tf.GradientTape() as tape:
            loss = a * a + 2.0 * b
        optimizer.apply_gradients(zip(tape.gradient(loss, [a, b]), [a, b], strict=True))

    a, b = tf.Variable(3.0), tf.Variable(1.0)
    step(a, b, tf.keras.optimizers.SGD(0.5, momentum=0.5))
    assert (a.numpy(), b.numpy()) == (0.0, 0.0)
    with pytest.raises(ValueError, match="variable"):
        step(a, b, tf.keras.optimizers.SGD(0.5, momentum=0.5))


def test_a_functional_model_of_layers_that_make_plain_variables() -> None:
    class Flexible(tf.keras.layers.Layer):
        def __init__(self, units: int) -> None:
            super().__init__()
            self.units = units

        def build(self, input_shape: tf.TensorShape) -> None:
            self.w = tf.Variable(tf.random.normal([input_shape[-1], self.units]))

        def call(self, inputs: tf.Tensor) -> tf.Tensor:
            return tf.matmul(inputs, self.w)

    class Pair(tf.keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.first, self.second = Flexible(3), Flexible(2)

        def call(self, x: tf.Tensor) -> tf.Tensor:
            return self.second(self.first(x))

    inputs = tf.keras.Input([4])
    model = tf.keras.Model(inputs, Pair()(Flexible(5)(inputs)))
    assert model(tf.ones([7, 4])).shape == (7, 2)


def test_a_functional_model_is_the_first_thing_a_program_makes() -> None:
    program = "import flowstone as tf; x = tf.keras.Input([2]); print(type(tf.keras.Model(x, x * 2)).__name__)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "Functional"


def test_the_graph_of_a_concrete_function_is_a_message_with_nodes() -> None:
    @tf.function
    def double(a: tf.Tensor) -> tf.Tensor:
        return a + a

    concrete = double.get_concrete_function(tf.TensorSpec([], tf.float32))
    assert [(node.name, list(node.input)) for node in concrete.graph.as_graph_def().node][:2] == [
        ("a", []),
        ("add", ["a", "a"]),
    ]
    assert concrete.inference_fn(tf.constant(2.0)).numpy() == 4.0


def test_python_functions_as_decorated_ops() -> None:
    calls = []

    @tf.py_function(Tout=tf.float32)
    def plus(x: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
        calls.append(x.numpy())
        return x + y

    @tf.numpy_function(Tout=tf.float32)
    def minus(x: float, y: float) -> float:
        return x - y

    @tf.function
    def both(x: tf.Tensor, y: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        return plus(x, y), minus(x, y)

    assert [part.numpy() for part in both(tf.constant(1.0), tf.constant(2.0))] == [3.0, -1.0]
    assert calls == [1.0]


def test_arrays_of_several_rows_start_on_a_line_of_their_own() -> None:
    x = tf.constant([[1, 2], [3, 4]])
    assert str(x) == "tf.Tensor(\n[[1 2]\n [3 4]], shape=(2, 2), dtype=int32)"
    assert repr(x).startswith("<tf.Tensor: shape=(2, 2), dtype=int32, numpy=\narray([[1, 2],\n")
    assert repr(x[0]) == "<tf.Tensor: shape=(2,), dtype=int32, numpy=array([1, 2], dtype=int32)>"


def test_a_loop_over_a_dataset_may_lose_the_shape_of_a_variable() -> None:
    @tf.function
    def total(dataset: tf.data.Dataset) -> tf.Tensor:
        loss = tf.constant(0)
        for x, y in dataset:
            loss += tf.abs(y - x)
        return loss

    pairs = [(1, 1), (2, 5)]
    dataset = tf.data.Dataset.from_generator(lambda: pairs, (tf.int32, tf.int32))
    assert total(dataset).numpy() == 4 - 1
    assert total.get_concrete_function(dataset).output_shapes.rank is None
