"""The public namespaces below ``tf``: for each there is a folder, which ``nox -s api`` checks."""

from __future__ import annotations

NAMESPACES = frozenset(
    """
    __internal__ __internal__.nest __internal__.tracking
    audio
    autodiff
    autograph autograph.experimental
    bitwise
    compat compat.v1 compat.v1.app compat.v1.data compat.v1.flags compat.v1.gfile compat.v1.io compat.v1.keras
    compat.v1.logging compat.v1.losses compat.v1.math compat.v1.nn compat.v1.random compat.v1.saved_model
    compat.v1.saved_model.signature_constants compat.v1.saved_model.tag_constants compat.v1.summary compat.v1.test
    compat.v1.train compat.v2
    config config.experimental config.optimizer config.threading
    data data.experimental data.experimental.service
    debugging debugging.experimental
    distribute distribute.cluster_resolver distribute.experimental
    dtypes dtypes.experimental
    errors
    experimental experimental.dlpack experimental.extension_type experimental.numpy experimental.numpy.random
    feature_column
    graph_util
    image
    initializers
    io io.gfile
    keras keras.activations keras.applications keras.backend keras.callbacks keras.config keras.constraints
    keras.datasets keras.datasets.boston_housing keras.datasets.california_housing keras.datasets.cifar10
    keras.datasets.cifar100 keras.datasets.fashion_mnist keras.datasets.imdb keras.datasets.mnist
    keras.datasets.reuters keras.distillation keras.distribution keras.dtype_policies keras.export
    keras.initializers keras.layers keras.legacy keras.legacy.saving keras.losses keras.metrics
    keras.mixed_precision keras.models keras.ops keras.ops.image keras.ops.linalg keras.ops.nn keras.ops.numpy
    keras.optimizers keras.optimizers.legacy keras.optimizers.schedules keras.preprocessing
    keras.preprocessing.image keras.preprocessing.sequence keras.preprocessing.text keras.quantizers keras.random
    keras.regularizers keras.saving keras.tree keras.utils keras.utils.legacy keras.visualization keras.wrappers
    linalg linalg.experimental
    lookup lookup.experimental
    losses
    math math.special
    metrics
    nest
    nn nn.experimental
    optimizers optimizers.legacy optimizers.schedules
    profiler profiler.experimental profiler.experimental.client profiler.experimental.server
    quantization quantization.experimental
    queue
    ragged
    random random.experimental
    raw_ops
    saved_model saved_model.experimental
    sets
    signal
    sparse
    strings
    summary summary.experimental
    sysconfig
    test test.experimental
    train train.experimental
    types types.experimental
    version
    xla xla.experimental
    """.split()
)

ALIASES = {
    "compat.v2": "",
    "compat.v1.keras": "keras",
    "initializers": "keras.initializers",
    "losses": "keras.losses",
    "metrics": "keras.metrics",
    "optimizers": "keras.optimizers",
    "optimizers.legacy": "keras.optimizers.legacy",
    "optimizers.schedules": "keras.optimizers.schedules",
}
"""Namespaces that have, besides their own names, those of another, as in TensorFlow."""
