"""The public names that flowstone-layers gives to ``tf.*``, as ``module:attribute``; nothing is imported here."""

from __future__ import annotations

from collections.abc import Mapping

_HERE = "flowstone_layers"


def _names(module: str, namespace: str, names: str) -> dict[str, str]:
    """The same names of a module in a namespace below ``keras``."""
    prefix = f"keras.{namespace}." if namespace else "keras."
    return {f"{prefix}{name}": f"{_HERE}.{module}:{name}" for name in names.split()}


_LAYERS = {
    "layer": "Layer",
    "input_spec": "InputSpec",
    "core.input_layer": "Input InputLayer",
    "core.dense": "Dense",
    "core.einsum_dense": "EinsumDense",
    "attention.attention": "Attention",
    "attention.additive_attention": "AdditiveAttention",
    "attention.multi_head_attention": "MultiHeadAttention",
    "core.lambda_layer": "Lambda",
    "core.wrapper": "Wrapper",
    "recurrent.rnn": "RNN",
    "recurrent.simple_rnn": "SimpleRNN SimpleRNNCell",
    "recurrent.lstm": "LSTM LSTMCell",
    "recurrent.gru": "GRU GRUCell",
    "recurrent.stacked": "StackedRNNCells",
    "reshaping.flatten": "Flatten",
    "reshaping.reshape": "Reshape",
    "regularization.dropout": "Dropout",
    "activation.activation": "Activation",
    "activation.parametric": "ELU LeakyReLU ReLU",
    "core.embedding": "Embedding",
    "core.identity": "Identity",
    "core.masking": "Masking",
    "normalization.batch_normalization": "BatchNormalization",
    "normalization.layer_normalization": "LayerNormalization",
    "merging.concatenate": "Concatenate concatenate",
    "merging.elementwise": (
        "Add Average Maximum Minimum Multiply Subtract add average maximum minimum multiply subtract"
    ),
    "convolutional.conv1d": "Conv1D",
    "convolutional.conv2d": "Conv2D",
    "convolutional.depthwise_conv2d": "DepthwiseConv2D",
    "convolutional.conv2d_transpose": "Conv2DTranspose",
    "pooling.max_pooling": "MaxPooling1D MaxPooling2D",
    "pooling.average_pooling": "AveragePooling1D AveragePooling2D",
    "pooling.global_pooling": "GlobalAveragePooling1D GlobalAveragePooling2D GlobalMaxPooling1D GlobalMaxPooling2D",
}
_LAYER_ALIASES = {
    "Convolution1D": "Conv1D",
    "Convolution2D": "Conv2D",
    "Convolution2DTranspose": "Conv2DTranspose",
    "MaxPool1D": "MaxPooling1D",
    "MaxPool2D": "MaxPooling2D",
    "AvgPool1D": "AveragePooling1D",
    "AvgPool2D": "AveragePooling2D",
    "GlobalAvgPool1D": "GlobalAveragePooling1D",
    "GlobalAvgPool2D": "GlobalAveragePooling2D",
    "GlobalMaxPool1D": "GlobalMaxPooling1D",
    "GlobalMaxPool2D": "GlobalMaxPooling2D",
}
_INITIALIZERS = (
    "Constant GlorotNormal GlorotUniform HeNormal HeUniform Identity Initializer LecunNormal LecunUniform Ones "
    "Orthogonal RandomNormal RandomUniform TruncatedNormal VarianceScaling Zeros"
)
_SNAKE = {
    "constant": "Constant",
    "glorot_normal": "GlorotNormal",
    "glorot_uniform": "GlorotUniform",
    "he_normal": "HeNormal",
    "he_uniform": "HeUniform",
    "identity": "Identity",
    "lecun_normal": "LecunNormal",
    "lecun_uniform": "LecunUniform",
    "ones": "Ones",
    "orthogonal": "Orthogonal",
    "random_normal": "RandomNormal",
    "random_uniform": "RandomUniform",
    "truncated_normal": "TruncatedNormal",
    "variance_scaling": "VarianceScaling",
    "zeros": "Zeros",
}
_LOSS_CLASSES = (
    "BinaryCrossentropy BinaryFocalCrossentropy CategoricalCrossentropy CategoricalFocalCrossentropy CategoricalHinge "
    "CosineSimilarity Dice Hinge Huber KLDivergence LogCosh Loss MeanAbsoluteError MeanAbsolutePercentageError "
    "MeanSquaredError MeanSquaredLogarithmicError Poisson SparseCategoricalCrossentropy SquaredHinge Tversky"
)
_LOSS_FUNCTIONS = (
    "binary_crossentropy binary_focal_crossentropy categorical_crossentropy categorical_focal_crossentropy "
    "categorical_hinge cosine_similarity dice hinge huber kl_divergence log_cosh mean_absolute_error "
    "mean_absolute_percentage_error mean_squared_error mean_squared_logarithmic_error poisson "
    "sparse_categorical_crossentropy squared_hinge tversky"
)
_SHORT_LOSSES = {
    "mse": "mean_squared_error",
    "MSE": "mean_squared_error",
    "mae": "mean_absolute_error",
    "MAE": "mean_absolute_error",
    "mape": "mean_absolute_percentage_error",
    "MAPE": "mean_absolute_percentage_error",
    "msle": "mean_squared_logarithmic_error",
    "MSLE": "mean_squared_logarithmic_error",
    "kld": "kl_divergence",
    "KLD": "kl_divergence",
    "logcosh": "log_cosh",
}
_METRICS = {
    "metrics.metric": "Metric",
    "metrics.reduction_metrics": "Mean MeanMetricWrapper Sum",
    "metrics.accuracy": (
        "Accuracy BinaryAccuracy CategoricalAccuracy SparseCategoricalAccuracy SparseTopKCategoricalAccuracy "
        "TopKCategoricalAccuracy binary_accuracy categorical_accuracy sparse_categorical_accuracy "
        "sparse_top_k_categorical_accuracy top_k_categorical_accuracy"
    ),
    "metrics.from_losses": (
        "BinaryCrossentropy CategoricalCrossentropy CategoricalHinge CosineSimilarity Hinge KLDivergence LogCoshError "
        "MeanAbsoluteError MeanAbsolutePercentageError MeanSquaredError MeanSquaredLogarithmicError Poisson "
        "RootMeanSquaredError SparseCategoricalCrossentropy SquaredHinge"
    ),
}
_OPTIMIZERS = "Adagrad Adam AdamW LossScaleOptimizer Optimizer RMSprop SGD"
_SCHEDULES = (
    "CosineDecay CosineDecayRestarts ExponentialDecay InverseTimeDecay LearningRateSchedule PiecewiseConstantDecay "
    "PolynomialDecay deserialize serialize"
)
_ACTIVATIONS = (
    "celu deserialize elu exponential gelu get glu hard_shrink hard_sigmoid hard_silu hard_swish hard_tanh leaky_relu "
    "linear log_sigmoid log_softmax mish relu relu6 selu serialize sigmoid silu soft_shrink softmax softplus softsign "
    "sparse_plus sparse_sigmoid sparsemax squareplus swish tanh tanh_shrink threshold"
)
_BACKEND = "epsilon floatx image_data_format set_epsilon set_floatx set_image_data_format"
_SAVING = (
    "custom_objects:get_custom_objects custom_objects:get_registered_name custom_objects:get_registered_object "
    "custom_objects:register_keras_serializable saving.objects:deserialize_keras_object "
    "saving.objects:serialize_keras_object"
)


