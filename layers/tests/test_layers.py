"""Layers and models: building, tracking, flags, errors."""

import copy
import pickle

import numpy as np
import pytest
from public import tf

keras = tf.keras


class TestLayer:
    def test_variables_are_made_at_the_first_call(self):
        layer = keras.layers.Dense(3)
        assert not layer.built
        assert layer.weights == []
        layer(np.ones((2, 4), np.float32))
        assert [v.path for v in layer.weights] == [f"{layer.name}/kernel", f"{layer.name}/bias"]
        assert layer.count_params() == 15

    def test_attributes_lists_and_dictionaries_are_tracked(self):
        class Block(keras.layers.Layer):
            def __init__(self):
                super().__init__()
                self.first = keras.layers.Dense(2)
                self.rest = [keras.layers.Dense(2), keras.layers.Dense(2)]
                self.named = {"last": keras.layers.Dense(1)}
                self.scale = tf.Variable(2.0)

            def call(self, x):
                for layer in (self.first, *self.rest, self.named["last"]):
                    x = layer(x)
                return x * self.scale

        block = Block()
        block(tf.ones([1, 3]))
        assert len(block.trainable_variables) == 9
        block.first.trainable = False
        assert len(block.trainable_variables) == 7
        assert len(block.non_trainable_variables) == 2
        block.trainable = False
        assert block.trainable_variables == []

    def test_a_list_that_grows(self):
        class Tower(keras.layers.Layer):
            def __init__(self):
                super().__init__()
                self.floors = []
                for _ in range(3):
                    self.floors.append(keras.layers.Dense(2))

            def call(self, x):
                for floor in self.floors:
                    x = floor(x)
                return x

        tower = Tower()
        tower(tf.ones([1, 2]))
        assert len(tower.weights) == 6

    def test_training_flag_reaches_inner_layers(self):
        seen = []

        class Spy(keras.layers.Layer):
            def call(self, x, training=None):
                seen.append(training)
                return x

        class Outer(keras.layers.Layer):
            def __init__(self):
                super().__init__()
                self.spy = Spy()

            def call(self, x):
                return self.spy(x)

        outer = Outer()
        outer(tf.ones([1]), training=True)
        outer(tf.ones([1]))
        keras.Sequential([outer])(tf.ones([1, 1]), training=False)
        assert seen[:2] == [True, None]
        assert set(seen[2:]) == {False}

    def test_weights_by_value(self):
        layer = keras.layers.Dense(2)
        layer.build((None, 3))
        layer.set_weights([np.ones((3, 2)), np.zeros(2)])
        np.testing.assert_array_equal(layer(tf.ones([1, 3])).numpy(), [[3.0, 3.0]])
        with pytest.raises(ValueError, match="weight list of length 1"):
            layer.set_weights([np.ones((3, 2))])
        with pytest.raises(ValueError, match="not compatible"):
            layer.set_weights([np.ones((2, 2)), np.zeros(2)])

    def test_mixed_precision(self):
        layer = keras.layers.Dense(2, dtype="mixed_bfloat16")
        y = layer(tf.ones([1, 3]))
        assert y.dtype == "bfloat16"
        assert layer.kernel.dtype == "float32"
        keras.mixed_precision.set_global_policy("float64")
        assert keras.layers.Dense(1)(np.ones((1, 2))).dtype == "float64"

    def test_inputs_are_checked(self):
        layer = keras.layers.Dense(2)
        layer(tf.ones([1, 3]))
        with pytest.raises(ValueError, match="expected axis -1 of input shape to have value 3"):
            layer(tf.ones([1, 4]))
        with pytest.raises(ValueError, match="expected min_ndim=2"):
            keras.layers.Dense(2)(tf.ones([3]))

    @pytest.mark.parametrize("units", [0, -1, 1.5, "3", True])
    def test_units_are_checked(self, units):
        with pytest.raises(ValueError, match="units"):
            keras.layers.Dense(units)

    def test_constructor_mistakes(self):
        with pytest.raises(ValueError, match="Unrecognized keyword"):
            keras.layers.Dense(2, colour="red")
        with pytest.raises(ValueError, match="Could not interpret activation"):
            keras.layers.Dense(2, activation="rellu")
        with pytest.raises(ValueError, match="rate"):
            keras.layers.Dropout(1.5)

        class Forgetful(keras.layers.Layer):
            def __init__(self):
                self.inner = keras.layers.Dense(1)

        with pytest.raises(AttributeError, match="forgot to call"):
            Forgetful()

    def test_configuration_of_a_subclass_comes_from_its_constructor(self):
        class Scale(keras.layers.Layer):
            def __init__(self, factor, offset=0.0, **kwargs):
                super().__init__(**kwargs)
                self.factor, self.offset = factor, offset

            def call(self, x):
                return x * self.factor + self.offset

        config = Scale(3.0, name="s").get_config()
        assert config["factor"] == 3.0
        again = Scale.from_config(config)
        assert (again.factor, again.name) == (3.0, "s")

        with pytest.raises(NotImplementedError, match="override `get_config"):
            Scale(np.ones(3)).get_config()

    def test_losses_belong_to_one_call(self):
        class Penalty(keras.layers.Layer):
            def call(self, x):
                self.add_loss(tf.reduce_sum(x))
                return x

        layer = Penalty()
        layer(tf.ones([2]))
        layer(tf.ones([3]))
        assert [float(loss) for loss in layer.losses] == [3.0]

    def test_pickles_and_copies(self):
        variable = keras.Variable(np.ones(3, np.float32), name="v")
        for other in (copy.deepcopy(variable), pickle.loads(pickle.dumps(variable))):
            assert other.path == "v"
            np.testing.assert_array_equal(other.numpy(), variable.numpy())
            other.assign([0.0, 0.0, 0.0])
        np.testing.assert_array_equal(variable.numpy(), [1, 1, 1])


