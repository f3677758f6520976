"""What Keras on TensorFlow and flowstone must agree on: functions of ``tf``, by name.

``record_goldens.py`` runs them with TensorFlow and keeps the results; ``test_keras.py`` runs them with flowstone.
"""

import numpy as np


def random(*shape, seed=0, low=-1.0, high=1.0):
    return np.random.RandomState(seed).uniform(low, high, shape).astype(np.float32)


def probabilities(*shape, seed=0):
    values = np.exp(random(*shape, seed=seed))
    return (values / values.sum(-1, keepdims=True)).astype(np.float32)


CASES = {}


def case(name):
    def add(function):
        assert name not in CASES
        CASES[name] = function
        return function

    return add


# -- activations, initializers, regularizers, constraints ------------------------------------------------------------

for _name in (
    "celu elu exponential gelu hard_shrink hard_sigmoid hard_silu hard_tanh leaky_relu linear log_sigmoid log_softmax "
    "mish relu relu6 selu sigmoid silu soft_shrink softmax softplus softsign sparse_plus sparse_sigmoid squareplus "
    "tanh tanh_shrink glu"
).split():

    @case(f"activations.{_name}")
    def _activation(tf, name=_name):
        return getattr(tf.keras.activations, name)(tf.constant(random(3, 4) * 3))


@case("activations.relu options")
def _relu(tf):
    x = tf.constant(random(20) * 8)
    return tf.keras.activations.relu(x, negative_slope=0.1, max_value=5.0, threshold=1.0)


for _name in (
    "GlorotNormal GlorotUniform HeNormal HeUniform LecunNormal LecunUniform RandomNormal RandomUniform "
    "TruncatedNormal Orthogonal VarianceScaling"
).split():

    @case(f"initializers.{_name}")
    def _initializer(tf, name=_name):
        made = getattr(tf.keras.initializers, name)(seed=5)
        return [made((4, 3)), made((3, 4)), made((3, 3, 2, 5))]


@case("initializers without seed")
def _plain_initializers(tf):
    i = tf.keras.initializers
    return [i.Zeros()((2,)), i.Ones()((2,)), i.Constant(3.0)((2, 2)), i.Identity(2.0)((2, 3))]


@case("regularizers")
def _regularizers(tf):
    w, r = tf.constant(random(4, 3)), tf.keras.regularizers
    made = [
        r.L1(0.1),
        r.L2(0.2),
        r.L1L2(0.1, 0.2),
        r.OrthogonalRegularizer(0.3),
        r.OrthogonalRegularizer(0.3, "columns"),
    ]
    return [one(w) for one in made]


@case("constraints")
def _constraints(tf):
    w, c = tf.constant(random(4, 3) * 3), tf.keras.constraints
    return [one(w) for one in (c.MaxNorm(1.0), c.NonNeg(), c.UnitNorm(axis=1), c.MinMaxNorm(0.5, 1.0, rate=0.7))]


# -- losses and metrics ------------------------------------------------------------------------------------------------

REGRESSION = (
    "MeanSquaredError MeanAbsoluteError MeanAbsolutePercentageError MeanSquaredLogarithmicError CosineSimilarity Huber "
    "LogCosh Poisson Hinge SquaredHinge CategoricalHinge KLDivergence"
).split()
for _name in REGRESSION:

    @case(f"losses.{_name}")
    def _regression_loss(tf, name=_name):
        y, p = tf.constant(random(4, 3, low=0, high=2)), tf.constant(random(4, 3, seed=1, low=0, high=2))
        weight = tf.constant([1.0, 0.0, 2.0, 0.5])
        cls = getattr(tf.keras.losses, name)
        return [cls()(y, p), cls()(y, p, weight), cls(reduction="sum")(y, p), cls(reduction=None)(y, p)]


@case("losses.BinaryCrossentropy")
def _binary(tf):
    y, p = tf.constant((random(4, 3) > 0).astype("float32")), tf.constant(random(4, 3, seed=1, low=0, high=1))
    cls, focal = tf.keras.losses.BinaryCrossentropy, tf.keras.losses.BinaryFocalCrossentropy
    return [
        cls()(y, p),
        cls(from_logits=True)(y, p),
        cls(label_smoothing=0.1)(y, p),
        focal()(y, p),
        focal(apply_class_balancing=True, gamma=1.5, from_logits=True)(y, p),
    ]


@case("losses.CategoricalCrossentropy")
def _categorical(tf):
    y, p = tf.constant(np.eye(3, dtype="float32")[[0, 2, 1, 1]]), tf.constant(probabilities(4, 3))
    cls, focal = tf.keras.losses.CategoricalCrossentropy, tf.keras.losses.CategoricalFocalCrossentropy
    return [cls()(y, p), cls(from_logits=True)(y, p), cls(label_smoothing=0.2)(y, p), focal()(y, p)]