def _keras() -> dict[str, str]:
    table: dict[str, str] = {}
    for module, names in _LAYERS.items():
        table |= _names(module, "layers", names)
    table |= {f"keras.layers.{new}": table[f"keras.layers.{old}"] for new, old in _LAYER_ALIASES.items()}
    table |= _names("initializers", "initializers", f"{_INITIALIZERS} get serialize deserialize")
    table |= {f"keras.initializers.{new}": f"{_HERE}.initializers:{old}" for new, old in _SNAKE.items()}
    table |= _names(
        "regularizers",
        "regularizers",
        "L1 L1L2 L2 OrthogonalRegularizer Regularizer deserialize get l1 l1_l2 l2 serialize",
    )
    table |= _names(
        "constraints", "constraints", "Constraint MaxNorm MinMaxNorm NonNeg UnitNorm deserialize get serialize"
    )
    table |= {
        f"keras.constraints.{new}": f"{_HERE}.constraints:{old}"
        for new, old in {
            "max_norm": "MaxNorm",
            "min_max_norm": "MinMaxNorm",
            "non_neg": "NonNeg",
            "unit_norm": "UnitNorm",
        }.items()
    }
    table |= _names("activations", "activations", _ACTIVATIONS)
    table |= _names("losses", "losses", f"{_LOSS_CLASSES} get serialize deserialize")
    table |= _names("losses.functions", "losses", _LOSS_FUNCTIONS)
    table |= _names("losses.functions", "metrics", _LOSS_FUNCTIONS)
    table |= {f"keras.losses.{new}": f"{_HERE}.losses.functions:{old}" for new, old in _SHORT_LOSSES.items()}
    table |= {f"keras.metrics.{new}": f"{_HERE}.losses.functions:{old}" for new, old in _SHORT_LOSSES.items()}
    table["keras.losses.Reduction"] = f"{_HERE}.losses.loss:Reduction"
    for module, names in _METRICS.items():
        table |= _names(module, "metrics", names)
    table |= _names("metrics", "metrics", "get serialize deserialize")
    table |= _names("optimizers", "optimizers", f"{_OPTIMIZERS} get serialize deserialize")
    table |= {f"keras.optimizers.legacy.{name}": f"{_HERE}.optimizers:{name}" for name in _OPTIMIZERS.split()}
    table |= _names("optimizers.schedules", "optimizers.schedules", _SCHEDULES)
    table["keras.mixed_precision.LossScaleOptimizer"] = f"{_HERE}.optimizers:LossScaleOptimizer"
    table |= _models()
    table |= _names("config", "backend", _BACKEND)
    table |= _names("config", "config", _BACKEND)
    table |= _names("names", "backend", "get_uid")
    table |= _names("keras_tensor", "backend", "is_keras_tensor")
    table |= _names("keras_tensor", "utils", "is_keras_tensor")
    for target in _SAVING.split():
        name = target.split(":")[1]
        table |= {f"keras.{space}.{name}": f"{_HERE}.{target}" for space in ("saving", "utils")}
    for space, name in (("saving", "custom_object_scope"), ("saving", "CustomObjectScope"),
                        ("utils", "custom_object_scope"), ("utils", "CustomObjectScope")):  # fmt: skip
        table[f"keras.{space}.{name}"] = f"{_HERE}.custom_objects:CustomObjectScope"
    return table