class TestModels:
    def test_sequential_by_input_build_and_call(self):
        by_input = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
        assert by_input.output_shape == (None, 2)
        by_build = keras.Sequential([keras.layers.Dense(2)])
        by_build.build((None, 3))
        by_call = keras.Sequential([keras.layers.Dense(2)])
        by_call(tf.ones([5, 3]))
        assert by_call.input_shape == by_build.input_shape == by_input.input_shape == (None, 3)
        assert len(by_call.layers) == 1
        assert by_call(tf.ones([7, 3])).shape.as_list() == [7, 2]

    def test_sequential_add_and_pop(self):
        model = keras.Sequential()
        model.add(keras.Input((3,)))
        model.add(keras.layers.Dense(4, name="a"))
        model.add(keras.layers.Dense(2, name="b"))
        assert model.output_shape == (None, 2)
        model.pop()
        assert model.output_shape == (None, 4)
        with pytest.raises(ValueError, match="unique names"):
            model.add(keras.layers.Dense(2, name="a"))
        with pytest.raises(ValueError, match="Only instances of"):
            model.add(3)

    def test_functional_graph(self):
        x = keras.Input((4,))
        shared = keras.layers.Dense(4, activation="relu")
        y = shared(shared(x)) + x
        model = keras.Model(x, {"sum": y, "first": y[:, 0]})
        out = model(np.ones((2, 4), np.float32))
        assert out["sum"].shape.as_list() == [2, 4]
        assert out["first"].shape.as_list() == [2]
        assert len(model.trainable_variables) == 2
        with pytest.raises(ValueError, match="not connected"):
            keras.Model(keras.Input((4,)), y)

    def test_subclass_of_model_with_functional_constructor(self):
        class Named(keras.Model):
            def __init__(self):
                x = keras.Input((3,))
                super().__init__(x, keras.layers.Dense(1)(x))
                self.extra = 5

        model = Named()
        assert model(tf.ones([2, 3])).shape.as_list() == [2, 1]
        assert model.extra == 5

    def test_functional_config_round_trip(self):
        x = keras.Input((4,), name="x")
        h = keras.layers.Dense(3, activation="tanh", name="h")(x)
        model = keras.Model(x, keras.layers.Dense(1, name="y")(h))
        config = model.get_config()
        assert [layer["name"] for layer in config["layers"]] == ["x", "h", "y"]
        assert config["input_layers"] == ["x", 0, 0]
        assert config["output_layers"] == ["y", 0, 0]

    def test_wrong_inputs(self):
        model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
        with pytest.raises(ValueError, match="incompatible with the model"):
            model(tf.ones([2, 5]))
        with pytest.raises(ValueError, match="takes 1 input"):
            model([tf.ones([2, 3]), tf.ones([2, 3])])

    def test_get_layer(self):
        model = keras.Sequential([keras.layers.Dense(2, name="a")])
        assert model.get_layer("a") is model.get_layer(index=0)
        with pytest.raises(ValueError, match="No such layer"):
            model.get_layer("b")

    def test_fit_needs_compile_and_data(self):
        model = keras.Sequential([keras.layers.Dense(1)])
        with pytest.raises(ValueError, match="compile"):
            model.fit(np.ones((2, 1)), np.ones((2, 1)))
        model.compile("sgd", "mse")
        with pytest.raises(ValueError, match="cardinality is ambiguous"):
            model.fit(np.ones((2, 1)), np.ones((3, 1)))
        with pytest.raises(ValueError, match="not sufficient"):
            model.fit(np.ones((1, 1)), np.ones((1, 1)), validation_split=0.5)

    def test_custom_train_step_and_callbacks(self):
        class Custom(keras.Model):
            def __init__(self):
                super().__init__()
                self.dense = keras.layers.Dense(1)
                self.seen = keras.metrics.Mean(name="seen")

            def call(self, x):
                return self.dense(x)

            def train_step(self, data):
                x, y = data
                with tf.GradientTape() as tape:
                    loss = tf.reduce_mean((self(x, training=True) - y) ** 2)
                self.optimizer.apply_gradients(
                    zip(tape.gradient(loss, self.trainable_variables), self.trainable_variables, strict=True)
                )
                self.seen.update_state(loss)
                return {"seen": self.seen.result()}

        told = []

        class Teller(keras.callbacks.Callback):
            def on_epoch_end(self, epoch, logs=None):
                told.append((epoch, sorted(logs)))
                if epoch == 1:
                    self.model.stop_training = True

        model = Custom()
        model.compile(optimizer=keras.optimizers.SGD(0.1))
        history = model.fit(np.ones((8, 2)), np.ones((8, 1)), epochs=5, verbose=0, callbacks=[Teller()])
        assert told == [(0, ["seen"]), (1, ["seen"])]
        assert history.epoch == [0, 1]
        assert history.history["seen"][1] < history.history["seen"][0]

    @pytest.mark.parametrize("eagerly", [False, True])
    def test_fit_traces_once_or_never(self, eagerly):
        calls = []

        class Counting(keras.layers.Layer):
            def call(self, x):
                calls.append(1)
                return x

        model = keras.Sequential([Counting(), keras.layers.Dense(1)])
        model.compile("sgd", "mse", run_eagerly=eagerly)
        model.fit(np.ones((50, 2)), np.ones((50, 1)), batch_size=16, epochs=3, verbose=0)  # the last batch is smaller
        assert len(calls) >= 12 if eagerly else len(calls) <= 4

    def test_generators_and_steps(self):
        def batches():
            while True:
                yield np.ones((4, 2)), np.ones((4, 1))

        model = keras.Sequential([keras.layers.Dense(1)])
        model.compile("sgd", "mse")
        history = model.fit(batches(), steps_per_epoch=3, epochs=2, verbose=0)
        assert len(history.history["loss"]) == 2
        assert int(model.optimizer.iterations) == 6

    def test_progress_bar_and_summary(self, capsys):
        model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)], name="m")
        model.compile("sgd", "mse")
        model.fit(np.ones((8, 2)), np.ones((8, 1)), batch_size=4, epochs=2)
        shown = capsys.readouterr().out
        assert "Epoch 2/2" in shown
        assert "2/2 " in shown
        assert "loss: " in shown
        model.summary()
        shown = capsys.readouterr().out
        assert 'Model: "m"' in shown
        assert "(None, 1)" in shown
        assert " Total params: " in shown


def test_sparsemax_is_a_projection_onto_the_simplex():
    """Keras 3's own gives rows that do not sum to one, so it is no reference here."""
    x = np.random.RandomState(0).uniform(-3, 3, (5, 4)).astype(np.float32)
    p = keras.activations.sparsemax(x).numpy()
    assert (p >= 0).all()
    np.testing.assert_allclose(p.sum(-1), 1.0, rtol=1e-6)
    for row, projected in zip(x, p, strict=True):
        support = projected > 0
        np.testing.assert_allclose(np.ptp((row - projected)[support]), 0.0, atol=1e-5)
        assert (row[~support] <= (row - projected)[support].max() + 1e-6).all()