@case("losses.SparseCategoricalCrossentropy")
def _sparse(tf):
    y, p = tf.constant([0, 2, 1, 1]), tf.constant(probabilities(4, 3))
    cls = tf.keras.losses.SparseCategoricalCrossentropy
    weight = tf.constant([1.0, 0.0, 2.0, 0.5])
    return [
        cls()(y, p),
        cls(from_logits=True)(y, p, weight),
        cls(ignore_class=1)(y, p),
        cls(from_logits=True)(tf.constant([[0, 1], [2, 2]]), tf.constant(random(2, 2, 3))),
        cls()(tf.constant([[0], [2], [1], [1]]), p),
    ]


@case("losses.Dice and Tversky")
def _overlap(tf):
    y, p = tf.constant((random(4, 3) > 0).astype("float32")), tf.constant(probabilities(4, 3))
    return [tf.keras.losses.Dice()(y, p), tf.keras.losses.Tversky(alpha=0.3, beta=0.7)(y, p)]


METRICS = (
    "MeanSquaredError MeanAbsoluteError RootMeanSquaredError MeanAbsolutePercentageError CosineSimilarity LogCoshError "
    "Hinge SquaredHinge CategoricalHinge KLDivergence Poisson"
).split()
for _name in METRICS:

    @case(f"metrics.{_name}")
    def _metric(tf, name=_name):
        metric = getattr(tf.keras.metrics, name)()
        results = []
        for seed in range(3):
            y = tf.constant(random(4, 3, seed=seed, low=0, high=2))
            p = tf.constant(random(4, 3, seed=seed + 9, low=0, high=2))
            metric.update_state(y, p, sample_weight=None if seed < 2 else tf.constant([1.0, 0.0, 2.0, 0.5]))
            results.append(metric.result())
        metric.reset_state()
        return [*results, metric.result()]


@case("metrics of classes")
def _accuracies(tf):
    m = tf.keras.metrics
    p = tf.constant(probabilities(6, 5))
    sparse, one_hot = tf.constant([0, 1, 2, 3, 4, 0]), tf.constant(np.eye(5, dtype="float32")[[0, 1, 2, 3, 4, 0]])
    weight = tf.constant([1.0, 2.0, 0.0, 1.0, 1.0, 3.0])
    found = []
    for made, y in (
        (m.SparseCategoricalAccuracy(), sparse),
        (m.CategoricalAccuracy(), one_hot),
        (m.SparseTopKCategoricalAccuracy(k=2), sparse),
        (m.TopKCategoricalAccuracy(k=3), one_hot),
        (m.BinaryAccuracy(threshold=0.2), one_hot),
        (m.SparseCategoricalCrossentropy(), sparse),
        (m.CategoricalCrossentropy(), one_hot),
        (m.BinaryCrossentropy(), one_hot),
    ):
        made.update_state(y, p)
        found.append(made.result())
        made.update_state(y, p, sample_weight=weight)
        found.append(made.result())
    return found


@case("metrics.Mean and Sum")
def _mean(tf):
    mean, total = tf.keras.metrics.Mean(), tf.keras.metrics.Sum()
    for metric in (mean, total):
        metric.update_state([1.0, 3.0, 5.0])
        metric.update_state([[2.0, 4.0], [6.0, 8.0]], sample_weight=[0.5, 2.0])
        metric.update_state(7.0, sample_weight=3.0)
    return [mean.result(), total.result()]


# -- optimizers ----------------------------------------------------------------------------------------------------------

OPTIMIZERS = {
    "SGD": {},
    "SGD momentum": {"momentum": 0.9},
    "SGD nesterov": {"momentum": 0.9, "nesterov": True},
    "Adam": {},
    "Adam amsgrad": {"amsgrad": True, "beta_1": 0.8},
    "AdamW": {"weight_decay": 0.1},
    "RMSprop": {},
    "RMSprop centered": {"centered": True, "momentum": 0.5},
    "Adagrad": {"initial_accumulator_value": 0.3},
    "Adam clipnorm": {"clipnorm": 0.5},
    "SGD clipvalue": {"clipvalue": 0.2},
    "SGD global_clipnorm": {"global_clipnorm": 0.7},
    "SGD weight_decay": {"weight_decay": 0.05},
    "SGD use_ema": {"use_ema": True, "ema_momentum": 0.8, "ema_overwrite_frequency": 2},
    "SGD gradient_accumulation_steps": {"gradient_accumulation_steps": 2},
}
for _name, _settings in OPTIMIZERS.items():

    @case(f"optimizers.{_name}")
    def _optimizer(tf, name=_name, settings=_settings):
        optimizer = getattr(tf.keras.optimizers, name.split()[0])(learning_rate=0.1, **settings)
        variables = [tf.Variable(random(3, 2)), tf.Variable(random(4, seed=1))]
        for step in range(5):
            gradients = [tf.constant(random(3, 2, seed=step + 2)), tf.constant(random(4, seed=step + 20))]
            optimizer.apply_gradients(zip(gradients, variables, strict=True))
        return [*variables, optimizer.iterations]