def _models() -> dict[str, str]:
    table = {
        "keras.Model": "models.model:Model",
        "keras.models.Model": "models.model:Model",
        "keras.Sequential": "models.sequential:Sequential",
        "keras.models.Sequential": "models.sequential:Sequential",
        "keras.Input": "core.input_layer:Input",
        "keras.InputSpec": "input_spec:InputSpec",
        "keras.Layer": "layer:Layer",
        "keras.Variable": "variable:Variable",
        "keras.KerasTensor": "keras_tensor:KerasTensor",
        "keras.Operation": "operation:Operation",
        "keras.Loss": "losses:Loss",
        "keras.Metric": "metrics.metric:Metric",
        "keras.Optimizer": "optimizers:Optimizer",
        "keras.Initializer": "initializers:Initializer",
        "keras.Regularizer": "regularizers:Regularizer",
        "keras.DTypePolicy": "dtype_policy:DTypePolicy",
        "keras.mixed_precision.Policy": "dtype_policy:DTypePolicy",
        "keras.mixed_precision.DTypePolicy": "dtype_policy:DTypePolicy",
        "keras.mixed_precision.set_global_policy": "dtype_policy:set_dtype_policy",
        "keras.mixed_precision.global_policy": "dtype_policy:dtype_policy",
        "keras.mixed_precision.set_dtype_policy": "dtype_policy:set_dtype_policy",
        "keras.mixed_precision.dtype_policy": "dtype_policy:dtype_policy",
        "keras.config.set_dtype_policy": "dtype_policy:set_dtype_policy",
        "keras.config.dtype_policy": "dtype_policy:dtype_policy",
        "keras.random.SeedGenerator": "random_seed:SeedGenerator",
        "keras.layers.serialize": "saving.layers:serialize",
        "keras.layers.deserialize": "saving.layers:deserialize",
        "keras.models.model_from_json": "saving.layers:model_from_json",
        "keras.callbacks.Callback": "callbacks.callback:Callback",
        "keras.callbacks.EarlyStopping": "callbacks.early_stopping:EarlyStopping",
        "keras.callbacks.LearningRateScheduler": "callbacks.learning_rate_scheduler:LearningRateScheduler",
        "keras.callbacks.CallbackList": "callbacks.callback_list:CallbackList",
        "keras.callbacks.History": "callbacks.history:History",
        "keras.callbacks.ProgbarLogger": "callbacks.progbar_logger:ProgbarLogger",
        "keras.utils.set_random_seed": "utils.seeding:set_random_seed",
        "keras.utils.Progbar": "utils.progbar:Progbar",
        "keras.utils.unpack_x_y_sample_weight": "models.data_adapter:unpack_x_y_sample_weight",
        "keras.utils.pack_x_y_sample_weight": "models.data_adapter:pack_x_y_sample_weight",
    }
    return {name: f"{_HERE}.{target}" for name, target in table.items()}


def _aliases(table: Mapping[str, str]) -> dict[str, str]:
    """``tf.losses`` is ``tf.keras.losses``, and so on."""
    spaces = ("losses", "metrics", "optimizers", "initializers")
    return {
        name.removeprefix("keras."): target
        for name, target in table.items()
        if name.split(".")[1] in spaces and name.count(".") > 1
    }


_KERAS = _keras()
PUBLIC: dict[str, str] = _KERAS | _aliases(_KERAS)
