"""Modules of TensorFlow's implementation that programs import although they are private, for the drop-in.

Most of what programs take from them is public elsewhere, and ``MODULES`` says where; the modules of this package have
the rest of what widely used libraries need. A module with nothing can be imported, by what uses nothing of it. A name
that is not found is an error that says so.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import Any

PREFIX = "tensorflow.python."
OTHERS = ("tf_keras",)

_TABLE = """
    autograph.converters.break_statements:
    autograph.converters.continue_statements:
    autograph.converters.return_statements:
    autograph.core.converter:
    autograph.pyct.anno:
    autograph.pyct.common_transformers.anf:
    autograph.pyct.inspect_utils:
    autograph.pyct.loader:
    autograph.pyct.naming:
    autograph.pyct.parser:
    autograph.pyct.qual_names:
    autograph.pyct.static_analysis.activity:
    autograph.pyct.templates:
    autograph.pyct.transformer: @transformer
    client.device_lib: @device_lib
    data.ops.dataset_ops: flowstone.data
    data.ops.iterator_ops: @iterators
    distribute.distribution_strategy_context: flowstone.distribute
    distribute.values: @distributed_values
    eager.context: @context flowstone
    eager.def_function: flowstone
    framework.composite_tensor: flowstone_core.composite
    framework.config: flowstone.config flowstone_core.config
    framework.constant_op: flowstone
    framework.dtypes: flowstone.dtypes
    framework.errors: flowstone.errors
    framework.errors_impl: flowstone.errors
    framework.ops: flowstone flowstone.compat.v1 flowstone_core.tensor
    framework.random_seed: flowstone_core.random_seed flowstone.random
    framework.sparse_tensor: flowstone flowstone.sparse
    framework.tensor: flowstone flowstone_core.type_spec
    framework.tensor_shape: flowstone flowstone_core.shapes
    framework.tensor_spec: flowstone @type_spec
    framework.tensor_util: @tensor_util flowstone
    framework.test_util: @test_util flowstone.test
    framework.type_spec: @type_spec flowstone
    framework.type_spec_registry: @type_spec_registry
    lib.io.tf_record: flowstone.io
    module.module: flowstone
    ops.array_ops: flowstone @array_ops
    ops.check_ops: flowstone.debugging
    ops.clip_ops: flowstone
    ops.control_flow_case: flowstone
    ops.control_flow_ops: flowstone
    ops.control_flow_util: @control_flow_util
    ops.custom_gradient: flowstone
    ops.gen_array_ops: flowstone.raw_ops
    ops.gen_math_ops: flowstone.raw_ops
    ops.gen_nn_ops: flowstone.raw_ops
    ops.gradients_impl: flowstone
    ops.image_ops: flowstone.image
    ops.init_ops_v2: flowstone
    ops.linalg.linear_operator: @linear_operator flowstone.linalg
    ops.linalg.linear_operator_addition: @linear_operator_addition
    ops.linalg_ops: flowstone.linalg
    ops.lookup_ops: flowstone.lookup
    ops.math_ops: flowstone flowstone.math
    ops.nn: flowstone.nn
    ops.nn_ops: flowstone.nn
    ops.numpy_ops.np_config: flowstone.experimental.numpy
    ops.parallel_for.control_flow_ops: @parallel_for flowstone
    ops.parsing_ops: flowstone.io
    ops.random_ops: @random_ops flowstone.random
    ops.resource_variable_ops: @resource_variable_ops flowstone
    ops.sparse_ops: flowstone.sparse
    ops.state_ops: flowstone
    ops.string_ops: flowstone.strings
    ops.tensor_array_ops: flowstone
    ops.variables: flowstone
    platform.gfile: flowstone.io.gfile
    platform.test: flowstone.test
    platform.tf_logging: flowstone.compat.v1.logging
    summary.summary_iterator: flowstone.compat.v1.train
    trackable.autotrackable: flowstone.__internal__.tracking
    trackable.base: flowstone.__internal__.tracking
    trackable.data_structures: @data_structures
    tf_keras: flowstone.keras
    tf_keras.__internal__: @tf_keras_internal
    tf_keras.api._v1.keras: flowstone.keras
    tf_keras.api._v1.keras.__internal__.legacy.layers: flowstone.keras.layers
    types.core: flowstone.types.experimental flowstone
    types.trace: flowstone.types.experimental
    util.all_util: @all_util
    util.deprecation: @deprecation
    util.nest: flowstone.nest flowstone_core.shallow_nest flowstone_core.nest
    util.object_identity: @object_identity
    util.tf_contextlib: contextlib
    util.tf_decorator: @tf_decorator
    util.tf_export: @tf_export
    util.tf_inspect: @tf_inspect inspect
    util.variable_utils: @variable_utils
"""
"""A line for each module: what follows ``PREFIX``, or all of its name if it is of ``OTHERS``, and the modules that have its names, in the order in which they
are asked; ``@`` stands for this package."""

MODULES: dict[str, tuple[str, ...]] = {
    (private if private.startswith(OTHERS) else PREFIX + private): tuple(
        home.replace("@", f"{__name__}.") for home in homes.split()
    )
    for private, _, homes in (line.strip().partition(":") for line in _TABLE.strip().splitlines())
}
"""The table, by the modules' names."""


class StandIn(ModuleType):
    """Stands for a private module and finds its names where ``MODULES`` says."""

    def __getattr__(self, name: str) -> Any:
        homes = MODULES[self.__name__]
        if name == "__all__":
            return [each for home in homes for each in dir(import_module(home)) if not each.startswith("_")]
        if name.startswith("__"):
            raise AttributeError(name)
        for home in homes:
            try:
                value = getattr(import_module(home), name)
            except AttributeError:
                continue
            setattr(self, name, value)
            return value
        raise AttributeError(
            f"{self.__name__}.{name} has no counterpart in flowstone, which has TensorFlow's public interface and not "
            "its implementation. Use the public name of what you need, below tf or tf.keras."
        )