@case("optimizers on slices")
def _sparse_gradients(tf):
    found = []
    # of repeated rows Keras adds the squares, not the gradients: see test_optimizers.py
    for name, rows in (("SGD", [0, 2, 2]), ("Adam", [0, 2, 4]), ("RMSprop", [0, 2, 4]), ("Adagrad", [0, 2, 4])):
        optimizer = getattr(tf.keras.optimizers, name)(learning_rate=0.1)
        table = tf.Variable(random(5, 2))
        for step in range(3):
            with tf.GradientTape() as tape:
                loss = tf.reduce_sum(tf.gather(table, rows) * random(3, 2, seed=step))
            optimizer.apply_gradients([(tape.gradient(loss, table), table)])
        found.append(table)
    return found


@case("schedules")
def _schedules(tf):
    s = tf.keras.optimizers.schedules
    made = [
        s.ExponentialDecay(0.1, 10, 0.5),
        s.ExponentialDecay(0.1, 10, 0.5, staircase=True),
        s.PiecewiseConstantDecay([5, 12], [1.0, 0.5, 0.1]),
        s.PolynomialDecay(0.1, 20, 0.01, power=2.0),
        s.PolynomialDecay(0.1, 7, 0.01, cycle=True),
        s.InverseTimeDecay(0.1, 10, 0.5),
        s.InverseTimeDecay(0.1, 10, 0.5, staircase=True),
        s.CosineDecay(0.1, 20, alpha=0.1),
        s.CosineDecay(0.0, 20, warmup_target=0.2, warmup_steps=6),
        s.CosineDecayRestarts(0.1, 5, t_mul=1.5, m_mul=0.9),
        s.CosineDecayRestarts(0.1, 5, t_mul=1.0),
    ]
    return [[schedule(step) for step in (0, 1, 5, 6, 12, 13, 30)] for schedule in made]


# -- layers and models -----------------------------------------------------------------------------------------------------


def seeded(tf, seed):
    return tf.keras.initializers.GlorotUniform(seed=seed)


@case("layers.Dense")
def _dense(tf):
    layer = tf.keras.layers.Dense(
        3,
        activation="tanh",
        kernel_initializer=seeded(tf, 1),
        bias_initializer="ones",
        kernel_regularizer="l2",
        activity_regularizer=tf.keras.regularizers.L1(0.1),
    )
    x = tf.constant(random(2, 4))
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(layer(x) ** 2)
    gradients = tape.gradient(loss, layer.trainable_variables)
    return [layer(x), *gradients, *layer.losses[:1], layer(tf.constant(random(2, 5, 4)))]


@case("layers that rearrange")
def _rearrange(tf):
    layers, x = tf.keras.layers, tf.constant(random(2, 3, 4))
    return [
        layers.Flatten()(x),
        layers.Reshape((4, 3))(x),
        layers.Reshape((-1, 2))(x),
        layers.Flatten("channels_first")(x),
    ]


@case("layers.Dropout")
def _dropout(tf):
    layer = tf.keras.layers.Dropout(0.4, seed=7)
    x = tf.constant(random(5, 6))
    return [layer(x), layer(x, training=True), layer(x, training=True)]


for _name in ("SimpleRNN", "LSTM", "GRU"):

    @case(f"layers.{_name}")
    def _recurrent(tf, name=_name):
        def make(**settings):
            cls = getattr(tf.keras.layers, name)
            return cls(3, kernel_initializer=seeded(tf, 1), recurrent_initializer=seeded(tf, 2), **settings)

        x = tf.constant(random(2, 5, 4))
        mask = tf.constant([[True, True, False, True, False], [True] * 5])
        layer = make(return_sequences=True)
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(layer(x) ** 2)
        found = [layer(x), *tape.gradient(loss, layer.trainable_variables), make()(x), make(go_backwards=True)(x)]
        found += list(make(return_state=True)(x))
        found += [make(return_sequences=True)(x, mask=mask), make()(x, mask=mask)]
        return [*found, tf.function(make(return_sequences=True))(x)]


@case("layers.GRU reset_before, RNN of stacked cells")
def _cells(tf):
    x = tf.constant(random(2, 5, 4))
    settings = {"kernel_initializer": seeded(tf, 1), "recurrent_initializer": seeded(tf, 2)}
    cells = [tf.keras.layers.LSTMCell(3, **settings), tf.keras.layers.GRUCell(2, **settings)]
    return [tf.keras.layers.GRU(3, reset_after=False, **settings)(x), tf.keras.layers.RNN(cells)(x)]


def small_model(tf):
    layers = tf.keras.layers
    return tf.keras.Sequential(
        [
            layers.Dense(8, activation="relu", kernel_initializer=seeded(tf, 1)),
            layers.Dense(3, kernel_initializer=seeded(tf, 2), kernel_regularizer=tf.keras.regularizers.L2(0.01)),
        ]
    )


@case("fit, evaluate, predict")
def _fit(tf):
    model = small_model(tf)
    loss = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer=tf.keras.optimizers.Adam(0.05), loss=loss, metrics=["accuracy"])
    x, y = random(50, 4), np.arange(50) % 3
    history = model.fit(x, y, batch_size=16, epochs=4, shuffle=False, validation_split=0.2, verbose=0).history
    names = ("loss", "accuracy", "val_loss", "val_accuracy")
    return [*(history[name] for name in names), model.evaluate(x, y, verbose=0), model.predict(x[:5], verbose=0)]


@case("fit with weights of classes and samples")
def _weighted_fit(tf):
    x, y = random(40, 4), np.arange(40) % 3
    found = []
    for settings in ({"class_weight": {0: 2.0, 1: 0.5, 2: 1.0}}, {"sample_weight": random(40, low=0.1, high=1.0)}):
        model = small_model(tf)
        loss = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile(optimizer=tf.keras.optimizers.SGD(0.1), loss=loss, weighted_metrics=["accuracy"])
        history = model.fit(x, y, batch_size=16, epochs=3, shuffle=False, verbose=0, **settings).history
        found += [history["loss"], history["accuracy"]]
    return found


@case("a functional model with two inputs and two outputs")
def _functional(tf):
    keras = tf.keras
    a, b = keras.Input((4,), name="a"), keras.Input((2,), name="b")
    hidden = keras.layers.Dense(5, activation="tanh", kernel_initializer=seeded(tf, 1))(a)
    first = keras.layers.Dense(1, kernel_initializer=seeded(tf, 2), name="first")(hidden)
    second = keras.layers.Dense(2, kernel_initializer=seeded(tf, 3), name="second")(hidden) * 2.0 + b
    second = keras.layers.Activation("linear", name="second_out")(second)
    model = keras.Model([a, b], [first, second])
    model.compile(optimizer="sgd", loss=["mse", "mae"], loss_weights=[1.0, 0.5], metrics=[["mae"], ["mse"]])
    inputs = [random(20, 4), random(20, 2, seed=1)]
    targets = [random(20, 1, seed=2), random(20, 2, seed=3)]
    history = model.fit(inputs, targets, epochs=2, batch_size=8, shuffle=False, verbose=0).history
    return [history["loss"], *model.predict(inputs, verbose=0)]


@case("train_on_batch")
def _on_batch(tf):
    model = small_model(tf)
    loss = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer="sgd", loss=loss, metrics=["accuracy"])
    x, y = random(8, 4), np.arange(8) % 3
    return [model.train_on_batch(x, y), model.test_on_batch(x, y), model.predict_on_batch(x)]


@case("config of layers and optimizers")
def _configs(tf):
    layers = tf.keras.layers
    made = [
        layers.Dense(3, activation="relu", kernel_regularizer="l2", name="d"),
        layers.Flatten(name="f"),
        layers.Reshape((2, -1), name="r"),
        layers.Activation("tanh", name="a"),
        tf.keras.optimizers.SGD(0.1, momentum=0.9),
        tf.keras.optimizers.RMSprop(0.1),
        tf.keras.initializers.HeNormal(seed=1),
        tf.keras.regularizers.L1L2(0.1, 0.2),
        tf.keras.constraints.MaxNorm(2),
        tf.keras.losses.LogCosh(),
        tf.keras.optimizers.schedules.CosineDecay(0.1, 5),
    ]
    return [{key: value for key, value in _plain(one.get_config()).items() if key != "name"} for one in made]


def _plain(value):
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, (np.floating, float)):
        return round(float(value), 6)
    return value if isinstance(value, (int, str, bool, type(None))) else str(value)
